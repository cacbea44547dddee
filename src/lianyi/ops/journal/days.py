"""Business days as instants, so that a list that is cut by days can use an index on its moments."""

import datetime as dt

from django.conf import settings


def begins(day: dt.date) -> dt.datetime:
    """The instant at which a business day begins, by the brand's zone."""
    return dt.datetime.combine(day, dt.time(), tzinfo=settings.WORKSPACE.zone)


def ends(day: dt.date) -> dt.datetime:
    """The instant at which it is over: the next one's beginning."""
    return begins(day + dt.timedelta(days=1))
