"""The life of an order, as data."""

# (state, event) -> next state
MACHINE = {
    ("pending", "pay"): "paid",
    ("pending", "cancel"): "closed",
    ("pending", "expire"): "closed",
    ("paid", "refund_part"): "paid",
    ("paid", "refund_rest"): "refunded",
}
STATES = ("pending", "paid", "refunded", "closed")


def next_state(state: str, event: str) -> str | None:
    """Where an event leads from a state; None when it is not allowed there.

    >>> next_state("pending", "pay"), next_state("closed", "pay")
    ('paid', None)
    """
    return MACHINE.get((state, event))
