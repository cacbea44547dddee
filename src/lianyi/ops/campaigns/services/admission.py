"""Whether a member may take part in a campaign now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import AudienceMember, Campaign, Exposure
from lianyi.ops.campaigns.refusals import CampaignNotOpen, NotInAudience
from lianyi.ops.campaigns.rules.holdout import HELD_OUT
from lianyi.ops.campaigns.rules.machine import EDITABLE
from lianyi.ops.campaigns.selectors.campaigns import arm_of, deciding_group, find_exposure, terms_of
from lianyi.ops.campaigns.services.audiences import audience_of
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member, groups_of, list_tags, tagged
from lianyi.ops.shop.selectors import has_bought

STAFF = "staff"


def admit(campaign: Campaign, mechanic_id: str, member: Member, actor: Actor, at: dt.datetime, *, under_way: bool = False) -> Any:
    """The campaign's terms, once the member may take part; their arm is written down at the first meeting.

    under_way : they join something that was begun in time, such as a friend's team: a pause, an early close or a used-up budget does not stop it
    Inside the command that is running. Raises CampaignNotOpen, NotInAudience.
    """
    if not under_way:
        require_open(campaign, mechanic_id, at)
    require_audience(campaign, member)
    if meet(campaign, member, actor, at) == "held_out":
        raise held_out(campaign)
    return terms_of(campaign)


def held_out(campaign: Campaign) -> NotInAudience:
    """What a member who is held out is told: that it is not for them, or not for their group, this time."""
    return NotInAudience(title=campaign.title, why=HELD_OUT[campaign.holdout_unit])


def admit_each(wanted: Sequence[tuple[Campaign, Member, dt.datetime]], mechanic_id: str) -> list[Any]:
    """For each member of a batch the campaign's terms, or the refusal. Who is held out was written down by `meet_first`.

    Costs one query for all where some are held out, one where it is by group, and one more for each member where the audience is not everybody.
    """
    asked = [(campaign.pk, member.pk) for campaign, member, _ in wanted if campaign.holdout_unit != "none"]
    met = Exposure.objects.filter(campaign_id__in={pk for pk, _ in asked}, member_id__in={pk for _, pk in asked}) if asked else ()
    arms = {(one.campaign_id, one.member_id): one.arm for one in met}
    drawn = {member.pk for campaign, member, _ in wanted if campaign.holdout_unit == "group"}
    groups = groups_of(drawn) if drawn else {}
    terms = {pk: terms_of(campaign) for pk, campaign in {campaign.pk: campaign for campaign, _, _ in wanted}.items()}
    found: list[Any] = []
    for campaign, member, at in wanted:
        try:
            require_open(campaign, mechanic_id, at)
            require_audience(campaign, member)
            if _arm(arms.get((campaign.pk, member.pk)), campaign, member, groups) == "held_out":
                raise held_out(campaign)
        except Refusal as refusal:
            found.append(refusal)
        else:
            found.append(terms[campaign.pk])
    return found


def _arm(met: str | None, campaign: Campaign, member: Member, groups: Mapping[int, str]) -> str:
    return met or arm_of(campaign, member.public_id, groups.get(member.pk, ""))


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
    """Whether a campaign is for a member, apart from hold-outs; one for a segment, from its start on, for those who were in it then."""
    kind, _, name = campaign.audience.partition(":")
    match kind:
        case "new":
            return not has_bought(member)
        case "tag":
            return name in list_tags(member)
        case "tier":
            return str(member.tier) == name
        case "segment":
            if campaign.state in EDITABLE:
                return audience_of(campaign, campaign.starts_at).filter(pk=member.pk).exists()
            return AudienceMember.objects.filter(campaign=campaign, member=member).exists()
    return True


def require_audience(campaign: Campaign, member: Member) -> None:
    """Raises NotInAudience."""
    if not is_in_audience(campaign, member):
        raise NotInAudience(title=campaign.title, why=Text(zh="只限指定的会员", en="it is for certain members"))


def require_no_staff(campaign: Campaign, member: Member) -> None:
    """Who works for the house draws no prizes. Raises NotInAudience."""
    if staff_among([member]):
        raise no_staff(campaign)


def staff_among(members: Sequence[Member]) -> set[int]:
    """The rows of those members who work for the house. One query."""
    return tagged(STAFF, members)


def no_staff(campaign: Campaign) -> NotInAudience:
    """What somebody who works for the house is told."""
    return NotInAudience(title=campaign.title, why=Text(zh="内部人员不能参加抽奖", en="staff cannot take part in draws"))


def see(*, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> str:
    """The arm of a member who opens the page of a running campaign, written down the first time whichever it is. Raises NotAllowed."""
    actor.require_self(member.public_id, otherwise="campaign.write")
    return "treated" if campaign.holdout_unit == "none" else _meet_by_itself(campaign, member, actor, at)


def meet_first(campaign: Campaign, mechanic_id: str, member: Member, actor: Actor, at: dt.datetime, *, under_way: bool = False) -> None:
    """Write a member's arm down before they try to take part, in a command of its own; nothing to do where nobody is held out.

    A refused command leaves no trace. Written inside it, whoever is held out would never be counted, and of the others only those who got
    something: two sides that cannot be compared. For whom it is not, or not now, is not counted.
    under_way : as for `admit`
    """
    if campaign.holdout_unit == "none" or not is_in_audience(campaign, member):
        return
    try:
        if not under_way:
            require_open(campaign, mechanic_id, at)
    except Refusal:
        return
    _meet_by_itself(campaign, member, actor, at)


def _meet_by_itself(campaign: Campaign, member: Member, actor: Actor, at: dt.datetime) -> str:
    known = find_exposure(campaign, member.pk)
    if known is not None:
        return str(known.arm)

    # Whoever is first: the member, or somebody else by whom they are drawn in, such as a friend whom they invited.
    is_own = (actor.kind, actor.id) == ("member", member.public_id)
    who = actor if is_own else SYSTEM

    def do() -> Result:
        return {"arm": meet(campaign, member, who, at)}

    key = f"see:{campaign.public_id}:{member.pk}" + ("" if is_own else ":by-others")
    payload = {"campaign": campaign.public_id, "member": member.public_id}
    return str(execute(key=key, name="campaigns.see", actor=who, at=at, payload=payload, do=do)["arm"])


def meet(campaign: Campaign, member: Member, actor: Actor, at: dt.datetime) -> str:
    """A member's arm, written down at the first meeting and never changed, whatever group they come into later; inside the command that is running.

    It is told as a fact of whom the lot decided for: not of members without a group where whole groups are drawn.
    """
    if campaign.holdout_unit == "none":
        return "treated"
    known = find_exposure(campaign, member.pk)
    if known is not None:
        return str(known.arm)
    group_id = deciding_group(campaign, member)
    arm = arm_of(campaign, member.public_id, group_id)
    Exposure.objects.create(campaign=campaign, member=member, arm=arm, group_id=group_id, at=at)
    if campaign.holdout_unit == "member" or group_id:
        record(
            name="arm_assigned", at=at, actor=actor, campaign_id=campaign.public_id, member_id=member.public_id, group_id=group_id, kind=arm
        )
    return arm
