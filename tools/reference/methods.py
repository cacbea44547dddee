"""docs/reference/methods.md: the method card of every analysis, from its data file."""

from lianyi.insight.analyse.cards import Card, cards
from tools.reference.markdown import code, page, table

INTROS = {
    "zh": "每种分析的方法卡：算什么、靠什么成立、什么时候不该用、凭什么可信。命令行里看一张：`lianyi analyse 名称 --explain`；报告的附录印出用到的。",
    "en": "The method card of every analysis: what it computes, on what it leans, when not to use it, and what proves it. One of them on the command line: "
    "`lianyi analyse NAME --explain`; a report prints those it used.",
}
TITLES = {"zh": "方法卡", "en": "Method cards"}
OTHER = {"zh": "[English](methods.md)", "en": "[中文](methods.zh-CN.md)"}
PROOF = {"zh": "测试", "en": "Tests"}


def render(language: str) -> str:
    """The page in one language."""
    parts = [INTROS[language], OTHER[language]]
    for card in cards().values():
        parts += [f"## {card.id} · {card.name.say(language)}", card.answers.say(language), table(["", ""], _rows(card, language))]
    return page(TITLES[language], *parts)


def _rows(card: Card, language: str) -> list[list[str]]:
    rows = [[heading, text] for heading, text in card.pairs(language)]
    return [*rows, [PROOF[language], ", ".join(code(proof.partition("::")[2]) for proof in card.proof)]]
