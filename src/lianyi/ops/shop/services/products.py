"""Products, prices and the pieces there are."""

import datetime as dt
import secrets

from django.conf import settings
from django.db.models import F

from lianyi.kernel.actor import Actor
from lianyi.kernel.money import written
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.shop.models import OrderLine, Price, Product, Purchased, Stock
from lianyi.ops.shop.refusals import LineUnusable, PriceUnusable, ReferencePriceTooHigh, SoldOut
from lianyi.ops.shop.selectors import find_last_deal_fen, find_lowest_deal_fen, get_product, get_stock

SHOP = "shop"
MOST_FEN = 10**12


def add_product(
    *,
    actor: Actor,
    at: dt.datetime,
    title: str,
    price_fen: int,
    pieces: int = 0,
    public_id: str = "",
    category: str = "",
    brand: str = "",
    unit_cost_fen: int | None = None,
    key: str = "",
) -> Product:
    """A new product with its first price and its stock. public_id : the shop's own number, or drawn by lot.

    Raises PriceUnusable, NotAllowed.
    """
    actor.require("shop.write")
    _require_price(price_fen)

    def do() -> Result:
        product = Product.objects.create(
            public_id=public_id or f"p_{secrets.token_hex(6)}",
            title=title,
            category=category,
            brand=brand,
            unit_cost_fen=unit_cost_fen,
            created_at=at,
        )
        set_price(actor=actor, at=at, product=product, price_fen=price_fen, key=f"{product.public_id}:price")
        receive_stock(actor=actor, at=at, product=product, pieces=pieces, key=f"{product.public_id}:stock")
        return {"product": product.public_id}

    payload = {"title": title, "price_fen": price_fen, "pieces": pieces, "public_id": public_id}
    done = execute(key=key or f"product:{secrets.token_urlsafe(12)}", name="shop.add_product", actor=actor, at=at, payload=payload, do=do)
    return get_product(done["product"])


def set_price(
    *, actor: Actor, at: dt.datetime, product: Product, price_fen: int, list_fen: int | None = None, basis: str = "", key: str = ""
) -> Price:
    """A price from now on. list_fen : a crossed-out price beside it; basis : what that is, in words that buyers can check.

    Without a basis it may not be above the lowest deal of the last seven days, or the last deal when there was none (明码标价和禁止价格欺诈规定
    art. 16); where there never was a deal there is nothing to compare with.
    Raises PriceUnusable, ReferencePriceTooHigh, NotAllowed.
    """
    actor.require("shop.write")
    _require_price(price_fen)
    if list_fen is not None:
        _require_price(list_fen)
        if list_fen < price_fen:
            raise PriceUnusable(why=Text(zh="划线价低于售价", en="the crossed-out price is below the price"))

    def do() -> Result:
        if list_fen is not None and not basis:
            ceiling = reference_ceiling_fen(product, at)
            if ceiling is None or list_fen > ceiling:
                none = Text(zh="没有成交记录", en="no deal is known")
                raise ReferencePriceTooHigh(ceiling=none if ceiling is None else written(ceiling, _currency()))
        price = Price.objects.create(product=product, price_fen=price_fen, list_fen=list_fen, basis=basis, since=at)
        record(name="price_set", at=at, actor=actor, product_id=product.public_id, amount_fen=price_fen)
        return {"price": price.pk}

    payload = {"product": product.public_id, "price_fen": price_fen, "list_fen": list_fen, "basis": basis}
    done = execute(key=key or f"price:{secrets.token_urlsafe(12)}", name="shop.set_price", actor=actor, at=at, payload=payload, do=do)
    return Price.objects.get(pk=done["price"])


def set_on_sale(*, actor: Actor, at: dt.datetime, product: Product, on_sale: bool, key: str = "") -> Product:
    """Put a product on sale or take it off; orders that were placed stay as they are. Raises NotAllowed."""
    actor.require("shop.write")

    def do() -> Result:
        Product.objects.filter(pk=product.pk).update(on_sale=on_sale)
        return {"product": product.public_id}

    payload = {"product": product.public_id, "on_sale": on_sale}
    execute(key=key or f"on_sale:{secrets.token_urlsafe(12)}", name="shop.set_on_sale", actor=actor, at=at, payload=payload, do=do)
    return get_product(product.public_id)


def reference_ceiling_fen(product: Product, at: dt.datetime) -> int | None:
    """The highest crossed-out price that needs no stated basis at an instant; None when the product was never sold."""
    lowest = find_lowest_deal_fen(product, at)
    return lowest if lowest is not None else find_last_deal_fen(product, at)


def receive_stock(
    *,
    actor: Actor,
    at: dt.datetime,
    product: Product,
    pieces: int,
    purpose: str = SHOP,
    kind: str = "received",
    reason: str = "",
    key: str = "",
) -> Stock:
    """Pieces that come in, or (negative) go without being sold. kind : received | counted | damaged. Raises SoldOut, NotAllowed."""
    actor.require("shop.write")
    _require_pieces(pieces)

    def do() -> Result:
        _move(product, purpose, pieces)
        _tell(actor, at, product, purpose, pieces, kind, reason)
        return {}

    payload = {"product": product.public_id, "pieces": pieces, "purpose": purpose, "kind": kind}
    execute(key=key or f"stock:{secrets.token_urlsafe(12)}", name="shop.receive_stock", actor=actor, at=at, payload=payload, do=do)
    return get_stock(product, purpose)


def allot_stock(
    *, actor: Actor, at: dt.datetime, product: Product, pieces: int, campaign_id: str, member_limit: int | None = None, key: str = ""
) -> Stock:
    """Set pieces of the shop's stock aside for a campaign. member_limit : how many of them one member may have.

    Raises SoldOut (the shop has not that many left), NotAllowed.
    """
    actor.require("shop.write")
    _require_pieces(pieces)
    purpose = f"campaign:{campaign_id}"

    def do() -> Result:
        _move(product, SHOP, -pieces)
        _move(product, purpose, pieces)
        if member_limit is not None:
            _limit(get_stock(product, purpose), member_limit)
        _tell(actor, at, product, SHOP, -pieces, "allotted", "")
        _tell(actor, at, product, purpose, pieces, "allotted", "")
        record(name="stock_allotted", at=at, actor=actor, product_id=product.public_id, campaign_id=campaign_id, quantity=pieces)
        return {}

    payload = {"product": product.public_id, "pieces": pieces, "campaign": campaign_id, "member_limit": member_limit}
    execute(key=key or f"allot:{secrets.token_urlsafe(12)}", name="shop.allot_stock", actor=actor, at=at, payload=payload, do=do)
    return get_stock(product, purpose)


def release_stock(*, actor: Actor, at: dt.datetime, product: Product, campaign_id: str, key: str = "") -> int:
    """Give what is left of a campaign's pieces back to the shop; answers how many. Pieces in unpaid orders come later, by another call."""
    actor.require("shop.write")
    purpose = f"campaign:{campaign_id}"

    def do() -> Result:
        # Touched first, so that nobody draws on it between reading and moving.
        Stock.objects.filter(product=product, purpose=purpose).update(available=F("available"))
        pieces = get_stock(product, purpose).available
        if pieces:
            _move(product, purpose, -pieces)
            _move(product, SHOP, pieces)
            _tell(actor, at, product, purpose, -pieces, "released", "")
            _tell(actor, at, product, SHOP, pieces, "released", "")
        return {"pieces": pieces}

    payload = {"product": product.public_id, "campaign": campaign_id}
    done = execute(key=key or f"release:{secrets.token_urlsafe(12)}", name="shop.release_stock", actor=actor, at=at, payload=payload, do=do)
    return int(done["pieces"])


def _move(product: Product, purpose: str, pieces: int) -> None:
    """Change total and available by as many pieces; a stock that is not there is made."""
    chosen = Stock.objects.filter(product=product, purpose=purpose)
    if not chosen.exists():
        Stock.objects.bulk_create([Stock(product=product, purpose=purpose)], ignore_conflicts=True)
    if not chosen.filter(available__gte=-pieces).update(total=F("total") + pieces, available=F("available") + pieces):
        raise SoldOut(title=product.title)


def _limit(stock: Stock, member_limit: int) -> None:
    """Set how many pieces a member may have; who has more already keeps them. Members who bought before are counted from now on."""
    Stock.objects.filter(pk=stock.pk).update(member_limit=member_limit)
    had: dict[int, int] = {}
    lines = OrderLine.objects.filter(stock=stock, order__state__in=("pending", "paid")).select_related("order")
    for line in lines:
        had[line.order.member_id] = had.get(line.order.member_id, 0) + line.quantity - line.returned_quantity
    for member_pk, quantity in had.items():
        Purchased.objects.update_or_create(
            stock=stock, member_id=member_pk, defaults={"quantity": quantity, "allowed": max(member_limit, quantity)}
        )


def _tell(actor: Actor, at: dt.datetime, product: Product, purpose: str, pieces: int, kind: str, reason: str) -> None:
    if pieces:
        record(
            name="stock_adjusted",
            at=at,
            actor=actor,
            product_id=product.public_id,
            campaign_id=purpose.removeprefix("campaign:") if purpose != SHOP else "",
            quantity=pieces,
            kind=kind,
            body={"stock": purpose, "reason": reason or None, "title": product.title},
        )


def _require_price(price_fen: int) -> None:
    if not 0 <= price_fen <= MOST_FEN:
        raise PriceUnusable(why=Text(zh="价格应为 0 到一百亿元", en="a price is 0 to ten thousand million yuan"))


def _require_pieces(pieces: int) -> None:
    if abs(pieces) > 10**9:
        raise LineUnusable(why=Text(zh="件数过大", en="too many pieces"))


def _currency() -> str:
    return str(settings.WORKSPACE.currency)
