"""The tables of campaigns."""

from lianyi.ops.campaigns.models.bargains import Bargain, Help, HelperDay
from lianyi.ops.campaigns.models.campaign import AudienceMember, Campaign, Exposure, LaunchCheck, Override, Revision, Spending
from lianyi.ops.campaigns.models.coupons import Coupon, CouponPool, Grabbed, OrderOffer
from lianyi.ops.campaigns.models.draws import Chance, Earned, Entry, Prize
from lianyi.ops.campaigns.models.loyalty import Accrual, Badge, CheckIn, Promoter, Withdrawal
from lianyi.ops.campaigns.models.referrals import Claim, Reward
from lianyi.ops.campaigns.models.risk import Review, Trait
from lianyi.ops.campaigns.models.teams import Seat, Team

__all__ = [
    "Accrual", "AudienceMember", "Badge", "Bargain", "Campaign", "Chance", "CheckIn", "Claim", "Coupon", "CouponPool", "Earned", "Entry", "Exposure", "Grabbed",
    "Help", "HelperDay", "LaunchCheck", "OrderOffer", "Override", "Prize", "Promoter", "Review", "Revision", "Reward", "Seat", "Spending",
    "Team", "Trait", "Withdrawal",
]  # fmt: skip
