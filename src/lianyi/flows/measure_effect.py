"""The loop closed: what followed each suggestion that was taken up and done, kept with its task."""

import datetime as dt
from typing import Any

from lianyi.insight.evaluate.effect import effect
from lianyi.kernel.clock import day_of
from lianyi.ops.campaigns.selectors.campaigns import list_campaigns
from lianyi.ops.campaigns.selectors.monitor import readout
from lianyi.ops.review import selectors, services
from lianyi.stream.opening import NoFacts, opened
from lianyi.stream.workspace import Workspace


def measure_effects(workspace: Workspace, *, at: dt.datetime, only: str = "") -> int:
    """Measure every task that is done and has no final outcome yet, or one task; says how many outcomes were written.

    only : a task's public id
    Raises NotThere for a task that is not there.
    """
    waiting = [selectors.get_task(only)] if only else selectors.list_unmeasured()
    written = 0
    if not waiting:
        return 0
    try:
        with opened(workspace) as engine:
            for task in waiting:
                if task.closed_at is None or not task.metric:
                    continue
                taken_up, done = (_day(workspace, moment) for moment in (task.made_at, task.closed_at))
                found = effect(engine, task.metric, taken_up=taken_up, done=done, zone_name=workspace.zone_name)
                outcome = {**found.to_json(), "snapshot": engine.snapshot.version, "held_out": _held_out(task.made_at, at)}
                services.note_outcome(public_id=task.public_id, outcome=outcome)
                written += 1
    except NoFacts:
        return 0
    return written


def _day(workspace: Workspace, moment: dt.datetime) -> int:
    return day_of(moment.astimezone(workspace.zone).date())


def _held_out(since: dt.datetime, at: dt.datetime) -> list[dict[str, Any]]:
    """What hold-outs of campaigns that ran since then say: the part of the change that is known to be theirs."""
    found = []
    for campaign in list_campaigns():
        if campaign.holdout_unit == "none" or campaign.ends_at < since or campaign.starts_at > at:
            continue
        read = readout(campaign, at)
        if read is None or not read.is_known:
            continue
        found.append(
            {
                "campaign": campaign.public_id,
                "title": campaign.title,
                "lift": read.lift,
                "lift_interval": list(read.lift_interval or ()),
                "each_fen": read.each_fen,
                "each_interval": list(read.each_interval or ()),
                "beyond_chance": read.is_beyond_chance,
            }
        )
    return found
