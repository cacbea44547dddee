"""The shares an import reports: money identities, keys known, links found."""

from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import Connection
from lianyi.stream.intake.money_contract import MoneyContract
from lianyi.stream.intake.order_lines import linked_share
from lianyi.stream.intake.report import Check
from lianyi.stream.intake.staging import StagedFile

SAYS = {
    "paid + refund = total": Text(zh="实付 + 退款 = 总额", en="paid + refund = total"),
    "paid = total": Text(zh="实付 = 总额", en="paid = total"),
    "refund <= paid": Text(zh="退款不大于实付", en="refund is at most what was paid"),
    "member known": Text(zh="知道买家是谁的行", en="rows whose member is known"),
    "member in members": Text(zh="会员在会员表中的行", en="rows whose member is in the members table"),
    "product in products": Text(zh="商品在商品表中的行", en="rows whose product is in the products table"),
    "returns linked": Text(zh="找到原订单的退货", en="returns linked to the order they undo"),
    "interactions = total": Text(zh="互动分项之和 = 合计", en="interactions add up to their total"),
}


def checks_of(work: Connection, file: StagedFile, contract: MoneyContract | None, own: set[str]) -> tuple[Check, ...]:
    """The checks that apply to a file; each is a share in [0, 1].

    own : kinds of files imported before, so that a share of keys found is told only where a table of their own was given
    """
    found: list[tuple[str, float]] = list(contract.checks) if contract else []
    fields = {u.field for u in file.uses if u.field} | set(file.mapping.constants)
    rows = f"(SELECT * FROM ready_{file.kind.name} WHERE file = {file.number})"

    def share(name: str, sql: str) -> None:
        value = work.execute(sql).fetchall()[0][0]
        if value is not None:
            found.append((name, float(value)))

    if file.kind.name in {"orders", "order_lines", "events"}:
        if "member_id" in fields:
            share("member known", f"SELECT avg(CASE WHEN member_id IS NOT NULL THEN 1.0 ELSE 0.0 END) FROM {rows}")
            if "members" in own:
                share("member in members", _in("members", "member_id", rows))
        if "product_id" in fields and "products" in own:
            share("product in products", _in("products", "product_id", rows))
    if file.kind.name == "order_lines":
        linked = linked_share(work, file.number)
        if linked is not None:
            found.append(("returns linked", linked))
    if file.kind.name == "contents" and "interactions" in fields:
        share(
            "interactions = total",
            f"SELECT avg(CASE WHEN coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(collects, 0) = interactions THEN 1.0 ELSE 0.0 END) FROM {rows}"
            " WHERE interactions IS NOT NULL",
        )
    return tuple(Check(name, value, SAYS[name]) for name, value in found)


def _in(table: str, key: str, rows: str) -> str:
    return f"SELECT avg(CASE WHEN {key} IN (SELECT {key} FROM have_{table}) THEN 1.0 ELSE 0.0 END) FROM {rows} WHERE {key} IS NOT NULL"
