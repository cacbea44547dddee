"""The members' pages, for a phone first: what is on offer, taking part, orders, points, and what is known of them."""
