"""Sets of event names that many numbers share: what counts as visiting, interacting and being engaged.

They are part of the contracts because a projection counts them once, when it is built.
"""

VISIT = (
    "page_viewed",
    "product_viewed",
    "content_viewed",
    "campaign_viewed",
    "cart_added",
    "checkout_started",
    "order_placed",
)
INTERACT = (
    "content_liked",
    "content_commented",
    "content_shared",
    "content_collected",
    "review_posted",
    "message_posted",
    "poll_voted",
    "ugc_posted",
    "checked_in",
)
ENGAGED = (*VISIT, *INTERACT, "order_paid")
# Steps of a visit that say somebody wants to buy.
WANT = ("cart_added", "checkout_started", "order_placed")
# Where people bring people.
SOCIAL = ("social",)
