"""The life of a campaign, as data."""

# (state, event) -> next state
MACHINE = {
    ("draft", "check"): "checked",
    ("checked", "revise"): "draft",
    ("scheduled", "revise"): "draft",
    ("checked", "schedule"): "scheduled",
    ("scheduled", "start"): "running",
    ("running", "pause"): "paused",
    ("paused", "resume"): "running",
    ("running", "close"): "closed",
    ("paused", "close"): "closed",
    ("draft", "drop"): "dropped",
    ("checked", "drop"): "dropped",
    ("scheduled", "drop"): "dropped",
    ("closed", "settle"): "settled",
}
STATES = ("draft", "checked", "scheduled", "running", "paused", "closed", "settled", "dropped")
# What may still be written anew without a reason that favours consumers.
EDITABLE = ("draft", "checked", "scheduled")
LIVE = ("running", "paused")


def before(event: str) -> tuple[str, ...]:
    """The states in which an event may happen.

    >>> before("close")
    ('running', 'paused')
    """
    return tuple(state for state, one in MACHINE if one == event)


def after(event: str) -> str:
    """Where an event leads; the same from everywhere.

    >>> after("pause")
    'paused'
    """
    return next(to for (_, one), to in MACHINE.items() if one == event)
