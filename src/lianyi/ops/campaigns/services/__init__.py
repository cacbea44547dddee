"""What is done in campaigns."""

from lianyi.ops.campaigns.services.accruals import release_due
from lianyi.ops.campaigns.services.admission import is_in_audience, meet, see
from lianyi.ops.campaigns.services.bargains import buy_bargain, help_bargain, start_bargain
from lianyi.ops.campaigns.services.check_ins import check_in
from lianyi.ops.campaigns.services.checkout import BEST, Quote, checkout, quote
from lianyi.ops.campaigns.services.closing import close, close_due, settle, write_lessons
from lianyi.ops.campaigns.services.coupons import expire_coupons, grab, revoke
from lianyi.ops.campaigns.services.draws import claim_prize, draw, enter, forfeit_due, reveal
from lianyi.ops.campaigns.services.flash_sale import buy, order_in_sale
from lianyi.ops.campaigns.services.launch import check_campaign, override_item, schedule, start, start_due
from lianyi.ops.campaigns.services.lifecycle import Said, create_campaign, drop, pause, resume, revise_campaign
from lianyi.ops.campaigns.services.orders import end_due, order_closed, order_paid, order_refunded
from lianyi.ops.campaigns.services.promoters import become_promoter, decide_withdrawal, request_withdrawal, stop_promoter
from lianyi.ops.campaigns.services.referrals import claim, give_due
from lianyi.ops.campaigns.services.reviews import decide
from lianyi.ops.campaigns.services.risk import appeal, forget_traits, forget_words, note_trait
from lianyi.ops.campaigns.services.teams import join_team, open_team

__all__ = [
    "BEST", "Quote", "Said", "appeal", "become_promoter", "buy", "buy_bargain", "check_campaign", "check_in", "checkout", "claim", "claim_prize",
    "close", "close_due", "create_campaign", "decide", "decide_withdrawal", "draw", "drop", "end_due", "enter", "expire_coupons", "forfeit_due",
    "forget_traits", "forget_words", "give_due", "grab", "help_bargain", "is_in_audience", "join_team", "meet", "note_trait", "open_team", "order_closed",
    "order_in_sale", "order_paid", "order_refunded", "override_item", "pause", "quote", "release_due", "request_withdrawal", "resume", "reveal", "revise_campaign", "revoke",
    "schedule", "see", "settle", "start", "start_bargain", "start_due", "stop_promoter", "write_lessons",
]  # fmt: skip
