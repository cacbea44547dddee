"""Method 3, comparison with competitors: the same anchors for everybody, shown side by side."""

from collections.abc import Mapping, Sequence

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.competition.players import OBSERVATIONS, OURSELVES, Player, Value, observed, players
from lianyi.insight.evaluate.result import Exhibit, Method
from lianyi.insight.evaluate.scoring import Anchor, Line, anchors, level_score, shares_of, weighted
from lianyi.insight.measure.intervals import balance, wilson
from lianyi.kernel.clock import date_of
from lianyi.kernel.numbers import Count, Day, Share, sentence
from lianyi.kernel.text import Text

ID = "competitors"
NAME = Text(zh="竞争对手比较法", en="Competitor comparison")
VERSION = 1
_SAYS = Text(
    zh="同一套锚点给自己和每个竞品打分；本方法得分 = 50 + (自己 − 竞品平均) / 2，50 分为持平。带 * 的是沿用窗口之前的观测。",
    en="The same anchors score us and every competitor; the score is 50 + (ours − their mean) / 2, so that 50 is level. "
    "An asterisk marks an observation carried over from before the window.",
)
_NEEDS = (
    Text(
        zh="竞品观测表（竞品、平台、指标如提及量/粉丝数/互动量/评分、日期、数值）",
        en="observations of competitors (competitor, platform, a metric such as mentions, followers, interactions or rating, day, value)",
    ),
)
NAMES = {
    "voice": Text(zh="声量份额", en="Share of voice"),
    "sentiment": Text(zh="口碑净值", en="Net sentiment"),
    "follower_growth": Text(zh="粉丝增长", en="Growth of followers"),
    "engagement": Text(zh="每粉丝每周互动", en="Interactions for each follower and week"),
    "posting": Text(zh="每周发布", en="Posts a week"),
    "rating": Text(zh="评分", en="Rating"),
}
US = Text(zh="本品牌", en="We")
Reading = tuple[float, tuple[float, float] | None, int | None]  # value, interval, the day it was carried from


def evaluate(case: Case, *, grade: str) -> tuple[Method, Exhibit | None]:
    """Score us against the competitors observed; the exhibit holds every player's figures.

    Grade : C at best, D where most of what is compared was carried over: somebody else's counting
    Needs : one competitor with one figure that we have too
    """
    everybody = players(case)
    rivals = [p for p in everybody if p.name != OURSELVES]
    if not rivals:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=_NEEDS, version=VERSION), None
    lines: list[Line] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    carried = compared = 0
    for anchor in anchors(ID):
        readings = {p.name: r for p in everybody if (r := _reading(case, anchor.metric, p, everybody)) is not None}
        others = {name: r for name, r in readings.items() if name != OURSELVES}
        if OURSELVES not in readings or not others:
            continue
        scores = {name: _score(anchor, r[0]) for name, r in readings.items()}
        field = sum(scores[name] for name in others) / len(others)
        interval = readings[OURSELVES][1]
        ends = None if interval is None else (_against(_score(anchor, interval[0]), field), _against(_score(anchor, interval[1]), field))
        scored.append((anchor.weight, _against(scores[OURSELVES], field), ends))
        lines.append((NAMES[anchor.metric], _against(scores[OURSELVES], field), anchor.weight, _said(anchor.metric, readings)))
        carried += sum(r[2] is not None for r in others.values())
        compared += len(others)
    shown = _exhibit(case, everybody)
    if not scored:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=_NEEDS, version=VERSION), shown
    score, whole = weighted(scored)
    worst = "D" if carried * 2 > compared else "C"
    return Method(
        ID, NAME, "evaluable", score, whole, max(grade, worst), _SAYS, shares_of(lines), n=len(rivals), version=VERSION, sql=OBSERVATIONS
    ), shown


def _against(own: float, field: float) -> float:
    return 50.0 + (own - field) / 2


def _score(anchor: Anchor, value: float) -> float:
    return level_score(value, anchor.zero, anchor.passing, anchor.full)


def _reading(case: Case, indicator: str, player: Player, everybody: Sequence[Player]) -> Reading | None:
    """An indicator of one player, from its figures."""
    now, before, weeks = player.now, player.before, case.window.days / 7
    if indicator == "voice":
        voices = {p.name: p.now["mentions"] for p in everybody if "mentions" in p.now}
        if player.name not in voices or len(voices) < 2:
            return None
        total, k = sum(v.value for v in voices.values()), len(voices)
        if total <= 0:
            return None
        low, high = wilson(round(voices[player.name].value), round(total), case.level)
        return voices[player.name].value / total * k, (low * k, high * k), voices[player.name].carried_from
    if indicator == "follower_growth":
        if (
            "followers" not in now
            or "followers" not in before
            or before["followers"].value <= 0
            or now["followers"].carried_from is not None
        ):
            return None
        return now["followers"].value / before["followers"].value - 1, None, None
    if indicator == "engagement":
        if "interactions" not in now or "followers" not in now or now["followers"].value <= 0:
            return None
        return now["interactions"].value / now["followers"].value / weeks, None, now["followers"].carried_from
    if indicator == "posting":
        return None if "posts" not in now else (now["posts"].value / weeks, None, None)
    return _direct(indicator, now, case.level)


def _direct(indicator: str, now: Mapping[str, Value], level: float) -> Reading | None:
    if indicator not in now:
        return None
    one = now[indicator]
    interval = None
    if indicator == "sentiment" and one.n:
        good = round((1 + one.value) / 2 * one.n)
        interval = balance(good, one.n - good, one.n, level)
    return one.value, interval, one.carried_from


def _said(indicator: str, readings: Mapping[str, Reading]) -> Text:
    """Everybody's figure in a line, ourselves first."""
    k = len(readings)
    parts = []
    for name in sorted(readings, key=lambda n: (n != OURSELVES, n)):
        value, interval, carried = readings[name]
        shown = (
            Share(value / k)
            if indicator == "voice"
            else Share(value)
            if indicator in ("sentiment", "follower_growth", "engagement")
            else Count(value)
        )
        text = sentence("%(who)s %(v)s", "%(who)s %(v)s", who=US if name == OURSELVES else name, v=shown)
        if interval is not None and name == OURSELVES:
            low, high = (Share(end / k) if indicator == "voice" else Share(end) for end in interval)
            text = sentence("%(t)s（%(low)s 至 %(high)s）", "%(t)s (%(low)s to %(high)s)", t=text, low=low, high=high)
        if carried is not None:
            text = sentence("%(t)s*（%(day)s 的观测）", "%(t)s* (observed %(day)s)", t=text, day=Day(date_of(carried)))
        parts.append(text)
    whole = parts[0]
    for part in parts[1:]:
        whole = sentence("%(a)s，%(b)s", "%(a)s, %(b)s", a=whole, b=part)
    return whole


def _exhibit(case: Case, everybody: Sequence[Player]) -> Exhibit:
    """One row a player; figures carried over are marked in a column of their own."""
    units = {"price": "money", "sentiment": "share", "rating": "score"}
    used = [m for m in observed().values() if any(m.id in p.now for p in everybody)]
    return Exhibit(
        id="competitors",
        kind="table",
        title=Text(zh="与竞品并列", en="Beside the competitors"),
        columns=(
            ("value", Text(zh="品牌", en="Brand"), "text"),
            *((m.id, m.name, units.get(m.id, "count")) for m in used),
            ("carried", Text(zh="沿用早先观测的项", en="Carried over"), "text"),
        ),
        rows=tuple(
            {
                "value": US if p.name == OURSELVES else p.name,
                **{m.id: p.now[m.id].value if m.id in p.now else None for m in used},
                "carried": _carried_said(p),
            }
            for p in everybody
        ),
        note=Text(
            zh="竞品数据来自观测表与提及，口径由观测者决定；空白为没有观测到，不是零。",
            en="Competitors' figures are as observed, by the observer's own definitions; an empty cell was not observed and is not zero.",
        ),
    )


def _carried_said(player: Player) -> Text | None:
    carried = [(observed()[m].name, v.carried_from) for m, v in player.now.items() if v.carried_from is not None and m in observed()]
    if not carried:
        return None
    parts = [sentence("%(name)s（%(day)s）", "%(name)s (%(day)s)", name=name, day=Day(date_of(day))) for name, day in carried]
    whole = parts[0]
    for part in parts[1:]:
        whole = sentence("%(a)s、%(b)s", "%(a)s, %(b)s", a=whole, b=part)
    return whole
