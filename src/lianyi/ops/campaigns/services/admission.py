"""Whether a member may take part in a campaign now."""

import datetime as dt
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import Campaign, Exposure
from lianyi.ops.campaigns.refusals import CampaignNotOpen, NotInAudience
from lianyi.ops.campaigns.selectors.campaigns import arm_of, find_exposure, terms_of
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member, list_tags
from lianyi.ops.shop.selectors import has_bought

STAFF = "staff"


def admit(
    campaign: Campaign, mechanic_id: str, member: Member, actor: Actor, at: dt.datetime, *, group_id: str = "", under_way: bool = False
) -> Any:
    """The campaign's terms, once the member may take part; their arm is written down at the first meeting.

    under_way : they join something that was begun in time, such as a friend's team: a pause, an early close or a used-up budget does not stop it
    Inside the command that is running. Raises CampaignNotOpen, NotInAudience.
    """
    if not under_way:
        require_open(campaign, mechanic_id, at)
    require_audience(campaign, member)
    if meet(campaign, member, actor, at, group_id=group_id) == "held_out":
        raise NotInAudience(title=campaign.title, why=Text(zh="这次没有轮到您", en="it is not offered to you this time"))
    return terms_of(campaign)


def require_open(campaign: Campaign, mechanic_id: str, at: dt.datetime) -> None:
    """Raises CampaignNotOpen."""
    if campaign.mechanic != mechanic_id:
        raise CampaignNotOpen(title=campaign.title, why=Text(zh="不是这种玩法", en="it is another mechanic"))
    if campaign.state != "running" or at < campaign.starts_at:
        raise CampaignNotOpen(title=campaign.title, why=Text(zh="没有在进行", en="it is not running"))
    if at >= campaign.ends_at:
        raise CampaignNotOpen(title=campaign.title, why=Text(zh="已经结束", en="it is over"))
    if campaign.budget is not None and campaign.budget.spent_fen >= campaign.budget.amount_fen:
        raise CampaignNotOpen(title=campaign.title, why=Text(zh="预算已用完", en="its budget is used up"))


def is_in_audience(campaign: Campaign, member: Member) -> bool:
    """Whether a campaign is for a member, apart from hold-outs."""
    kind, _, name = campaign.audience.partition(":")
    match kind:
        case "new":
            return not has_bought(member)
        case "tag":
            return name in list_tags(member)
        case "tier":
            return str(member.tier) == name
    return True


def require_audience(campaign: Campaign, member: Member) -> None:
    """Raises NotInAudience."""
    if not is_in_audience(campaign, member):
        raise NotInAudience(title=campaign.title, why=Text(zh="只限指定的会员", en="it is for certain members"))


def require_no_staff(campaign: Campaign, member: Member) -> None:
    """Who works for the house draws no prizes. Raises NotInAudience."""
    if STAFF in list_tags(member):
        raise NotInAudience(title=campaign.title, why=Text(zh="内部人员不能参加抽奖", en="staff cannot take part in draws"))


def see(*, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> str:
    """The arm of a member who opens the page of a running campaign, written down the first time whichever it is.

    A held-out member is refused when they try to take part, and a refused command leaves no trace: here is where both sides are counted alike.
    Who is held out by group is known only in a group, and is written down there. Raises NotAllowed.
    """
    actor.require_self(member.public_id, otherwise="campaign.write")
    if campaign.holdout_unit != "member":
        return "treated"
    known = find_exposure(campaign, member.pk)
    if known is not None:
        return str(known.arm)

    def do() -> Result:
        return {"arm": meet(campaign, member, actor, at)}

    key = f"see:{campaign.public_id}:{member.pk}"
    payload = {"campaign": campaign.public_id, "member": member.public_id}
    return str(execute(key=key, name="campaigns.see", actor=actor, at=at, payload=payload, do=do)["arm"])


def meet(campaign: Campaign, member: Member, actor: Actor, at: dt.datetime, *, group_id: str = "") -> str:
    """A member's arm, written down and told of at the first meeting; inside the command that is running."""
    if campaign.holdout_unit == "none":
        return "treated"
    known = find_exposure(campaign, member.pk)
    if known is not None:
        return str(known.arm)
    arm = arm_of(campaign, member.public_id, group_id)
    Exposure.objects.create(campaign=campaign, member=member, arm=arm, group_id=group_id, at=at)
    record(name="arm_assigned", at=at, actor=actor, campaign_id=campaign.public_id, member_id=member.public_id, group_id=group_id, kind=arm)
    return arm
