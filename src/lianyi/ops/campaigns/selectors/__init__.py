"""Reading campaigns and what is under way in them."""

from lianyi.ops.campaigns.models import Bargain, Campaign, Coupon, Entry, LaunchCheck, Override, Review, Seat, Team
from lianyi.ops.campaigns.selectors.bargains import find_bargain, get_bargain, list_bargains_of, list_helps, price_now
from lianyi.ops.campaigns.selectors.campaigns import (
    arm_of,
    conditions_of,
    find_check,
    get_campaign,
    list_campaigns,
    list_overrides,
    list_running,
    terms_of,
)
from lianyi.ops.campaigns.selectors.coupons import find_pool, get_coupon, list_coupons_of, list_offers_of, list_usable
from lianyi.ops.campaigns.selectors.teams import find_seat, get_team, list_open_teams, list_seats, list_teams_of

__all__ = [
    "Bargain", "Campaign", "Coupon", "Entry", "LaunchCheck", "Override", "Review", "Seat", "Team", "arm_of", "conditions_of", "find_bargain",
    "find_check", "find_pool", "find_seat", "get_bargain", "get_campaign", "get_coupon", "get_team", "list_bargains_of", "list_campaigns",
    "list_coupons_of", "list_helps", "list_offers_of", "list_open_teams", "list_overrides", "list_running", "list_seats", "list_teams_of",
    "list_usable", "price_now", "terms_of",
]  # fmt: skip
