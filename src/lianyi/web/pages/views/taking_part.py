"""Taking part: what a member does in a campaign, each by one form that is safe to send twice."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.errors import NotThere
from lianyi.kernel.money import written
from lianyi.kernel.text import Text
from lianyi.ops.campaigns import services as campaigns
from lianyi.ops.campaigns.mechanics import bargain as bargain_rules
from lianyi.ops.campaigns.selectors import (
    conditions_of,
    find_draw,
    find_seat,
    get_bargain,
    get_team,
    list_helps,
    list_seats,
    price_now,
    terms_of,
    terms_of_bargain,
)
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.numbers import whole_number
from lianyi.web.pages.session import actor_of, key_of, member_of, member_only, the_member
from lianyi.web.pages.shares import brought_by, share_url
from lianyi.web.pages.showing import show
from lianyi.web.pages.views.campaigns import is_for, public_campaign
from lianyi.web.ui.templatetags.words import spoken

TAKES = Limit("taking part", times=30, window_seconds=60)
GRABS = Limit("grabbing", times=60, window_seconds=60)
MOST_A_TIME = 99
PRIZE = Text(zh="中奖记录", en="prize")
JOIN_US = Text(zh="还差 %(n)s 人，一起拼 %(title)s", en="%(n)s more to go: join me for %(title)s")
HELP_ME = Text(zh="帮我砍一刀 %(title)s", en="Help me bring down the price of %(title)s")


def told(request: HttpRequest, zh: str, en: str, **said: object) -> None:
    """Say on the next page what was done."""
    messages.success(request, Text(zh=zh, en=en).say(spoken(), **said))


@require_POST
@member_only
@limited(GRABS)
def flash_buy(request: HttpRequest, public_id: str) -> HttpResponse:
    """Order pieces of a flash sale."""
    brought = brought_by(request)
    order_id = campaigns.order_in_sale(
        key=key_of(request, "flash"),
        actor=actor_of(request),
        at=request.at,
        campaign=public_campaign(public_id, bare=True),
        member=the_member(request),
        quantity=whole_number(request.POST.get("quantity", "1"), least=1, most=MOST_A_TIME),
        referrer_id=brought.referrer_id,
        channel=brought.channel,
    )
    return redirect("order", order_id)


@require_POST
@member_only
@limited(TAKES)
def open_team(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open a team; its first seat is paid for next."""
    seat = campaigns.open_team(
        key=key_of(request, "team"), actor=actor_of(request), at=request.at, campaign=public_campaign(public_id), member=the_member(request)
    )
    return redirect("order", seat.order.public_id)


@require_GET
def team(request: HttpRequest, public_id: str) -> HttpResponse:
    """One team: who is in it, how many are missing, and the button to join or to invite."""
    found = get_team(public_id)
    member = member_of(request)
    seat = find_seat(found, member) if member else None
    free = max(0, found.size - found.joined - found.held)
    is_late = request.at >= found.expires_at
    context: dict[str, Any] = {
        "team": found,
        "campaign": found.campaign,
        "terms": terms_of(found.campaign),
        "conditions": conditions_of(found.campaign),
        "seats": list_seats(found),
        "free": range(max(0, found.size - found.joined)),
        "held": found.held,
        "mine": seat,
        "may_join": free > 0 and not is_late and is_for(found.campaign, member),
        "invitation": JOIN_US.say(spoken(), n=found.size - found.joined, title=found.campaign.title),
        "share": share_url(request, member, request.path) if member else request.build_absolute_uri(),
    }
    return show(request, "team", context, page="team", subject=found.public_id)


@require_POST
@member_only
@limited(TAKES)
def join_team(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a seat in a friend's team; it is paid for next."""
    brought = brought_by(request)
    seat = campaigns.join_team(
        key=key_of(request, "join"),
        actor=actor_of(request),
        at=request.at,
        team=get_team(public_id),
        member=the_member(request),
        referrer_id=brought.referrer_id,
        channel=brought.channel,
    )
    return redirect("order", seat.order.public_id)


@require_POST
@member_only
@limited(TAKES)
def start_bargain(request: HttpRequest, public_id: str) -> HttpResponse:
    """Start a bargain, then ask friends."""
    found = campaigns.start_bargain(
        key=key_of(request, "bargain"),
        actor=actor_of(request),
        at=request.at,
        campaign=public_campaign(public_id),
        member=the_member(request),
    )
    return redirect("bargain", found.public_id)


@require_GET
def bargain(request: HttpRequest, public_id: str) -> HttpResponse:
    """One bargain: its price now, who helped, and the button to help, to ask or to buy."""
    found = get_bargain(public_id)
    member = member_of(request)
    helps = list_helps(found)
    mine = next((one for one in helps if member and one.helper_id == member.pk), None)
    is_late = request.at >= found.expires_at
    context: dict[str, Any] = {
        "bargain": found,
        "campaign": found.campaign,
        "conditions": conditions_of(found.campaign),
        "helps": helps,
        "now_fen": price_now(found),
        "left_fen": found.start_fen - found.floor_fen - found.cut_fen,
        "span_fen": found.start_fen - found.floor_fen,
        "is_own": bool(member and member.pk == found.member_id),
        "is_open": found.state == "open" and not is_late,
        "is_late": is_late,
        "has_helped": mine is not None,
        "my_cut": mine.cut_fen if mine else 0,
        "may_buy": bargain_rules.may_buy(terms_of_bargain(found), found.cut_fen),
        "invitation": HELP_ME.say(spoken(), title=found.campaign.title),
        "share": share_url(request, member, request.path) if member else request.build_absolute_uri(),
    }
    return show(request, "bargain", context, page="bargain", subject=found.public_id)


@require_POST
@member_only
@limited(TAKES)
def help_bargain(request: HttpRequest, public_id: str) -> HttpResponse:
    """Help a friend with a cut."""
    given = campaigns.help_bargain(
        key=key_of(request, "help"), actor=actor_of(request), at=request.at, bargain=get_bargain(public_id), helper=the_member(request)
    )
    told(request, "帮砍了 %(cut)s", "You took off %(cut)s", cut=written(given.cut_fen, settings.WORKSPACE.currency, spoken()))
    return redirect("bargain", public_id)


@require_POST
@member_only
@limited(TAKES)
def buy_bargain(request: HttpRequest, public_id: str) -> HttpResponse:
    """Buy at the price of this moment. Somebody else's bargain is as if it were not there."""
    found = get_bargain(public_id)
    if found.member_id != the_member(request).pk:
        raise NotThere(what=Text(zh="砍价单", en="bargain"))
    order = campaigns.buy_bargain(key=key_of(request, "bargain-buy"), actor=actor_of(request), at=request.at, bargain=found)
    return redirect("order", order.public_id)


@require_POST
@member_only
@limited(GRABS)
def grab_coupon(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a coupon."""
    campaigns.grab(
        key=key_of(request, "grab"),
        actor=actor_of(request),
        at=request.at,
        campaign=public_campaign(public_id, bare=True),
        member=the_member(request),
    )
    told(request, "领到了", "It is yours")
    return redirect("coupons")


@require_POST
@member_only
@limited(TAKES)
def check_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check in for the day."""
    done = campaigns.check_in(
        key=key_of(request, "check-in"),
        actor=actor_of(request),
        at=request.at,
        campaign=public_campaign(public_id),
        member=the_member(request),
    )
    told(request, "签到成功，+%(points)s 积分", "Checked in: %(points)s {point|points} more", points=done.points)
    return redirect("points")


@require_POST
@member_only
@limited(GRABS)
def draw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Draw once; a draw that gives everybody a chance gives it now."""
    entry = campaigns.draw(
        key=key_of(request, "draw"),
        actor=actor_of(request),
        at=request.at,
        campaign=public_campaign(public_id, bare=True),
        member=the_member(request),
        entering=True,
    )
    if entry.given is None:
        messages.info(request, Text(zh="这次没有中奖", en="No prize this time").say(spoken()))
    else:
        told(request, "抽中了：%(prize)s", "You won: %(prize)s", prize=terms_of(entry.campaign).rungs[entry.given].name)
    return redirect("campaign", public_id)


@require_POST
@member_only
@limited(TAKES)
def claim_prize(request: HttpRequest, public_id: str, nth: int) -> HttpResponse:
    """Claim what the member's nth draw won."""
    entry = find_draw(public_campaign(public_id), the_member(request), nth)
    if entry is None:
        raise NotThere(what=PRIZE)
    order = campaigns.claim_prize(key=key_of(request, "prize"), actor=actor_of(request), at=request.at, entry=entry)
    told(request, "已兑奖", "Claimed")
    return redirect("order", order.public_id) if order else redirect("campaign", public_id)


@require_POST
@member_only
@limited(TAKES)
def claim_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say by whom one was invited, so that both may be rewarded later."""
    campaigns.claim(
        key=key_of(request, "claim"),
        actor=actor_of(request),
        at=request.at,
        campaign=public_campaign(public_id),
        invitee=the_member(request),
    )
    told(request, "邀请已确认", "Your invitation is confirmed")
    return redirect("campaign", public_id)
