"""Getting a campaign to run, as a team does it: create, check, let pass what may be let pass, schedule, start."""

import datetime as dt
from contextlib import suppress

from lianyi.ops.campaigns.refusals import StepNotAllowed
from lianyi.ops.campaigns.selectors import Campaign, get_campaign
from lianyi.ops.campaigns.services import Said, check_campaign, create_campaign, override_item, schedule, start
from lianyi.ops.plan.selectors import Budget, Goal
from lianyi.ops.plan.services import set_budget, set_goal
from tests.ops.conftest import OWNER

# What a prize draw has to publish, beside its ladder.
PUBLISHED = {
    "entry_conditions": "会员", "claim_conditions": "本人", "claim_method": "页面填写地址", "delivery": "快递", "forfeit_conditions": "逾期视为放弃",
    "organiser": "某某店 客服 400",
}  # fmt: skip


def a_goal(at: dt.datetime) -> Goal:
    return set_goal(
        actor=OWNER,
        at=at,
        title="六月净销售",
        metric="net_sales",
        target=1_000_000.0,
        from_on=at.date(),
        to_on=(at + dt.timedelta(days=30)).date(),
    )


def a_budget(at: dt.datetime) -> Budget:
    return set_budget(actor=OWNER, at=at, title="六月活动", amount_fen=1_000_000)


def launched(
    mechanic: str, terms: dict, *, at: dt.datetime, goal: Goal, budget: Budget, until: dt.timedelta = dt.timedelta(days=7), **more: object
) -> Campaign:
    """A running campaign."""
    said = {"title": "夏日活动", "starts_at": at, "ends_at": at + until, "goal": goal, "budget": budget, "hypothesis": "老客会带新客"}
    said |= {"channels": ("own_h5", "offline"), "expected_per_day": 1} | more
    campaign = create_campaign(actor=OWNER, at=at, said=Said(mechanic=mechanic, terms=terms, **said))
    check = check_campaign(actor=OWNER, at=at, campaign=campaign)
    for item in check.items:
        if not item["passed"]:
            override_item(actor=OWNER, at=at, campaign=campaign, item=item["id"], reason="试跑")
    if not check.passed:
        assert check_campaign(actor=OWNER, at=at, campaign=campaign).passed, check.items
    schedule(actor=OWNER, at=at, campaign=campaign)
    # Where a worker runs beside, it may have been quicker.
    with suppress(StepNotAllowed):
        start(at=at, campaign=get_campaign(campaign.public_id))
    running = get_campaign(campaign.public_id)
    assert running.state == "running"
    return running
