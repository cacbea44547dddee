"""The content explorer: what posts of each kind draw, and which differences are more than chance."""

from lianyi.insight.analyse.content.performance import METRICS, RATES, performance
from lianyi.insight.analyse.content.posts import DIMENSIONS, FLAGS
from lianyi.insight.evaluate.naming import UNKNOWN, names_of
from lianyi.insight.measure import dimension
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn, said
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Parameter, Shown, Table, choices, figure
from lianyi.web.ui.templatetags.words import spoken

METRIC_NAMES = {
    "interactions": Text(zh="互动数", en="Interactions"),
    "impressions": Text(zh="曝光", en="Impressions"),
    "reads": Text(zh="阅读", en="Reads"),
    "clicks": Text(zh="点击", en="Clicks"),
    "shares": Text(zh="分享", en="Shares"),
    "comments": Text(zh="评论", en="Comments"),
    "engagement_rate": Text(zh="互动率", en="Engagement rate"),
    "content_ctr": Text(zh="点击率", en="Click rate"),
    "share_rate": Text(zh="分享率", en="Share rate"),
}
DIMENSION_NAMES = {
    "format": Text(zh="形式", en="Format"),
    "topic": Text(zh="主题", en="Topic"),
    "platform": Text(zh="平台", en="Platform"),
    "hour": Text(zh="发布时刻", en="Hour"),
    "weekday": Text(zh="星期", en="Weekday"),
    "account": Text(zh="账号", en="Account"),
    "partner": Text(zh="合作方", en="Partner"),
    "campaign": Text(zh="活动", en="Campaign"),
    "ugc": Text(zh="是否用户原创", en="By members"),
    "hard_ad": Text(zh="是否硬广", en="Hard ad"),
    "promoted": Text(zh="是否投放", en="Promoted"),
    "content": Text(zh="单篇", en="Single post"),
}
WEEKDAYS = (
    Text(zh="周一", en="Mon"),
    Text(zh="周二", en="Tue"),
    Text(zh="周三", en="Wed"),
    Text(zh="周四", en="Thu"),
    Text(zh="周五", en="Fri"),
    Text(zh="周六", en="Sat"),
    Text(zh="周日", en="Sun"),
)
MOST_BARS = 14
APART_Q = 0.05


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """What the posts of a window drew."""
    by, metric = chosen["by"], chosen["metric"]
    found = performance(engine, window, zone=workspace.zone, by=by, metric=metric, within_days=int(float(chosen["within"])) or None)
    unit = "ratio" if metric in RATES else "times"
    names = _names(engine, by, [g.value for g in found.groups])
    groups = Table(
        "groups",
        DIMENSION_NAMES[by],
        (
            Column(DIMENSION_NAMES[by]),
            Column(Text(zh="篇数", en="Posts"), "count"),
            Column(Text(zh="平均", en="Mean"), unit),
            Column(Text(zh="中位", en="Median"), unit),
            Column(Text(zh="典型", en="Typical"), unit),
            Column(Text(zh="下限", en="Low"), unit),
            Column(Text(zh="上限", en="High"), unit),
            Column(Text(zh="误报率 q", en="q"), "times"),
        ),
        tuple(
            (
                names[g.value],
                g.posts,
                g.mean.value,
                None if g.median is None else g.median.value,
                g.typical.value,
                *(g.typical.interval or (None, None)),
                g.q,
            )
            for g in found.groups
        ),
    )
    bars = tuple(
        pictures.Bar(
            said(names[g.value]),
            g.typical.value,
            *(g.typical.interval or (None, None)),
            tone="plain" if g.q is not None and g.q <= APART_Q else "muted",
        )
        for g in found.groups
        if g.typical.value is not None
    )[:MOST_BARS]
    note = Text(
        zh="深色：与其余内容的差别超出偶然（误报率控制在 5%）。典型值已按样本向整体收缩。",
        en="Dark: apart from the rest beyond chance (false discoveries held to 5%). Typical values are shrunken by sample size.",
    )
    drawings = [Drawing(METRIC_NAMES[metric], drawn(pictures.Ranking(unit, bars)) if bars else "", groups, note)]
    if found.leaders:
        titles = names_of(engine, "content", [x.content_id for x in found.leaders])
        leaders = Table(
            "leaders",
            Text(zh="表现最好的内容", en="Leading posts"),
            (
                Column(Text(zh="内容", en="Post")),
                Column(Text(zh="原始", en="Raw"), "ratio"),
                Column(Text(zh="收缩后", en="Shrunken"), "ratio"),
                Column(Text(zh="下限", en="Low"), "ratio"),
                Column(Text(zh="上限", en="High"), "ratio"),
                Column(Text(zh="样本", en="n"), "count"),
            ),
            tuple(
                (titles.get(x.content_id, x.content_id), x.raw, x.shrunken.value, *(x.shrunken.interval or (None, None)), x.shrunken.n)
                for x in found.leaders
            ),
        )
        drawings.append(Drawing(leaders.title, "", leaders))
    return Shown(found.explain().say(spoken()), (figure(METRIC_NAMES[metric], found.overall, unit),), tuple(drawings))


def _names(engine: Engine, by: str, values: list[str | None]) -> dict[str | None, str | Text]:
    if by == "weekday":
        return {None: UNKNOWN} | {v: WEEKDAYS[int(v) - 1] for v in values if v}
    if by == "hour":
        return {None: UNKNOWN} | {v: f"{v}:00" for v in values if v}
    if by in FLAGS:
        return {None: UNKNOWN} | {v: dimension("identified").called(v) for v in values if v}
    return names_of(engine, {"format": "content_format", "topic": "content_topic"}.get(by, by), values)


EXPLORER = Explorer(
    "content",
    "newspaper",
    (
        choices("by", Text(zh="按", en="By"), tuple((id_, DIMENSION_NAMES[id_]) for id_ in DIMENSIONS)),
        choices("metric", Text(zh="看什么", en="Metric"), tuple((id_, METRIC_NAMES[id_]) for id_ in METRICS)),
        Parameter("within", Text(zh="发布后天数（0 不限）", en="Days after publishing (0: all)"), {}, "7", 0, 90),
    ),
    show,
)
