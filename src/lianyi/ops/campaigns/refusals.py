"""How campaigns say no."""

from lianyi.kernel.errors import BadInput, NotThere, Refusal
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.rules.machine import STATE_NAMES, STEP_NAMES


class CampaignUnknown(NotThere):
    """There is no such campaign."""

    code = "campaign_unknown"
    message = Text(zh="没有这场活动：%(campaign)s。", en="There is no such campaign: %(campaign)s.")


class CampaignNotOpen(Refusal):
    """The campaign does not take anybody now."""

    code = "campaign_not_open"
    message = Text(zh="“%(title)s”现在不能参加：%(why)s。", en="“%(title)s” takes nobody now: %(why)s.")


class NotInAudience(Refusal):
    """The campaign is not for this member."""

    code = "not_in_audience"
    message = Text(zh="“%(title)s”不面向您：%(why)s。", en="“%(title)s” is not for you: %(why)s.")


class StepNotAllowed(Refusal):
    """The campaign is not in a state in which this can be done."""

    code = "step_not_allowed"
    message = Text(zh="“%(title)s”%(state)s，现在不能%(step)s。", en="“%(title)s” is %(state)s; it cannot be %(step)s now.")

    def __init__(self, *, title: str, state: str, step: str) -> None:
        super().__init__(title=title, state=STATE_NAMES[state], step=STEP_NAMES[step])


class CheckNotPassed(Refusal):
    """The check before launch has items that neither passed nor were let pass."""

    code = "check_not_passed"
    message = Text(zh="“%(title)s”上线检查未过：%(items)s。", en="“%(title)s” has not passed the check before launch: %(items)s.")
    remedy = Text(
        zh="修改后再检查；可放行的项由批准人说明理由放行。",
        en="Mend it and check again; what may be let pass needs an approver and a reason.",
    )


class ItemNotOverridable(Refusal):
    """An item of the check that nobody may let pass."""

    code = "item_not_overridable"
    message = Text(zh="检查项 %(item)s 不能放行：%(why)s。", en="The item %(item)s cannot be let pass: %(why)s.")


class TermsUnusable(BadInput):
    """The terms of a campaign do not fit together."""

    code = "terms_unusable"
    message = Text(zh="条款有问题：%(why)s。", en="The terms do not fit together: %(why)s.")


class ChangeRefused(Refusal):
    """A campaign that runs may be changed only in favour of consumers, or by force majeure."""

    code = "change_refused"
    message = Text(
        zh="“%(title)s”已开始，只能做有利于消费者的修改或因不可抗力修改。",
        en="“%(title)s” has started: only a change in favour of consumers, or by force majeure.",
    )


class TeamUnknown(NotThere):
    """There is no such team."""

    code = "team_unknown"
    message = Text(zh="没有这个团：%(team)s。", en="There is no such team: %(team)s.")


class TeamClosed(Refusal):
    """The team takes nobody any more."""

    code = "team_closed"
    message = Text(zh="这个团已满或已过时限。", en="This team is full or its time is over.")
    remedy = Text(zh="可以自己开一个团。", en="You can open a team of your own.")


class AlreadyIn(Refusal):
    """The member takes part already."""

    code = "already_in"
    message = Text(zh="您已经参加了。", en="You take part already.")


class BargainUnknown(NotThere):
    """There is no such bargain."""

    code = "bargain_unknown"
    message = Text(zh="没有这张砍价单：%(bargain)s。", en="There is no such bargain: %(bargain)s.")


class BargainClosed(Refusal):
    """The bargain takes no more help."""

    code = "bargain_closed"
    message = Text(zh="这张砍价单已砍到底、已下单或已过时限。", en="This bargain is at its floor, ordered, or out of time.")


class OwnBargain(Refusal):
    """Nobody helps themself."""

    code = "own_bargain"
    message = Text(zh="不能帮自己砍价。", en="You cannot help yourself.")


class HelpsUsedUp(Refusal):
    """The member has helped as often as they may today."""

    code = "helps_used_up"
    message = Text(zh="今天的帮砍次数已用完（每天 %(limit)s 次）。", en="You have helped as often as you may today (%(limit)s times).")


class FloorNotReached(Refusal):
    """The terms allow buying at the floor only."""

    code = "floor_not_reached"
    message = Text(zh="还差 %(missing)s 才到底价，这场活动砍到底才能购买。", en="%(missing)s to go; this campaign sells at the floor only.")


class CouponUnknown(NotThere):
    """There is no such coupon of this member."""

    code = "coupon_unknown"
    message = Text(zh="没有这张券：%(coupon)s。", en="There is no such coupon: %(coupon)s.")


class CouponsGone(Refusal):
    """All coupons are out."""

    code = "coupons_gone"
    message = Text(zh="券已领完。", en="All coupons are gone.")


class CouponUnusable(Refusal):
    """The coupon cannot be used for this order."""

    code = "coupon_unusable"
    message = Text(zh="这张券不能用于这笔订单：%(why)s。", en="This coupon cannot be used for this order: %(why)s.")


class EntitlementUsedUp(Refusal):
    """The member has had as many as one member may have."""

    code = "entitlement_used_up"
    message = Text(zh="每人最多 %(limit)s 次，您已用完。", en="At most %(limit)s per member; you have had yours.")


class NoChanceLeft(Refusal):
    """The member has no draw left."""

    code = "no_chance_left"
    message = Text(zh="您没有抽奖机会了。", en="You have no draw left.")


class PrizeNotClaimable(Refusal):
    """The draw won nothing that could be claimed now."""

    code = "prize_not_claimable"
    message = Text(zh="没有可兑的奖，或已过兑奖期限。", en="There is nothing to claim, or its time is over.")


class DrawNotOver(Refusal):
    """The seed is published when nobody can draw any more."""

    code = "draw_not_over"
    message = Text(zh="活动结束后才能公布种子。", en="The seed is published once the campaign is over.")


class CheckedInToday(Refusal):
    """The member has checked in today."""

    code = "checked_in_today"
    message = Text(zh="今天已经签到了。", en="You have checked in today.")


class NotInvitable(Refusal):
    """This member cannot be claimed as invited."""

    code = "not_invitable"
    message = Text(zh="这次邀请不计：%(why)s。", en="This invitation does not count: %(why)s.")


class NotPromoter(Refusal):
    """Commission is for members who agreed to its terms."""

    code = "not_promoter"
    message = Text(zh="请先免费申请成为推广员。", en="Apply, free of charge, to be a promoter first.")


class WithdrawalRefused(Refusal):
    """The amount cannot be withdrawn."""

    code = "withdrawal_refused"
    message = Text(zh="不能提现：%(why)s。", en="This cannot be withdrawn: %(why)s.")


class ReviewUnknown(NotThere):
    """There is no such review."""

    code = "review_unknown"
    message = Text(zh="没有这张复核单：%(review)s。", en="There is no such review: %(review)s.")


class ReviewDecided(Refusal):
    """The review has a decision."""

    code = "review_decided"
    message = Text(zh="这张复核单已有结论。", en="This review is decided.")
