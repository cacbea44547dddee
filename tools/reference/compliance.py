"""docs/reference/compliance.md: every rule of the register, what it stands on and how sure we are of it."""

from lianyi.compliance.channels import channel_names, channel_uses
from lianyi.compliance.register import Rule, laws, records, rules
from lianyi.kernel.text import Text
from tools.reference.markdown import code, page, table

SEVERITIES = {
    "block": Text(zh="不能这样做", en="blocked"),
    "high": Text(zh="要证据或改写，由批准人处理", en="needs evidence or rewording, goes to an approver"),
    "medium": Text(zh="要证据或改写，或记下理由", en="needs evidence or rewording, or a recorded reason"),
    "low": Text(zh="建议", en="advice"),
    "info": Text(zh="事实，不作判断", en="a fact, no verdict"),
}
EVIDENCE = {
    "verified_text": Text(zh="读过条文", en="article text read"),
    "secondary": Text(zh="转述", en="second-hand"),
    "unverified": Text(zh="未核", en="unverified"),
    "own": Text(zh="自定", en="our own"),
}
USES = {
    "allow": Text(zh="可", en="yes"),
    "restricted": Text(zh="须确认", en="confirm first"),
    "discouraged": Text(zh="不建议", en="discouraged"),
    "forbid": Text(zh="禁", en="no"),
    "none": Text(zh="—", en="—"),
}
GROUPS = {
    "CN-AD": Text(zh="广告", en="Advertising"),
    "CN-LO": Text(zh="抽奖", en="Prize draws"),
    "CN-PR": Text(zh="价格", en="Prices"),
    "CN-DI": Text(zh="分销与佣金", en="Distribution and commission"),
    "CN-CE": Text(zh="消费者与电商", en="Consumers and e-commerce"),
    "CN-PI": Text(zh="个人信息", en="Personal information"),
    "CN-LV": Text(zh="直播", en="Live selling"),
    "CN-AI": Text(zh="生成内容", en="Generated content"),
    "PF": Text(zh="平台规则", en="Rules of platforms"),
}
TITLE = Text(zh="法律与平台规则", en="Law and platform rules")
INTRO = Text(
    zh="系统在发布内容、上线活动、改价、发消息、开奖等时刻按这些规则检查。结论只有“不能这样做”“要补证据或改写”“建议”和“没有查到问题”，"
    "从不说“合法”。这不是法律意见；标 ⚖ 的要先问律师。缺事实的规则会列出来，不当作通过。",
    en="The system asks these rules when content is published, a campaign is launched, a price is changed, a message is sent, a prize is drawn. It answers "
    "blocked, needs evidence or rewording, advice, or nothing found; it never says that something is lawful. This is no legal advice; ask a lawyer first "
    "where ⚖ stands. A rule that could not be judged for lack of a fact is listed, and does not count as passed.",
)
HEADINGS = {
    "zh": ["编号", "规则", "后果", "说明", "怎么改", "依据", "把握"],
    "en": ["id", "rule", "weight", "says", "what to do", "stands on", "how sure"],
}


def render(language: str) -> str:
    """The page in one language."""
    parts = [INTRO.say(language), "## " + Text(zh="玩法与渠道", en="Mechanics and channels").say(language), matrix(language)]
    for prefix, title in GROUPS.items():
        members = [rule for rule in rules().values() if rule.id.startswith(prefix)]
        parts += [f"## {title.say(language)}", table(HEADINGS[language], [row(rule, language) for rule in members])]
    parts += ["## " + Text(zh="依据", en="Sources").say(language), sources(language)]
    return page(TITLE.say(language), *parts)


def matrix(language: str) -> str:
    """Mechanics by channels."""
    channels = channel_names()
    rows = [
        [
            code(mechanic),
            *(USES[row[channel].use].say(language) for channel in channels),
            ", ".join(sorted({r for use in row.values() for r in use.rules})),
        ]
        for mechanic, row in channel_uses().items()
    ]
    return table(["", *(name.say(language) for name in channels.values()), Text(zh="依据", en="stands on").say(language)], rows)


def row(rule: Rule, language: str) -> list[str]:
    """One rule."""
    says = [rule.says.say(language)]
    if rule.requires:
        says.append(
            "；".join(records()[name].zh for name in rule.requires)
            if language == "zh"
            else "; ".join(records()[name].en for name in rule.requires)
        )
    if rule.exceptions:
        says.append(
            Text(zh="例外（须有证据）：", en="Exceptions, with proof: ").say(language)
            + "; ".join(clause.says.say(language) for clause in rule.exceptions)
        )
    if rule.penalty:
        says.append(Text(zh="罚则：", en="Penalty: ").say(language) + rule.penalty.say(language))
    if rule.note:
        says.append(rule.note.say(language))
    stands = "; ".join(f"{source.law.name.say(language)} {source.article}".strip() for source in rule.sources)
    sure = EVIDENCE[rule.evidence].say(language) + (" ⚖" if rule.lawyer_check else "")
    return [
        code(rule.id),
        rule.title.say(language),
        SEVERITIES[rule.severity].say(language),
        " ".join(says),
        rule.fix.say(language),
        stands,
        sure,
    ]


def sources(language: str) -> str:
    """The laws and platform rules with the edition that was looked at."""
    headings = {"zh": ["名称", "版本", "施行", "最近复核"], "en": ["name", "edition", "in force since", "last looked at"]}
    rows = [
        [law.name.say(language), law.edition, *(day.isoformat() if day else "" for day in (law.from_date, law.checked_on))]
        for law in laws().values()
        if law.kind != "own"
    ]
    return table(headings[language], rows)
