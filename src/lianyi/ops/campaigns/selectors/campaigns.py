"""Reading campaigns."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model

from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import mechanic
from lianyi.ops.campaigns.models import Campaign, Exposure, LaunchCheck, Override
from lianyi.ops.campaigns.refusals import CampaignUnknown
from lianyi.ops.campaigns.rules.commission import Plan
from lianyi.ops.campaigns.rules.holdout import is_held_out
from lianyi.ops.members.selectors import Member, groups_of
from lianyi.ops.plan.selectors import Budget
from lianyi.ops.shop.selectors import Product

# Written out where requests of a rush come by: working the statement out anew for each costs several times what asking it does.
BARE = ("id", "public_id", "state", "product_id", "audience", "holdout_unit")
BARELY = f"SELECT {', '.join(BARE)} FROM campaigns_campaign WHERE public_id = %s"

# Whole, with what is asked of its product and its budget: the rest of those two is read when it is looked at.
PRODUCT = ("id", "public_id", "title", "on_sale")
BUDGET = ("id", "amount_fen", "spent_fen")
NOW = f"""
SELECT campaign.*, {", ".join(f"product.{name} AS product__{name}" for name in PRODUCT)}, {", ".join(f"budget.{name} AS budget__{name}" for name in BUDGET)}
FROM campaigns_campaign campaign LEFT JOIN shop_product product ON product.id = campaign.product_id LEFT JOIN plan_budget budget ON budget.id = campaign.budget_id
"""


def get_campaign(public_id: str) -> Campaign:
    """A campaign by public id. Raises CampaignUnknown."""
    found = Campaign.objects.filter(public_id=public_id).select_related("product", "goal", "budget").first()
    if found is None:
        raise CampaignUnknown(campaign=public_id)
    return found


def get_bare_campaign(public_id: str) -> Campaign:
    """A campaign for who hands it to a service that reads it anew: a tenth of the price of `get_campaign`. Raises CampaignUnknown.

    What it takes to see whether it has a page and whom it is for; anything else is read when it is looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(BARELY, [public_id])
        found = cursor.fetchone()
    if found is None:
        raise CampaignUnknown(campaign=public_id)
    return Campaign.from_db(connection.alias, BARE, found)


def campaigns_by_id(public_ids: Collection[str]) -> dict[str, Campaign]:
    """Some campaigns by public id, as they are now, with product and budget. One query."""
    wanted = set(public_ids)
    found = list(Campaign.objects.raw(f"{NOW} WHERE campaign.public_id IN ({', '.join(['%s'] * len(wanted))})", [*wanted]))
    for one in found:
        one.product = _beside(one, Product, "product", PRODUCT)
        one.budget = _beside(one, Budget, "budget", BUDGET)
    return {one.public_id: one for one in found}


def _beside(campaign: Campaign, model: type[Model], name: str, fields: Sequence[str]) -> Any:
    """The row that was read beside a campaign; None where it has none."""
    values = [getattr(campaign, f"{name}__{field}") for field in fields]
    if values[0] is None:
        return None
    said = [model._meta.get_field(field).to_python(value) for field, value in zip(fields, values, strict=True)]
    return model.from_db(connection.alias, fields, said)


def list_campaigns(*, states: tuple[str, ...] = (), mechanic_id: str = "") -> list[Campaign]:
    """Campaigns, the latest start first."""
    chosen = Campaign.objects.select_related("product", "goal", "budget").order_by("-starts_at", "-id")
    if states:
        chosen = chosen.filter(state__in=states)
    return list(chosen.filter(mechanic=mechanic_id) if mechanic_id else chosen)


def list_running(at: dt.datetime, *mechanics: str) -> list[Campaign]:
    """Campaigns that take members at an instant, the oldest first."""
    chosen = Campaign.objects.filter(state="running", starts_at__lte=at, ends_at__gt=at).select_related("product", "budget")
    return list((chosen.filter(mechanic__in=mechanics) if mechanics else chosen).order_by("id"))


def terms_of(campaign: Campaign) -> Any:
    """A campaign's terms, as its mechanic reads them."""
    return mechanic(campaign.mechanic).read(campaign.terms)


def conditions_of(campaign: Campaign) -> tuple[Text, ...]:
    """The conditions as members read them."""
    return mechanic(campaign.mechanic).conditions(terms_of(campaign), settings.WORKSPACE.currency)


def commission_plan(campaign: Campaign) -> Plan | None:
    """How it pays commission; None when it pays none."""
    if not campaign.rates_bp:
        return None
    return Plan(tuple(campaign.rates_bp), campaign.commission_cap_fen, campaign.freeze_days)


def arm_of(campaign: Campaign, member_id: str, group_id: str) -> str:
    """treated or held_out by the lot: the member's, or that of the group they count in ("" for none, and then nobody holds them out)."""
    unit = {"member": member_id, "group": group_id}.get(campaign.holdout_unit, "")
    return "held_out" if unit and is_held_out(campaign.salt, unit, campaign.holdout_bp) else "treated"


def current_arm(campaign: Campaign, member: Member) -> str:
    """The arm of a member: as written down when they first met the campaign; before that, what the lot says now. At most two queries."""
    if campaign.holdout_unit == "none":
        return "treated"
    known = find_exposure(campaign, member.pk)
    return str(known.arm) if known is not None else arm_of(campaign, member.public_id, deciding_group(campaign, member))


def deciding_group(campaign: Campaign, member: Member) -> str:
    """The group whose lot decides for a member; "" where none does."""
    return groups_of([member.pk]).get(member.pk, "") if campaign.holdout_unit == "group" else ""


def find_exposure(campaign: Campaign, member_pk: int) -> Exposure | None:
    """A member's first meeting with a campaign; None before it."""
    return Exposure.objects.filter(campaign=campaign, member_id=member_pk).first()


def find_check(campaign: Campaign) -> LaunchCheck | None:
    """The newest check of the terms as they are now; None when they were not checked."""
    return LaunchCheck.objects.filter(campaign=campaign, revision=campaign.revision).order_by("-at", "-id").first()


def list_overrides(campaign: Campaign) -> list[Override]:
    """What approvers let pass for the terms as they are now."""
    return list(Override.objects.filter(campaign=campaign, revision=campaign.revision).order_by("at", "id"))
