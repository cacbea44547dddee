"""The loop, stated once as data: navigation, guide and tests read it."""

from dataclasses import dataclass

from lianyi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the loop: its package, its page in the console, its page in the guide."""

    id: str
    name: Text
    package: str
    console_path: str


LOOP = (
    Stage("plan", Text(zh="规划", en="Plan"), "lianyi.ops.plan", "plan/"),
    Stage("content", Text(zh="内容", en="Content"), "lianyi.ops.content", "content/"),
    Stage("community", Text(zh="社群", en="Community"), "lianyi.ops.community", "community/"),
    Stage("campaigns", Text(zh="活动", en="Campaigns"), "lianyi.ops.campaigns", "campaigns/"),
    Stage("partners", Text(zh="合作", en="Partners"), "lianyi.ops.partners", "partners/"),
    Stage("care", Text(zh="服务", en="Care"), "lianyi.ops.care", "care/"),
    Stage("measure", Text(zh="度量", en="Measure"), "lianyi.insight.measure", "measure/"),
    Stage("evaluate", Text(zh="评估", en="Evaluate"), "lianyi.insight.evaluate", "evaluate/"),
    Stage("report", Text(zh="报告", en="Report"), "lianyi.insight.report", "report/"),
)
