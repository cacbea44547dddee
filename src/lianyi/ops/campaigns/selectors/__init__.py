"""Reading campaigns and what is under way in them."""

from lianyi.ops.campaigns.models import Bargain, Campaign, Coupon, Entry, LaunchCheck, Override, Review, Seat, Team
from lianyi.ops.campaigns.selectors.bargains import (
    find_bargain,
    get_bargain,
    list_bargains,
    list_bargains_of,
    list_helps,
    list_helps_in,
    price_now,
)
from lianyi.ops.campaigns.selectors.bargains import terms_of_row as terms_of_bargain
from lianyi.ops.campaigns.selectors.campaigns import (
    conditions_of,
    current_arm,
    find_check,
    get_bare_campaign,
    get_campaign,
    list_campaigns,
    list_overrides,
    list_running,
    terms_of,
)
from lianyi.ops.campaigns.selectors.coupons import find_pool, get_coupon, list_coupons_of, list_offers_of, list_usable
from lianyi.ops.campaigns.selectors.draws import find_chance, find_draw, list_draws, list_draws_of, list_prizes
from lianyi.ops.campaigns.selectors.referrals import (
    find_claim_of,
    find_last_check_in,
    find_promoter,
    find_review,
    list_claims_of,
    list_reviews_of,
    list_withdrawals_of,
)
from lianyi.ops.campaigns.selectors.teams import find_seat, find_seat_of_order, get_team, list_open_teams, list_seats, list_teams_of

__all__ = [
    "Bargain", "Campaign", "Coupon", "Entry", "LaunchCheck", "Override", "Review", "Seat", "Team", "conditions_of", "current_arm",
    "find_bargain", "find_chance", "find_check", "find_claim_of", "find_draw", "find_last_check_in", "find_pool", "find_promoter",
    "find_review", "find_seat", "find_seat_of_order", "get_bare_campaign", "get_bargain", "get_campaign", "get_coupon", "get_team", "list_bargains",
    "list_bargains_of", "list_campaigns", "list_claims_of", "list_coupons_of", "list_draws", "list_draws_of", "list_helps", "list_helps_in",
    "list_offers_of", "list_open_teams", "list_overrides", "list_prizes", "list_reviews_of", "list_running", "list_seats",
    "list_teams_of", "list_usable", "list_withdrawals_of", "price_now", "terms_of", "terms_of_bargain",
]  # fmt: skip
