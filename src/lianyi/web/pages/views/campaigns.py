"""A campaign's page, whatever its mechanic; and its proof."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import select_template
from django.views.decorators.http import require_GET

from lianyi.ops.campaigns.mechanics import mechanic
from lianyi.ops.campaigns.refusals import CampaignUnknown
from lianyi.ops.campaigns.rules.holdout import HELD_OUT
from lianyi.ops.campaigns.selectors import Campaign, conditions_of, current_arm, get_bare_campaign, get_campaign, terms_of
from lianyi.ops.campaigns.services import is_in_audience, see
from lianyi.ops.members.selectors import Member
from lianyi.web.pages.mechanics import facts_of
from lianyi.web.pages.proofs import checked
from lianyi.web.pages.session import actor_of, member_of
from lianyi.web.pages.shares import share_url
from lianyi.web.pages.showing import show

PUBLIC = ("scheduled", "running", "paused", "closed", "settled")
"""States in which a campaign has a page. A draft is nobody's business yet."""
COMMITTED = ("lottery", "bargain")
"""Mechanics whose results follow from a seed."""


def public_campaign(public_id: str, *, bare: bool = False) -> Campaign:
    """A campaign that has a page; bare, its own row alone, where a service reads the rest anew. Raises CampaignUnknown."""
    found = get_bare_campaign(public_id) if bare else get_campaign(public_id)
    if found.state not in PUBLIC:
        raise CampaignUnknown(campaign=public_id)
    return found


def phase_of(request: HttpRequest, campaign: Campaign) -> str:
    """Where a campaign stands at this moment: before | running | paused | over."""
    if campaign.state in {"closed", "settled"} or request.at >= campaign.ends_at:
        return "over"
    if campaign.state == "paused":
        return "paused"
    return "running" if campaign.state == "running" and request.at >= campaign.starts_at else "before"


def is_for(campaign: Campaign, member: Member | None) -> bool:
    """Whether a campaign is offered to this reader; to a visitor it is, until they say who they are."""
    return member is None or (is_in_audience(campaign, member) and current_arm(campaign, member) == "treated")


@require_GET
def campaign(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page of a campaign."""
    found = public_campaign(public_id)
    member = member_of(request)
    one, terms, phase = mechanic(found.mechanic), terms_of(found), phase_of(request, found)
    is_meant = member is None or is_in_audience(found, member)
    if phase == "running" and member is not None and is_meant:
        see(actor=actor_of(request), at=request.at, campaign=found, member=member)
    is_offered = is_meant and (member is None or current_arm(found, member) == "treated")
    context: dict[str, Any] = {
        "campaign": found,
        "mechanic": one,
        "terms": terms,
        "phase": phase if is_offered else "closed",
        "not_for_you": not is_meant,
        "held_out": HELD_OUT[found.holdout_unit] if is_meant and not is_offered else None,
        "conditions": conditions_of(found),
        "key": found.product.public_id if found.product else found.public_id,
        "is_committed": found.mechanic in COMMITTED,
        "share": share_url(request, member, request.path) if member else request.build_absolute_uri(),
        **facts_of(request, found, terms, member),
    }
    template = select_template([one.template, "pages/mechanics/promotion.html"]).template.name
    return show(request, str(template).removeprefix("pages/").removesuffix(".html"), context, page="campaign", subject=found.public_id)


@require_GET
def proof(request: HttpRequest, public_id: str) -> HttpResponse:
    """What anybody needs to check a draw or the cuts of a bargain: the fingerprint before, the seed after, every entry, and our own recount."""
    found = public_campaign(public_id)
    if found.mechanic not in COMMITTED:
        raise CampaignUnknown(campaign=public_id)
    seen = checked(found)
    if request.GET.get("as") == "json":
        said = {**seen.to_json(), "campaign": found.public_id, "title": found.title, "mechanic": found.mechanic, "terms": found.terms}
        response = HttpResponse(json.dumps(said, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="proof-{found.public_id}.json"'
        return response
    return show(
        request,
        "proof",
        {"campaign": found, "seen": seen, "rows": seen.rows[:SHOWN], "n": len(seen.rows), "disagreeing": len(seen.rows) - seen.agreeing},
        page="proof",
        subject=found.public_id,
    )


SHOWN = 100
"""Rows on the page; the file holds all."""
