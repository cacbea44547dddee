"""The shop: orders with their story, refunds to decide, products with their prices and pieces."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianyi.compliance.channels import channel_names
from lianyi.flows import settle_order
from lianyi.kernel.errors import BadInput, Refusal, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.selectors import list_campaigns, list_offers_of
from lianyi.ops.journal.selectors import list_facts
from lianyi.ops.shop import lists, services
from lianyi.ops.shop.rules.reasons import reason_words
from lianyi.ops.shop.selectors import available_of, find_price, get_order, get_product, get_refund, list_lines, list_refunds, prices_at
from lianyi.web.console import shop_words as words
from lianyi.web.console.bulk import Act, Bulk
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.shop_forms import PaymentForm, PiecesForm, PriceForm, ProductForm, RefundForm
from lianyi.web.console.timeline import timeline
from lianyi.web.ui.lists import Asked, Column, Filter, Listing, wants_file
from lianyi.web.ui.templatetags.words import spoken

ORDERS = Listing(
    name=Text(zh="订单", en="orders"),
    sort="-placed",
    icon="shopping-bag",
    empty=Text(zh="会员在店里或活动里下单后，会出现在这里。", en="Orders of the shop and of campaigns appear here."),
    mark=lambda row: row.public_id,
    columns=(
        Column(
            id="order", name=Text(zh="订单", en="Order"), value=lambda row: row.public_id,
            link=lambda row: reverse("console:order", args=[row.public_id]),
        ),
        Column(id="state", name=Text(zh="状态", en="State"), value=lambda row: row.state, says=words.ORDERS.__getitem__, tone=words.ORDER_TONES.__getitem__),
        Column(
            id="member", name=Text(zh="会员", en="Member"), value=lambda row: row.member.public_id,
            link=lambda row: "" if row.member.erased_at else reverse("console:member", args=[row.member.public_id]),
        ),
        Column(id="channel", name=Text(zh="渠道", en="Channel"), value=lambda row: channel_names().get(row.channel, row.channel)),
        Column(id="placed", name=Text(zh="下单", en="Placed"), value=lambda row: row.placed_at, unit="moment", sort=True),
        Column(id="discount", name=Text(zh="优惠", en="Discount"), value=lambda row: row.discount_fen or None, unit="money"),
        Column(id="payable", name=Text(zh="应付", en="Payable"), value=lambda row: row.payable_fen, unit="money", sort=True),
        Column(id="refunded", name=Text(zh="已退", en="Refunded"), value=lambda row: row.refunded_fen or None, unit="money", sort=True),
    ),
    filters=(
        Filter(id="words", name=Text(zh="订单号或会员号", en="Order or member")),
        Filter(id="state", name=Text(zh="状态", en="State"), kind="choice", choices=words.ORDERS),
        Filter(
            id="campaign", name=Text(zh="活动", en="Campaign"), kind="choice",
            choices=lambda: {one.public_id: Text(zh=one.title, en=one.title) for one in list_campaigns() if one.product_id},
        ),
        Filter(id="since", name=Text(zh="从", en="From"), kind="day"),
        Filter(id="until", name=Text(zh="到", en="To"), kind="day"),
    ),
)  # fmt: skip
REFUNDS = Listing(
    name=Text(zh="退款", en="refunds"),
    sort="-requested",
    icon="undo-2",
    empty=Text(zh="会员申请的和团队发起的退款都在这里。", en="Refunds that members ask for, or the team gives, appear here."),
    columns=(
        Column(
            id="order", name=Text(zh="订单", en="Order"), value=lambda row: row.order.public_id,
            link=lambda row: reverse("console:order", args=[row.order.public_id]) + "#refunds", under=lambda row: row.fault if row.is_stuck else reason_words(row.reason),
        ),
        Column(id="state", name=Text(zh="状态", en="State"), value=words.standing, says=words.REFUNDS.__getitem__, tone=words.REFUND_TONES.__getitem__),
        Column(id="amount", name=Text(zh="金额", en="Amount"), value=lambda row: row.amount_fen, unit="money", sort=True),
        Column(id="tender", name=Text(zh="原路", en="Way back"), value=lambda row: words.TENDERS[row.payment.tender]),
        Column(id="requested", name=Text(zh="申请", en="Asked"), value=lambda row: row.requested_at, unit="moment", sort=True),
        Column(id="settled", name=Text(zh="退回", en="Paid back"), value=lambda row: row.settled_at, unit="moment"),
    ),
    filters=(
        Filter(id="words", name=Text(zh="订单号", en="Order")),
        Filter(id="state", name=Text(zh="状态", en="State"), kind="choice", choices=words.REFUNDS),
    ),
)  # fmt: skip
PRODUCTS = Listing(
    name=Text(zh="商品", en="products"),
    sort="-created",
    icon="package",
    empty=Text(zh="加一件商品，写上售价和库存。", en="Add a product with its price and pieces."),
    columns=(
        Column(
            id="title", name=Text(zh="商品", en="Product"), value=lambda row: row["product"].title, sort=True,
            link=lambda row: reverse("console:product", args=[row["product"].public_id]), under=lambda row: row["product"].public_id,
        ),
        Column(id="category", name=Text(zh="类目", en="Category"), value=lambda row: row["product"].category),
        Column(
            id="on_sale", name=Text(zh="状态", en="State"), value=lambda row: "yes" if row["product"].on_sale else "no",
            says=words.ON_SALE.__getitem__, tone={"yes": "good", "no": ""}.__getitem__,
        ),
        Column(id="price", name=Text(zh="售价", en="Price"), value=lambda row: row["price"].price_fen if row["price"] else None, unit="money"),
        Column(id="cost", name=Text(zh="成本", en="Cost"), value=lambda row: row["product"].unit_cost_fen, unit="money", sort=True),
        Column(id="available", name=Text(zh="可售", en="Available"), value=lambda row: sum(stock.available for stock in row["stocks"]), unit="count"),
        Column(id="held", name=Text(zh="占用", en="Held"), value=lambda row: sum(stock.held for stock in row["stocks"]), unit="count"),
        Column(id="sold", name=Text(zh="已售", en="Sold"), value=lambda row: sum(stock.sold for stock in row["stocks"]), unit="count"),
    ),
    filters=(
        Filter(id="words", name=Text(zh="名称或编号", en="Title or id")),
        Filter(
            id="category", name=Text(zh="类目", en="Category"), kind="choice", choices=lambda: {one: Text(zh=one, en=one) for one in lists.list_categories()}
        ),
        Filter(id="on_sale", name=Text(zh="状态", en="State"), kind="choice", choices=words.ON_SALE),
    ),
)  # fmt: skip
DONE = {
    "refunded": Text(zh="已同意退款", en="The refund is approved"),
    "captured": Text(zh="已记为收款", en="Noted as paid"),
    "late": Text(
        zh="订单已不在等待付款：这笔钱已登记，并会退回", en="The order no longer waits for payment: the money is noted, and goes back"
    ),
    "rejected": Text(zh="已拒绝，会员会看到理由", en="Rejected; the member reads the reason"),
    "settled": Text(zh="已记为退回", en="Noted as paid back"),
    "saved": Text(zh="已保存", en="Saved"),
}


def _orders(asked: Asked) -> Any:
    return lists.page_orders(**asked.given, sort=asked.sort, number=asked.number, size=asked.size, chosen=asked.chosen)


ORDERS_BULK = Bulk(
    listing=ORDERS,
    fetch=_orders,
    list_route="shop",
    act_route="orders_bulk",
    acts=(
        Act(
            id="export",
            name=Text(zh="导出选中", en="Export chosen"),
            permission="shop.read",
            file=lambda request, rows: ORDERS.saved(rows, "orders"),
        ),
    ),
)


def _refunds(asked: Asked) -> Any:
    return lists.page_refunds(**asked.given, sort=asked.sort, number=asked.number, size=asked.size)


@require_GET
@opened_to("shop.read")
def orders(request: HttpRequest) -> HttpResponse:
    """Orders, the latest first."""
    if wants_file(request):
        return ORDERS.file(request, _orders, "orders")
    table = ORDERS.table(request, _orders, offer=ORDERS_BULK.offer(request))
    return render(request, "console/shop/list.html", {"table": table, **_tabs(request, "shop")})


@require_POST
@opened_to("shop.read")
def orders_bulk(request: HttpRequest) -> HttpResponse:
    """Chosen orders as a file. Raises TooManyRows."""
    return ORDERS_BULK.answer(request)


@require_GET
@opened_to("shop.read")
def refunds(request: HttpRequest) -> HttpResponse:
    """Refunds, the latest first."""
    if wants_file(request):
        return REFUNDS.file(request, _refunds, "refunds")
    return render(request, "console/shop/list.html", {"table": REFUNDS.table(request, _refunds), **_tabs(request, "refunds")})


@require_GET
@opened_to("shop.read")
def products(request: HttpRequest) -> HttpResponse:
    """Products with their price now and their pieces."""

    def fetch(asked: Asked) -> Any:
        page = lists.page_products(**asked.given, sort=asked.sort, number=asked.number, size=asked.size)
        prices, stocks = prices_at(page.rows, request.at), lists.stocks_of(page.rows)
        rows = [{"product": one, "price": prices.get(one.pk), "stocks": stocks[one.pk]} for one in page.rows]
        return type(page)(rows, page.number, page.size, page.total)

    if wants_file(request):
        return PRODUCTS.file(request, fetch, "products")
    page = {"table": PRODUCTS.table(request, fetch), "may_write": may(request, "shop.write"), **_tabs(request, "products")}
    return render(request, "console/shop/list.html", page)


@require_GET
@opened_to("shop.read")
def order(request: HttpRequest, public_id: str) -> HttpResponse:
    """One order: lines, money in and back, its story. Raises OrderUnknown."""
    return render(request, "console/shop/order.html", _order_page(request, public_id))


@require_POST
@opened_to("shop.write")
def take_payment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note that the counter took an order's money, or a transfer came in. Raises OrderUnknown, PaymentElsewhere.

    What comes when the order no longer waits is noted as well, and goes back.
    """
    one = get_order(public_id)
    form = PaymentForm(request.POST)
    if not form.is_valid():
        return render(request, "console/shop/order.html", _order_page(request, public_id, payment=form), status=422)
    payment = settle_order.pay(
        key=form_key(request), actor=request.actor, at=request.at, order=one, reference=form.cleaned_data["reference"],
        amount_fen=one.payable_fen,
    )  # fmt: skip
    if payment.state == "captured":
        messages.success(request, DONE["captured"].say(spoken()))
    else:
        messages.warning(request, DONE["late"].say(spoken()))
    return redirect("console:order", public_id)


@require_POST
@opened_to("order.refund")
def refund(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give money back for pieces of an order, with a reason. Raises OrderUnknown, NotRefundable, RefundOpen."""
    one = get_order(public_id)
    form = RefundForm(request.POST, lines=list_lines([one])[one.pk])
    if form.is_valid() and not form.returned():
        form.add_error(None, Text(zh="请填写要退的件数。", en="State the pieces that go back.").say(spoken()))
    if not form.is_valid():
        return render(request, "console/shop/order.html", _order_page(request, public_id, form))
    settle_order.refund(
        key=form_key(request), actor=request.actor, at=request.at, order=one, lines=form.returned(), reason=form.cleaned_data["reason"]
    )
    messages.success(request, DONE["refunded"].say(spoken()))
    return redirect(reverse("console:order", args=[public_id]) + "#refunds")


@require_POST
@opened_to("order.refund")
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approve or reject a refund that was asked for, or note that a gateway has sent it. Raises RefundUnknown, NotRefundable, BadInput."""
    asked = get_refund(public_id)
    key, decision = form_key(request), request.POST.get("decision", "")
    if decision == "approve":
        settle_order.refund(key=key, actor=request.actor, at=request.at, order=asked.order, asked=asked, reason=asked.reason)
    elif decision == "reject":
        reason = request.POST.get("reason", "").strip()[:200]
        if not reason:
            raise BadInput(reason=Text(zh="请写明拒绝的理由，会员有权知道。", en="State why; the member has a right to know."))
        services.reject_refund(key=key, actor=request.actor, at=request.at, refund=asked, reason=reason)
    elif decision == "settle":
        settle_order.settle_refund(
            key=key, actor=request.actor, at=request.at, refund=asked, reference=request.POST.get("reference", "").strip()[:64]
        )
    else:
        raise UnknownName(what="decision", given=decision, allowed=["approve", "reject", "settle"])
    messages.success(request, DONE[{"approve": "refunded", "reject": "rejected", "settle": "settled"}[decision]].say(spoken()))
    return redirect(reverse("console:order", args=[asked.order.public_id]) + "#refunds")


@require_http_methods(["GET", "POST"])
@opened_to("shop.write")
def new_product(request: HttpRequest) -> HttpResponse:
    """A new product."""
    form = ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_product(key=form_key(request), actor=request.actor, at=request.at, **form.cleaned_data)
        except (BadInput, Refusal) as fault:
            form.add_error(None, fault.say(spoken()))
        else:
            return redirect("console:product", made.public_id)
    return render(request, "console/shop/new_product.html", {"form": form})


@require_GET
@opened_to("shop.read")
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    """One product: its price and how it was, its pieces and for what they are, its latest deals. Raises ProductUnknown."""
    return render(request, "console/shop/product.html", _product_page(request, public_id))


@require_POST
@opened_to("shop.write")
def change_product(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new price, pieces that came or went, on sale or off. Raises ProductUnknown, UnknownName, SoldOut."""
    one = get_product(public_id)
    change = request.POST.get("change", "")
    if change not in ("price", "pieces", "on_sale"):
        raise UnknownName(what="change", given=change, allowed=["price", "pieces", "on_sale"])
    form = {"price": PriceForm, "pieces": PiecesForm}[change](request.POST) if change != "on_sale" else None
    around = {"key": form_key(request), "actor": request.actor, "at": request.at, "product": one}
    if form is not None and not form.is_valid():
        return render(request, "console/shop/product.html", _product_page(request, public_id, **{change: form}))
    try:
        if form is None:
            services.set_on_sale(**around, on_sale=request.POST.get("on_sale") == "yes")
        else:
            (services.set_price if change == "price" else services.receive_stock)(**around, **form.cleaned_data)
    except (BadInput, Refusal) as fault:
        if form is None:
            raise
        form.add_error(None, fault.say(spoken()))
        return render(request, "console/shop/product.html", _product_page(request, public_id, **{change: form}))
    messages.success(request, DONE["saved"].say(spoken()))
    return redirect("console:product", public_id)


def _tabs(request: HttpRequest, here: str) -> dict[str, Any]:
    return {"here": here, "waiting": lists.count_refunds_waiting()}


def _order_page(
    request: HttpRequest, public_id: str, form: RefundForm | None = None, *, payment: PaymentForm | None = None
) -> dict[str, Any]:
    one = get_order(public_id)
    lines = list_lines([one])[one.pk]
    backs = list_refunds(one)
    return {
        "order": one,
        "channel": channel_names().get(one.channel, one.channel),
        "state": words.ORDERS[one.state],
        "tone": words.ORDER_TONES[one.state],
        "lines": lines,
        "offers": list_offers_of(one),
        "payments": [(payment, words.PAYMENTS[payment.state], words.TENDERS.get(payment.tender)) for payment in lists.list_payments(one)],
        "refunds": [
            (
                back,
                words.REFUNDS[words.standing(back)],
                words.REFUND_TONES[words.standing(back)],
                words.next_step(back.fault) if back.is_stuck else None,
                reason_words(back.reason),
            )
            for back in backs
        ],
        "events": timeline(list_facts(order_id=one.public_id)),
        "may_take": may(request, "shop.write") and one.state == "pending" and request.at < one.expires_at,
        "payment_form": payment or PaymentForm(),
        "may_refund": may(request, "order.refund"),
        "form": form
        or (
            RefundForm(lines=lines) if one.state == "paid" and not any(back.state in ("requested", "approved") for back in backs) else None
        ),
    }


def _product_page(
    request: HttpRequest, public_id: str, *, price: PriceForm | None = None, pieces: PiecesForm | None = None
) -> dict[str, Any]:
    one = get_product(public_id)
    titles = {campaign.public_id: campaign.title for campaign in list_campaigns() if campaign.product_id == one.pk}
    return {
        "product": one,
        "price": find_price(one, request.at),
        "prices": lists.list_prices(one),
        "stocks": [(stock, titles.get(stock.purpose.removeprefix("campaign:"), "")) for stock in lists.stocks_of([one])[one.pk]],
        "available": available_of([one]).get(one.pk, 0),
        "deals": lists.sold_of(one),
        "may_write": may(request, "shop.write"),
        "price_form": price or PriceForm(),
        "pieces_form": pieces or PiecesForm(),
    }
