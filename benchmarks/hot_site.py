"""The same order over HTTP, in the hot lane and straight through: two addresses, served as `lianyi serve` does, for benchmarks.operations."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import LianyiError
from lianyi.ops.campaigns.selectors import get_bare_campaign, get_campaign, terms_of
from lianyi.ops.campaigns.services import order_in_sale
from lianyi.ops.campaigns.services.admission import admit
from lianyi.ops.members.selectors import get_member
from lianyi.ops.shop.services import Line, place_order


@csrf_exempt
def hot(request: HttpRequest, sale: str, member: str, key: str) -> HttpResponse:
    """As the page of a flash sale does it: who asks, which sale, and into the lane."""
    buyer = get_member(member)
    try:
        order_id = order_in_sale(
            key=key, actor=Actor("member", member), at=dt.datetime.now(dt.UTC), campaign=get_bare_campaign(sale), member=buyer
        )
    except LianyiError as refusal:
        return HttpResponse(refusal.code, status=409)
    return HttpResponse(order_id)


@csrf_exempt
def direct(request: HttpRequest, sale: str, member: str, key: str) -> HttpResponse:
    """The same admission, and an order in a transaction of its own."""
    buyer, campaign, at = get_member(member), get_campaign(sale), dt.datetime.now(dt.UTC)
    try:
        admit(campaign, "flash_sale", buyer, Actor("member", member), at)
        order = place_order(
            key=key,
            actor=Actor("member", member),
            at=at,
            member=buyer,
            lines=[Line(campaign.product, 1, terms_of(campaign).price_fen)],
            campaign_id=sale,
            stock_of=f"campaign:{sale}",
        )
    except LianyiError as refusal:
        return HttpResponse(refusal.code, status=409)
    return HttpResponse(order.public_id)


urlpatterns = [path("hot/<str:sale>/<str:member>/<str:key>", hot), path("direct/<str:sale>/<str:member>/<str:key>", direct)]
