"""Evaluations that come by themselves: each time a week, month or quarter is over in the data, the one it asks for."""

import datetime as dt

from lianyi.kernel.actor import SYSTEM
from lianyi.kernel.clock import date_of, day_of, period_start
from lianyi.ops.review import selectors, services
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

GRAINS = {"weekly": "week", "monthly": "month", "quarterly": "quarter"}


def ask_due(workspace: Workspace, *, at: dt.datetime) -> list[str]:
    """Ask for every scheduled evaluation whose period is over and in the data; answers their public ids.

    Asked twice, it asks once: a period of a schedule has a key of its own. A period is evaluated when it is
    over by the calendar and the data reach its last day.
    """
    snapshot = EventLog(workspace).snapshot()
    if not snapshot.files or snapshot.last_day is None:
        return []
    asked = []
    today = at.astimezone(workspace.zone).date()
    for schedule in selectors.list_schedules(on=True):
        from_on, to_on = last_period(min(date_of(snapshot.last_day) + dt.timedelta(days=1), today), schedule.cadence)
        if schedule.last_from_on is not None and schedule.last_from_on >= from_on:
            continue
        asked.append(
            services.ask_review(
                key=f"schedule:{schedule.public_id}:{from_on.isoformat()}",
                actor=SYSTEM,
                at=at,
                from_on=from_on,
                to_on=to_on,
                baseline=schedule.baseline,
                template=schedule.template,
            )
        )
        services.note_scheduled(public_id=schedule.public_id, from_on=from_on)
    return asked


def last_period(before: dt.date, cadence: str) -> tuple[dt.date, dt.date]:
    """The last whole period that ends at or before a date; the second day excluded.

    >>> last_period(dt.date(2026, 5, 31), "monthly"), last_period(dt.date(2026, 6, 1), "monthly")[0]
    ((datetime.date(2026, 4, 1), datetime.date(2026, 5, 1)), datetime.date(2026, 5, 1))
    """
    grain = GRAINS[cadence]
    end = period_start(day_of(before), grain)
    return date_of(period_start(end - 1, grain)), date_of(end)
