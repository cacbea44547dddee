"""Orders and stock rebuilt from facts alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lianyi.ops.journal.selectors import Fact
from lianyi.ops.shop.rules.machine import next_state

NAMES = ("stock_adjusted", "order_placed", "order_paid", "order_closed", "order_refunded")
StockKey = tuple[str, str]


@dataclass(slots=True)
class OrderSeen:
    """An order as the facts tell it. lines : line number -> [product, stock, pieces, pieces returned]."""

    state: str = "pending"
    payable_fen: int = 0
    refunded_fen: int = 0
    lines: dict[int, list[Any]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Folded:
    """orders by public id; stocks : (product, purpose) -> [total, available, held, sold]; faults : steps that the machine does not allow."""

    orders: dict[str, OrderSeen] = field(default_factory=dict)
    stocks: dict[StockKey, list[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def move(self, key: StockKey, *, total: int = 0, available: int = 0, held: int = 0, sold: int = 0) -> None:
        """Change a stock."""
        row = self.stocks.setdefault(key, [0, 0, 0, 0])
        for i, n in enumerate((total, available, held, sold)):
            row[i] += n


def fold(facts: Iterable[tuple[Fact, dict[str, Any]]]) -> Folded:
    """Replay facts of NAMES in the order in which they were written."""
    folded = Folded()
    for fact, said in facts:
        body = said.get("body", {})
        if fact.name == "stock_adjusted":
            folded.move((said["product_id"], body["stock"]), total=said["quantity"], available=said["quantity"])
        else:
            order = folded.orders.setdefault(fact.order_id, OrderSeen())
            order.told.append(fact.name)
            STEPS[fact.name](folded, fact.order_id, order, said, body)
    return folded


def _placed(folded: Folded, name: str, order: OrderSeen, said: dict[str, Any], body: dict[str, Any]) -> None:
    if body["line"] in order.lines or order.state != "pending":
        folded.faults.append(f"order {name}: line {body['line']} placed twice, or late")
    order.lines[body["line"]] = [said["product_id"], body["stock"], said["quantity"], 0]
    order.payable_fen += said["amount_fen"]
    folded.move((said["product_id"], body["stock"]), available=-said["quantity"], held=said["quantity"])


def _paid(folded: Folded, name: str, order: OrderSeen, said: dict[str, Any], body: dict[str, Any]) -> None:
    product, stock, pieces, _ = order.lines[body["line"]]
    # One fact a line: the first one moves the order, the others find it moved.
    if body["line"] == min(order.lines):
        _step(folded, name, order, "pay")
    elif order.state != "paid":
        folded.faults.append(f"order {name}: line {body['line']} paid while {order.state}")
    folded.move((product, stock), held=-pieces, sold=pieces)


def _closed(folded: Folded, name: str, order: OrderSeen, said: dict[str, Any], body: dict[str, Any]) -> None:
    _step(folded, name, order, "expire" if body.get("reason") == "expired" else "cancel")
    for product, stock, pieces, _ in order.lines.values():
        folded.move((product, stock), held=-pieces, available=pieces)


def _refunded(folded: Folded, name: str, order: OrderSeen, said: dict[str, Any], body: dict[str, Any]) -> None:
    line = order.lines[body["line"]]
    product, stock, pieces, back = line
    order.refunded_fen += said["amount_fen"]
    line[3] = back + said["quantity"]
    if line[3] > pieces or order.refunded_fen > order.payable_fen:
        folded.faults.append(f"order {name}: more went back than was bought")
    if order.state not in ("paid", "refunded"):
        folded.faults.append(f"order {name}: refunded while {order.state}")
    is_done = order.refunded_fen == order.payable_fen and all(line[3] == line[2] for line in order.lines.values())
    order.state = next_state("paid", "refund_rest" if is_done else "refund_part") or order.state
    restocked = said["quantity"] if body.get("restocked", True) else 0
    folded.move((product, stock), sold=-said["quantity"], available=restocked, total=restocked - said["quantity"])


def _step(folded: Folded, name: str, order: OrderSeen, event: str) -> None:
    after = next_state(order.state, event)
    if after is None:
        folded.faults.append(f"order {name}: {event} while {order.state}")
    else:
        order.state = after


STEPS = {"order_placed": _placed, "order_paid": _paid, "order_closed": _closed, "order_refunded": _refunded}
