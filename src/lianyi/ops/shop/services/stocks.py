"""Moving pieces between available, held and sold: guarded statements, so that no reader's picture can be out of date.

Rows are always taken in the same order, orders before stocks before limits, ascending by id: nobody waits in a circle.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.db.models import F

from lianyi.ops.shop.models import OrderLine, Purchased, Stock
from lianyi.ops.shop.refusals import LimitReached, SoldOut


def quantities(lines: Iterable[OrderLine]) -> dict[int, int]:
    """Pieces by stock row."""
    found: dict[int, int] = {}
    for line in lines:
        found[line.stock_id] = found.get(line.stock_id, 0) + line.quantity
    return found


def hold(stocks: Mapping[int, Stock], wanted: Mapping[int, int]) -> dict[int, int | None]:
    """available -> held; answers each stock's limit for one member as it is now that its row is ours. Raises SoldOut."""
    limits: dict[int, int | None] = {}
    with connection.cursor() as cursor:
        for pk in sorted(wanted):
            n = wanted[pk]
            cursor.execute(
                "UPDATE shop_stock SET available = available - %s, held = held + %s WHERE id = %s AND available >= %s RETURNING member_limit",
                [n, n, pk, n],
            )
            row = cursor.fetchone()
            if row is None:
                raise SoldOut(title=stocks[pk].product.title)
            limits[pk] = row[0]
    return limits


def count(stocks: Mapping[int, Stock], wanted: Mapping[int, int], limits: Mapping[int, int | None], member_pk: int) -> None:
    """Count pieces to a member where the stock has a limit (limits : of rows that are ours, by `hold`). Raises LimitReached."""
    for pk in sorted(wanted):
        limit = limits[pk]
        if limit is not None and not count_in(pk, member_pk, wanted[pk], limit):
            raise LimitReached(title=stocks[pk].product.title, limit=limit)


def count_in(stock_pk: int, member_pk: int, quantity: int, limit: int) -> bool:
    """Count pieces to a member, unless they would have more than the limit; whether it was done."""
    if quantity > limit:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_purchased (stock_id, member_id, quantity, allowed) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (stock_id, member_id) DO UPDATE SET quantity = shop_purchased.quantity + excluded.quantity, allowed = excluded.allowed"
            " WHERE shop_purchased.quantity + excluded.quantity <= excluded.allowed",
            [stock_pk, member_pk, quantity, limit],
        )
        return bool(cursor.rowcount == 1)


def counts(stock_pks: Collection[int], member_pks: Collection[int]) -> dict[tuple[int, int], int]:
    """What members have of limited stocks, by stock row and member row; who has nothing is left out."""
    of_stocks, of_members = (", ".join(["%s"] * len(pks)) for pks in (stock_pks, member_pks))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT stock_id, member_id, quantity FROM shop_purchased WHERE stock_id IN ({of_stocks}) AND member_id IN ({of_members})",
            [*stock_pks, *member_pks],
        )
        return {(stock, member): quantity for stock, member, quantity in cursor.fetchall()}


def count_all(counted: Mapping[tuple[int, int], int], limits: Mapping[int, int | None]) -> None:
    """Set what members have, by stock row and member row, of stocks that are ours; within the limits, which the database holds."""
    if not counted:
        return
    marks = ", ".join(["(%s, %s, %s, %s)"] * len(counted))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO shop_purchased (stock_id, member_id, quantity, allowed) VALUES {marks}"
            " ON CONFLICT (stock_id, member_id) DO UPDATE SET quantity = excluded.quantity, allowed = excluded.allowed",
            [value for place, quantity in sorted(counted.items()) for value in (*place, quantity, limits[place[0]])],
        )


def release(wanted: Mapping[int, int]) -> None:
    """held -> available."""
    for pk in sorted(wanted):
        n = wanted[pk]
        _must(Stock.objects.filter(pk=pk, held__gte=n).update(held=F("held") - n, available=F("available") + n), pk)


def sell(wanted: Mapping[int, int]) -> None:
    """held -> sold."""
    for pk in sorted(wanted):
        n = wanted[pk]
        _must(Stock.objects.filter(pk=pk, held__gte=n).update(held=F("held") - n, sold=F("sold") + n), pk)


def take_back(restocked: Mapping[int, int], lost: Mapping[int, int]) -> None:
    """sold -> available, and sold -> gone for pieces that cannot be sold again."""
    for pk in sorted({*restocked, *lost}):
        back, gone = restocked.get(pk, 0), lost.get(pk, 0)
        if back or gone:
            _must(
                Stock.objects.filter(pk=pk, sold__gte=back + gone).update(
                    sold=F("sold") - back - gone, available=F("available") + back, total=F("total") - gone
                ),
                pk,
            )


def count_out(counted: Mapping[tuple[int, int], int]) -> None:
    """Take pieces off members' counts; keys are (stock row, member row). A stock that never had a limit keeps no counts."""
    kept = Purchased.objects.filter(stock_id__in={stock for stock, _ in counted}, member_id__in={member for _, member in counted})
    for pk, stock_pk, member_pk in kept.order_by("stock_id", "member_id").values_list("pk", "stock_id", "member_id"):
        if n := counted.get((stock_pk, member_pk), 0):
            Purchased.objects.filter(pk=pk).update(quantity=F("quantity") - n)


def by_member(lines: Iterable[OrderLine]) -> dict[tuple[int, int], int]:
    """Pieces by stock row and member row; lines with their orders."""
    found: dict[tuple[int, int], int] = {}
    for line in lines:
        place = (line.stock_id, line.order.member_id)
        found[place] = found.get(place, 0) + line.quantity
    return found


def _must(rows: int, pk: int) -> None:
    if rows != 1:
        # The order says that the pieces are there: the row and the orders disagree, which `lianyi check` would find too.
        raise AssertionError(f"stock row {pk} does not hold what its orders say")
