"""docs/reference/metrics.md: the metric catalogue, from its data files."""

from lianyi.insight.measure.catalogue import SECTIONS, Metric, catalogue
from lianyi.insight.measure.dimensions import dimensions
from lianyi.insight.measure.inputs import inputs
from tools.reference.markdown import code, page, table

TITLES = {
    "traffic": "流量 · Traffic",
    "growth": "用户增长与活跃 · Growth and activity",
    "fission": "社交裂变 · Fission",
    "money": "转化与收益 · Conversion and money",
    "content": "内容 · Content",
    "care": "体验与服务 · Experience and care",
    "brand": "品牌与影响力 · Brand and influence",
    "partners": "达人与合作 · Partners",
    "campaigns": "活动 · Campaigns",
}
BETTER = {"up": "↑", "down": "↓"}


def render() -> str:
    """The page."""
    known = catalogue()
    parts = []
    for section in SECTIONS:
        metrics = [metric for metric in known.values() if metric.section == section]
        if metrics:
            heading = ["metric", "中文", "English", "unit", "better", "at least", "definition", "needs", "by"]
            parts += [f"## {TITLES[section]}", table(heading, [row(metric) for metric in metrics])]
    needed = [[code(id_), entry.says.zh, entry.says.en] for id_, entry in inputs().items()]
    split = [[code(id_), f"{entry.name.zh}：{entry.says.zh}", f"{entry.name.en}: {entry.says.en}"] for id_, entry in dimensions().items()]
    return page(
        "指标目录 · Metrics",
        f"共 {len(known)} 个。每个指标的完整定义、SQL 与出处：`lianyi metrics 名称`。没有数据答 `no_data`，没有分母答 `undefined`，都不是零。",
        f"{len(known)} in all. The whole definition of one, with its SQL and source: `lianyi metrics NAME`. Without its input data a metric answers "
        "`no_data`, with nothing to divide by `undefined`; neither is zero.",
        "at least：短于这样一段（day 一天、week 一周、month 一个月）就说明不了什么，卡片上的走势按它画。",
        "At least: a shorter period (day, week, month) says nothing of it, and cards draw its trend by no less.",
        *parts,
        "## 需要的数据 · Inputs",
        table(["input", "中文", "English"], needed),
        "## 维度 · Dimensions",
        table(["dimension", "中文", "English"], split),
    )


def row(metric: Metric) -> list[str]:
    """One metric as a row."""
    return [
        code(metric.id),
        f"{metric.name.zh}：{metric.says.zh}",
        f"{metric.name.en}: {metric.says.en}",
        metric.unit,
        better(metric),
        metric.shortest,
        code(definition(metric)),
        ", ".join(code(name) for name in metric.needs),
        ", ".join(metric.dims),
    ]


def better(metric: Metric) -> str:
    """Which way is good: up, down, or within a range."""
    return f"{metric.band[0]:g}–{metric.band[1]:g}" if metric.band else BETTER.get(metric.better, metric.better)


def definition(metric: Metric) -> str:
    """What is computed, in the words of the data file."""
    if metric.formula is not None:
        return metric.formula
    above, below = metric.sql.get("numerator", metric.sql.get("value", "")), metric.sql.get("denominator")
    if below and any(sign in above for sign in (" - ", " + ")):
        above = f"({above})"
    computed = f"{above} / {below}" if below else above
    if metric.quantile is not None:
        computed = f"quantile {metric.quantile:g} of {computed}"
    return f"{computed} over {metric.relation}" if metric.relation else computed
