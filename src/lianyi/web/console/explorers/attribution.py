"""The attribution explorer: how each model shares the credit for orders among what came before them."""

from lianyi.insight.analyse.attribution.attribution import attribution
from lianyi.insight.analyse.attribution.credit import MODEL_NAMES
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.measure import dimension
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn, said
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Parameter, Shown, Table, choices, plain_figure
from lianyi.web.ui.templatetags.words import spoken

ORDER = ("markov", "shapley", "last", "first", "linear", "time_decay", "position")
BY = ("channel", "platform", "partner", "campaign")
MOST_BARS = 12


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """Credit by one model drawn, by all of them in the table."""
    found = attribution(engine, window, by=chosen["by"], lookback_days=float(chosen["lookback"]))
    rows = found.to_table().to_pylist()
    names = names_of(engine, chosen["by"], {r["channel"] for r in rows})
    table = Table(
        "credit",
        Text(zh="各模型的分配", en="Credit by every model"),
        (
            Column(Text(zh="模型", en="Model")),
            Column(dimension(chosen["by"]).name),
            Column(Text(zh="订单", en="Orders"), "times"),
            Column(Text(zh="占比", en="Share"), "ratio"),
            Column(Text(zh="下限", en="Low"), "ratio"),
            Column(Text(zh="上限", en="High"), "ratio"),
            Column(Text(zh="净额", en="Net value"), "money"),
        ),
        tuple((MODEL_NAMES[r["model"]], names[r["channel"]], r["orders"], r["share"], r["low"], r["high"], r["value_fen"]) for r in rows),
    )
    bars = tuple(
        pictures.Bar(said(names[r["channel"]]), r["share"], r["low"], r["high"])
        for r in rows
        if r["model"] == chosen["model"] and r["share"] is not None
    )[:MOST_BARS]
    return Shown(
        found.explain().say(spoken()),
        (
            plain_figure(Text(zh="有触点的订单", en="Orders with a touch"), found.n, "count"),
            plain_figure(Text(zh="没有触点的订单", en="Orders without one"), found.untouched, "count"),
            plain_figure(Text(zh="待分配净额", en="Net value shared out"), found.value_fen - found.untouched_fen, "money"),
        ),
        (
            Drawing(
                MODEL_NAMES[chosen["model"]],
                drawn(pictures.Ranking("ratio", bars)) if bars else "",
                table,
                Text(
                    zh="归因是记账：谁在订单之前出现过。增量要看对照组。",
                    en="Attribution is bookkeeping: who was there before the order. What a channel added, only a hold-out shows.",
                ),
            ),
        ),
    )


EXPLORER = Explorer(
    "attribution",
    "split",
    (
        choices("model", Text(zh="画出的模型", en="Model drawn"), tuple((id_, MODEL_NAMES[id_]) for id_ in ORDER)),
        choices("by", Text(zh="按", en="By"), tuple((id_, dimension(id_).name) for id_ in BY)),
        Parameter("lookback", Text(zh="回溯天数", en="Days to look back"), {}, "7", 0, 365),
    ),
    show,
)
