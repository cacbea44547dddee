"""docs/reference/events.md: the facts the history may hold, from their contracts, and the tables beside it."""

from lianyi.stream import contracts
from tools.reference.markdown import code, page, table


def render() -> str:
    """The page."""
    known = contracts.contracts()
    domains = dict.fromkeys(contract.domain for contract in known.values())
    parts = []
    for domain in domains:
        rows = [
            [
                code(f"{contract.name}@{contract.version}"),
                contract.says.zh,
                contract.says.en,
                ", ".join(code(name) for name in contract.needs),
                ", ".join(f"{code(key)} {kind}" for key, kind in contract.body.items()),
            ]
            for contract in known.values()
            if contract.domain == domain
        ]
        parts += [f"## {domain}", table(["event", "中文", "English", "needs", "body"], rows)]
    tables = [
        [
            code(entry.name),
            entry.says.zh,
            entry.says.en,
            ", ".join(code(column) for column in entry.key),
            ", ".join(f"{code(column)} {kind}" for column, kind in entry.columns.items()),
        ]
        for entry in contracts.reference_tables().values()
    ]
    return page(
        "事件一览 · Events",
        "历史只增不改；每种事实有一份合约：必须有哪些字段，`body` 里可以有哪些键。合约只会被新版本取代，不会被修改。"
        "没有合约的事件按原名保留，可用于漏斗、路径与留存。",
        "History only grows. Each kind of fact has a contract: the fields it needs and the keys its `body` may have. "
        "A contract is superseded by a new version, never edited. An event that no contract knows is kept under its own name "
        "and can be used in funnels, paths and retention.",
        *parts,
        "## 基础表 · Reference tables",
        table(["table", "中文", "English", "key", "columns"], tables),
    )
