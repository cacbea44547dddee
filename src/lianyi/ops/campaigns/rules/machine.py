"""The life of a campaign, as data."""

from lianyi.kernel.text import Text

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
# As they stand in a sentence: "it is running; it cannot be checked".
STATE_NAMES = {
    "draft": Text(zh="草稿", en="a draft"),
    "checked": Text(zh="已过检查", en="checked"),
    "scheduled": Text(zh="待开始", en="scheduled"),
    "running": Text(zh="进行中", en="running"),
    "paused": Text(zh="已暂停", en="paused"),
    "closed": Text(zh="已结束", en="closed"),
    "settled": Text(zh="已结算", en="settled"),
    "dropped": Text(zh="已放弃", en="dropped"),
}
STEP_NAMES = {
    "check": Text(zh="检查", en="checked"),
    "revise": Text(zh="修改", en="changed"),
    "schedule": Text(zh="排期", en="scheduled"),
    "start": Text(zh="开始", en="started"),
    "pause": Text(zh="暂停", en="paused"),
    "resume": Text(zh="恢复", en="resumed"),
    "close": Text(zh="结束", en="closed"),
    "drop": Text(zh="放弃", en="dropped"),
    "settle": Text(zh="结算", en="settled"),
    "learn": Text(zh="复盘", en="reviewed"),
}


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
