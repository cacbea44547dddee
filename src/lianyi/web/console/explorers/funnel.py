"""The funnel explorer: any steps, a time allowed, people or sessions, split by a dimension."""

from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.funnel.funnel import FunnelStep
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.measure import dimension
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn, event_name, event_names, event_text, in_event_words, said
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Parameter, Shown, Table, choices, figure
from lianyi.web.ui.templatetags.words import spoken

# Events that somebody does on the way to something; what the shop or a counter books is no step.
STEPS = (
    "content_exposed", "content_viewed", "content_clicked", "content_shared", "page_viewed", "product_viewed", "cart_added",
    "checkout_started", "order_placed", "order_paid", "member_joined", "invite_sent", "group_joined", "message_posted", "checked_in",
    "campaign_viewed", "campaign_joined", "campaign_completed", "coupon_issued", "coupon_redeemed", "live_entered", "review_posted",
)  # fmt: skip
SHOP = "product_viewed,cart_added,order_paid"
SPLITS = ("platform", "channel", "tier", "region")
WITHIN = (
    ("1", Text(zh="1 天内", en="1 day")),
    ("7", Text(zh="7 天内", en="7 days")),
    ("30", Text(zh="30 天内", en="30 days")),
    ("all", Text(zh="不限", en="no limit")),
)
PRESETS = (
    (Text(zh="从商品到付款", en="Product to payment"), {"step": SHOP}),
    (Text(zh="从内容到付款", en="Content to payment"), {"step": "content_viewed,content_clicked,order_paid"}),
    (Text(zh="入会到首购", en="Joining to first purchase"), {"step": "member_joined,product_viewed,order_paid", "within": "30"}),
    (Text(zh="活动参与", en="Campaign"), {"step": "campaign_viewed,campaign_joined,campaign_completed"}),
)
COLUMNS = (
    Column(Text(zh="步骤", en="Step")),
    Column(Text(zh="人数", en="Number"), "count"),
    Column(Text(zh="占首步", en="Of first"), "ratio"),
    Column(Text(zh="下限", en="Low"), "ratio"),
    Column(Text(zh="上限", en="High"), "ratio"),
    Column(Text(zh="占上一步", en="Of previous"), "ratio"),
)


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """The funnel of a window."""
    steps = chosen["step"].split(",")
    if len(steps) < 2:
        raise BadInput(reason=Text(zh="漏斗至少要两步。", en="A funnel has at least two steps."))
    by = chosen["by"] if chosen["by"] != "none" else None
    within = None if chosen["within"] == "all" else float(chosen["within"])
    found = funnel(engine, steps, window, within_days=within, per=chosen["per"], by=by)
    whole = Table("steps", Text(zh="各步", en="Steps"), COLUMNS, tuple(_row(step) for step in found.steps))
    drawings = [Drawing(Text(zh="各步走过多少", en="How many pass each step"), _picture(found.steps), whole)]
    if by:
        names = names_of(engine, by, [part.value for part in found.parts])
        rows = tuple((names[part.value], *_row(step)) for part in found.parts for step in part.steps)
        parts = Table("parts", dimension(by).name, (Column(dimension(by).name), *COLUMNS), rows)
        bars = tuple(
            pictures.Bar(said(names[part.value]), last.share_of_first, *(last.first_interval or (None, None)))
            for part in found.parts[:12]
            if (last := part.steps[-1]).share_of_first is not None
        )
        drawing = drawn(pictures.Ranking("ratio", bars)) if bars else ""
        drawings.append(Drawing(Text(zh="走完的占比，按取值", en="Share that finishes, by value"), drawing, parts))
    return Shown(
        in_event_words(found.explain().say(spoken())),
        (figure(Text(zh="走完全部步骤", en="Finish every step"), found.conversion, "ratio"),),
        tuple(drawings),
    )


def _row(step: FunnelStep) -> tuple[object, ...]:
    return (
        event_text(step.name),
        step.actors,
        step.share_of_first,
        *(step.first_interval or (None, None)),
        step.share_of_previous,
    )


def _picture(steps: tuple[FunnelStep, ...]) -> str:
    if not steps[0].actors:
        return ""
    return drawn(pictures.Funnel("count", tuple((event_name(step.name), float(step.actors)) for step in steps)))


EXPLORER = Explorer(
    "funnel",
    "funnel",
    (
        Parameter("step", Text(zh="步骤", en="Step"), {name: event_names()[name] for name in STEPS}, SHOP, many=True),
        choices("within", Text(zh="限时", en="Within"), WITHIN, "7"),
        choices("per", Text(zh="按", en="Count"), (("actor", Text(zh="人", en="people")), ("session", Text(zh="会话", en="sessions")))),
        choices(
            "by", Text(zh="拆分", en="Split"), (("none", Text(zh="不拆分", en="none")), *((id_, dimension(id_).name) for id_ in SPLITS))
        ),
    ),
    show,
    PRESETS,
)
