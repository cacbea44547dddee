"""What "paid" means in an order file: before refunds, net of them, or the amount due; said, verified on the rows, reported."""

from dataclasses import dataclass

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import Connection

ENOUGH_SHARE = 0.95
SAYS = {
    "before_refund": Text(zh="实付金额为退款前", en="“paid” is before refunds"),
    "net_of_refund": Text(zh="实付金额已减去退款", en="“paid” is net of refunds already"),
    "due": Text(zh="实付金额其实是应付金额", en="“paid” is really the amount due"),
}


@dataclass(frozen=True, slots=True)
class MoneyContract:
    """The contract taken for a file, and the shares of paid rows that satisfy each identity."""

    name: str
    checks: tuple[tuple[str, float], ...]
    note: Text | None


def decide(work: Connection, rows: str, *, has: set[str], declared: str, stated: bool) -> MoneyContract:
    """Choose the contract from the rows, or keep the declared one where they cannot tell.

    rows     : relation of paid orders with total_amount, paid_amount, refund_amount (major units, null when empty)
    has      : which of the three columns the file has
    declared : the mapping's or the layout's contract, or ""
    stated   : whether a person said so (then it is only verified, never replaced)
    """
    default = declared or "before_refund"
    if not {"paid_amount", "refund_amount"} <= has:
        if {"paid_amount", "total_amount"} <= has:
            share = work.execute(
                f"SELECT avg(CASE WHEN abs(paid_amount - total_amount) < 0.005 THEN 1.0 ELSE 0.0 END) FROM {rows} WHERE paid_amount IS NOT NULL AND total_amount IS NOT NULL"
            ).fetchall()[0][0]
            return MoneyContract(default, (("paid = total", float(share)),) if share is not None else (), None)
        return MoneyContract(default, (), None)
    refund = "coalesce(refund_amount, 0)"
    net_all, gross_all, counted, net_some, gross_some, refunds, over = work.execute(
        f"""SELECT avg(CASE WHEN abs(paid_amount + {refund} - total_amount) < 0.005 THEN 1.0 ELSE 0.0 END),
            avg(CASE WHEN abs(paid_amount - total_amount) < 0.005 THEN 1.0 ELSE 0.0 END), count(*),
            avg(CASE WHEN abs(paid_amount + {refund} - total_amount) < 0.005 THEN 1.0 ELSE 0.0 END) FILTER ({refund} > 0),
            avg(CASE WHEN abs(paid_amount - total_amount) < 0.005 THEN 1.0 ELSE 0.0 END) FILTER ({refund} > 0), count(*) FILTER ({refund} > 0),
            avg(CASE WHEN {refund} > paid_amount THEN 1.0 ELSE 0.0 END) FILTER ({refund} > 0)
        FROM {rows} WHERE paid_amount IS NOT NULL"""
    ).fetchall()[0]
    if "total_amount" not in has:
        checks: tuple[tuple[str, float], ...] = (("refund <= paid", 1 - float(over)),) if over is not None else ()
        if over is not None and over >= 1 - ENOUGH_SHARE and not stated and declared != "net_of_refund":
            note = Text(
                zh="有退款大于实付的订单，因此实付按“已减去退款”读；如不对，请在映射文件写 money_contract",
                en="Some refunds exceed what was paid, so “paid” is read as net of refunds; if wrong, a mapping file may say money_contract",
            )
            return MoneyContract("net_of_refund", checks, note)
        return MoneyContract(default, checks, None)
    if not counted:
        return MoneyContract(default, (), None)
    checks = (("paid + refund = total", float(net_all)), ("paid = total", float(gross_all)))
    if not refunds:
        return MoneyContract(default, checks, None)
    holds = {"net_of_refund": float(net_some), "before_refund": float(gross_some)}
    best = max(holds, key=lambda name: holds[name])
    if holds[best] >= ENOUGH_SHARE and not (stated and default != best):
        return MoneyContract(best, checks, None)
    if stated and holds[best] >= ENOUGH_SHARE:
        note = sentence(
            "映射文件说“%(said)s”，但有退款的订单里 %(share)s 符合“%(found)s”，请核对",
            "The mapping file says %(said)s, yet %(share)s of the refunded orders say %(found)s; please check",
            said=SAYS[default],
            share=f"{holds[best]:.1%}",
            found=SAYS[best],
        )
        return MoneyContract(default, checks, note)
    note = sentence(
        "金额关系不一致：有退款的订单里 %(net)s 满足 实付+退款=总额，%(gross)s 满足 实付=总额，都不到 95%%。"
        "已按“%(taken)s”入库，请核对并在映射文件写 money_contract",
        "The amounts do not agree: of the refunded orders %(net)s satisfy paid + refund = total and %(gross)s satisfy "
        "paid = total, both under 95%%. Taken: %(taken)s; please check, and say money_contract in a mapping file",
        net=f"{holds['net_of_refund']:.1%}",
        gross=f"{holds['before_refund']:.1%}",
        taken=SAYS[default],
    )
    return MoneyContract(default, checks, note)
