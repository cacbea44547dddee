"""Who asks, campaigns and imports, over HTTP."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from lianyi.kernel.actor import PERMISSIONS
from lianyi.ops.campaigns.selectors.monitor import page_overviews
from lianyi.ops.shop.lists import page_orders
from lianyi.stream.intake import list_imports
from lianyi.web.api.shapes import CampaignOut, ImportOut, Limit, Me, Offset, OrderOut, Rows, rows

router = Router(tags=["Operations"])
ORDER_FIELDS = (
    "state", "channel", "platform", "goods_fen", "discount_fen", "shipping_fen", "payable_fen", "refunded_fen", "placed_at", "paid_at",
)  # fmt: skip


@router.get("/me", response=Me, summary="Who asks")
def me(request: HttpRequest) -> dict[str, Any]:
    """Whom the key or the cookie stands for, and what they may do."""
    actor, workspace = request.actor, settings.WORKSPACE
    return {
        "id": actor.id,
        "roles": sorted(actor.roles),
        "permissions": sorted(name for name in PERMISSIONS if actor.may(name)),
        "brand": workspace.brand,
        "time_zone": workspace.zone_name,
        "currency": workspace.currency,
    }


@router.get("/campaigns", response=Rows[CampaignOut], summary="Campaigns, the latest start first")
def list_campaigns(request: HttpRequest, state: str = "", mechanic: str = "", limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Campaigns with what they cost and whom they reached; of one state or mechanic where given. The offset counts whole pages."""
    request.actor.require("campaign.read")
    page = page_overviews(state=state, mechanic=mechanic, number=offset // limit + 1, size=limit)
    found = [
        {
            "id": one.campaign.public_id,
            "title": one.campaign.title,
            "mechanic": one.campaign.mechanic,
            "state": one.campaign.state,
            "starts_at": one.campaign.starts_at,
            "ends_at": one.campaign.ends_at,
            "members": one.members,
            "spent_fen": one.spent_fen,
        }
        for one in page.rows
    ]
    return rows(found, limit, (page.number - 1) * limit, page.total)


@router.get("/orders", response=Rows[OrderOut], summary="Orders, newest first")
def list_orders(
    request: HttpRequest,
    state: str = "",
    campaign: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Orders of one state or campaign, placed from `since` to `until` (both included), where given. The offset counts whole pages."""
    request.actor.require("shop.read")
    page = page_orders(state=state, campaign=campaign, since=since, until=until, number=offset // limit + 1, size=limit)
    found = [
        {
            "id": one.public_id,
            "member": one.member.public_id,
            "campaign": one.campaign_id,
            **{name: getattr(one, name) for name in ORDER_FIELDS},
        }
        for one in page.rows
    ]
    return rows(found, limit, (page.number - 1) * limit, page.total)


@router.get("/imports", response=Rows[ImportOut], summary="Imports, newest first")
def imports(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """What was imported: rows read, accepted, rejected, known already, and what each column became."""
    request.actor.require("intake.write")
    found = [
        {
            "record": one.name,
            "kind": one.kind,
            "snapshot": one.snapshot,
            "received_at": dt.datetime.fromtimestamp(one.received_t / 1_000_000, dt.UTC),
            "files": [
                {
                    "name": str(file["path"]).rsplit("/", 1)[-1],
                    **{
                        key: file.get(key)
                        for key in ("kind", "read", "accepted", "rejected", "duplicates", "ignored", "mapping", "money_contract")
                    },
                }
                for file in one.report["files"]
            ],
        }
        for one in reversed(list_imports(settings.WORKSPACE))
    ]
    return rows(found, limit, offset)
