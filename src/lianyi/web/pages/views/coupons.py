"""The coupon wallet."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.coupon import STATES
from lianyi.ops.campaigns.rules.offers import Offer
from lianyi.ops.campaigns.selectors import Coupon, list_coupons_of, list_running
from lianyi.web.pages.session import member_only, the_member
from lianyi.web.pages.showing import show
from lianyi.web.pages.views.campaigns import is_for

NAMES = {
    "issued": Text(zh="可使用", en="Usable"),
    "used": Text(zh="已使用", en="Used"),
    "expired": Text(zh="已过期", en="Expired"),
    "revoked": Text(zh="已收回", en="Taken back"),
}
if set(NAMES) != set(STATES):
    raise AssertionError("each state of a coupon has its name")


@require_GET
@member_only
def coupons(request: HttpRequest) -> HttpResponse:
    """What the member holds, what was, and what can be taken now."""
    member = the_member(request)
    held = list_coupons_of(member)
    usable = [one for one in held if one.state == "issued" and one.expires_at > request.at]
    past = [one for one in held if one not in usable]
    taken = {one.campaign_id for one in held}
    open_ = [one for one in list_running(request.at, "coupon") if one.pk not in taken and is_for(one, member)]
    context = {
        "usable": [(one, value_of(one)) for one in usable],
        "past": [(one, value_of(one), NAMES["expired" if one.state == "issued" else one.state]) for one in past],
        "open": open_,
    }
    return show(request, "coupons", context, page="coupons")


def value_of(coupon: Coupon) -> tuple[str, int, int]:
    """What a coupon gives, as it was promised: (kind, fen off or share off in basis points, least order in fen)."""
    offer = Offer.of_json(coupon.offer)
    least_fen = next((one.value for one in offer.conditions if one.kind == "least_fen"), 0)
    if offer.benefit.kind == "percent_off":
        return "percent", offer.benefit.rate_bp, least_fen
    return ("shipping" if offer.benefit.kind == "shipping_off" else "amount"), offer.benefit.amount_fen, least_fen
