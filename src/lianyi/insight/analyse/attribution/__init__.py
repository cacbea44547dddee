"""Attribution: which channels were touched before an order, and how its credit is shared.

This is bookkeeping for commission and for the picture of a path. It is not incrementality: what a channel added is known from hold-outs
only, and where there are some, `over_credit` sets one beside the other.
"""
