"""Libraries that others trust, as oracles. Their environment is their own (`make peers`); nothing of the product imports them."""

import sys

# retentioneering reports its use to its makers at every call and knows no switch; without this package it cannot.
sys.modules["posthog"] = None  # type: ignore[assignment]
