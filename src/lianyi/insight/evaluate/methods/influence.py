"""Method 6, social influence: how far it carries, how it is met, what is said; named parts, no black box."""

from collections.abc import Iterator

from lianyi.insight.analyse.fission.fission import Fission
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.changes import relative_interval
from lianyi.insight.evaluate.methods.data_analysis import Blocks, Pair
from lianyi.insight.evaluate.result import Method
from lianyi.insight.evaluate.scoring import Anchor, Line, anchors, change_score, level_score, shares_of, weighted
from lianyi.insight.measure.intervals import wilson
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

ID = "social_influence"
NAME = Text(zh="社交影响力法", en="Social influence")
VERSION = 1
REACH = ("impressions", "reads")
LEAST_JOINED = 30
_SAYS = Text(
    zh="触达的变化、互动率、分享带来的阅读、声量份额、口碑净值与裂变系数，各按固定锚点打分；不合成不透明的“影响力指数”。",
    en="Change of reach, engagement, reads earned by sharing, share of voice, net sentiment and the K-factor, each on fixed anchors; "
    "no opaque score of influence.",
)
Part = tuple[float, tuple[float, float] | None, Text, Text]


def evaluate(case: Case, *, grade: str, pairs: dict[str, Pair], blocks: Blocks, spread: Fission | None) -> Method:
    """Score the parts there are.

    pairs, blocks : of reach, for its change and the interval of that, as in data analysis
    spread : the fission of the window, where members bring members
    Needs : reads or impressions, shares, mentions, or members who bring others
    """
    parts = dict(_parts(case, pairs, blocks, spread))
    lines: list[Line] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    for anchor in anchors(ID):
        if anchor.metric not in parts:
            continue
        value, interval, name, said = parts[anchor.metric]
        score = _score(anchor, value)
        ends = None if interval is None else (_score(anchor, interval[0]), _score(anchor, interval[1]))
        scored.append((anchor.weight, score, ends))
        lines.append((name, score, anchor.weight, said))
    if not scored:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=_NEEDS, version=VERSION)
    score, interval = weighted(scored)
    missing = tuple(need for need, metrics in _BY_NEED if not any(m in parts for m in metrics))
    return Method(
        ID, NAME, "evaluable", score, interval, grade, _SAYS, shares_of(lines), missing, n=_n(case), version=VERSION, command=_command(case)
    )


def _command(case: Case) -> str:
    known = [m for _, metrics in _BY_NEED for m in metrics if (figure := case.figures.get(m)) is not None and figure.value is not None]
    return f"measure {' '.join(known)}" if known else ""


_BY_NEED = (
    (Text(zh="内容的曝光或阅读", en="impressions or reads of contents"), ("reach", "engagement_rate")),
    (Text(zh="由分享带来的阅读（带分享者）", en="reads that name whose share brought them"), ("earned_share",)),
    (Text(zh="本品牌与竞品的提及", en="mentions of the brand and of competitors"), ("share_of_voice", "sentiment")),
    (Text(zh="带推荐人的会员加入", en="members who joined with a referrer"), ("k_factor",)),
)
_NEEDS = tuple(need for need, _ in _BY_NEED)


def _score(anchor: Anchor, value: float) -> float:
    if anchor.metric == "reach":
        return change_score(value, anchor.full, "up")
    return level_score(value, anchor.zero, anchor.passing, anchor.full)


def _n(case: Case) -> int | None:
    figure = case.figures.get("reads")
    return figure.n if figure is not None else None


def _parts(case: Case, pairs: dict[str, Pair], blocks: Blocks, spread: Fission | None) -> Iterator[tuple[str, Part]]:
    reach = next((m for m in REACH if m in pairs and pairs[m][0].value and pairs[m][1].value and case.figures[m].doubt is None), None)
    if reach is not None:
        now, before = (float(v.value or 0) for v in pairs[reach])
        yield "reach", _changed(case, reach, now / before - 1, relative_interval(*blocks[reach]) if reach in blocks else None, now)
    for metric in ("engagement_rate", "share_rate", "share_of_voice", "sentiment"):
        figure = case.figures.get(metric)
        if figure is not None and figure.value is not None and figure.doubt is None:
            yield metric, (float(figure.value), figure.interval, figure.name, _level(figure.value, figure.interval, figure.n))
    earned = case.figures.get("reach_multiplier")
    if earned is not None and earned.value is not None:
        yield "earned_share", _earned(case, float(earned.value))
    k = None if spread is None else _k_factor(case, spread)
    if k is not None:
        yield "k_factor", k


def _changed(case: Case, metric: str, change: float, interval: tuple[float, float] | None, now: float) -> Part:
    name = case.figures[metric].name
    if interval is None:
        said = sentence("%(n)s，变化 %(c)s", "%(n)s, changed by %(c)s", n=Count(now), c=Share(change, signed=True))
    else:
        said = sentence(
            "%(n)s，变化 %(c)s（%(low)s 至 %(high)s）",
            "%(n)s, changed by %(c)s (%(low)s to %(high)s)",
            n=Count(now),
            c=Share(change, signed=True),
            low=Share(interval[0], signed=True),
            high=Share(interval[1], signed=True),
        )
    return change, interval, sentence("触达：%(name)s", "Reach: %(name)s", name=name), said


def _level(value: float, interval: tuple[float, float] | None, n: int | None) -> Text:
    if interval is None:
        return sentence("%(v)s", "%(v)s", v=Share(value))
    return sentence(
        "%(v)s（%(low)s 至 %(high)s，n = %(n)s）",
        "%(v)s (%(low)s to %(high)s, n = %(n)s)",
        v=Share(value),
        low=Share(interval[0]),
        high=Share(interval[1]),
        n=Count(n or 0),
    )


def _earned(case: Case, multiplier: float) -> Part:
    """Reads that a share brought, of all reads."""
    share = multiplier / (1 + multiplier)
    reads = case.value("reads") or 0
    interval = wilson(round(share * reads), round(reads), case.level) if reads >= 1 else None
    return share, interval, Text(zh="分享带来的阅读占比", en="Reads earned by sharing"), _level(share, interval, round(reads))


def _k_factor(case: Case, spread: Fission) -> Part | None:
    """K with those still to come, where enough joined; an interval by families."""
    k = spread.growth.k_factor
    if spread.members < LEAST_JOINED or k.value is None:
        return None
    ends = k.interval or (k.value, k.value)
    said = sentence(
        "每人最终带来 %(k)s 人（%(low)s 至 %(high)s，n = %(n)s）",
        "each brings %(k)s in the end (%(low)s to %(high)s, n = %(n)s)",
        k=f"{k.value:.2f}",
        low=f"{ends[0]:.2f}",
        high=f"{ends[1]:.2f}",
        n=Count(k.n),
    )
    return k.value, k.interval, case.figures["k_factor"].name, said
