"""What a run leaves for the truth: who bought what when, who joined, who brought whom."""

from dataclasses import dataclass

import numpy as np

from lianyi.lab.cast.people import NEVER
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags
from lianyi.lab.life.day import Day
from lianyi.lab.life.run import live
from lianyi.lab.life.state import State


@dataclass(frozen=True, slots=True)
class Ledger:
    """A run in figures.

    day, who, channel, campaign : (o,) of every paid order
    gross_fen, net_fen, margin_fen : (o,) paid; paid and kept; kept less the cost of the goods
    joined    : (n,) day of joining, NEVER for those who did not
    referrer  : (n,) who brought each, -1 nobody
    offspring : (n,) invitees each brings in the end, whether or not they have come yet
    alive     : (n,) still buys at the end of the days told
    told      : days that were told
    """

    day: Ints
    who: Ints
    channel: Ints
    campaign: Ints
    gross_fen: Ints
    net_fen: Ints
    margin_fen: Ints
    joined: Ints
    referrer: Ints
    offspring: Ints
    alive: Flags
    told: int

    @property
    def n(self) -> int:
        """How many people, members or not."""
        return len(self.joined)

    def per_person(self, outcome: str, from_day: int, to_day: int) -> Reals:
        """(n,) what each did from one day up to another.

        outcome : orders | gross_fen | net_fen | margin_fen
        """
        inside = (self.day >= from_day) & (self.day < to_day)
        weight = None if outcome == "orders" else getattr(self, outcome)[inside].astype(np.float64)
        return np.bincount(self.who[inside], weight, self.n).astype(np.float64)


class Bookkeeper:
    """Keeps the ledger of a run while it is lived, so that it is lived once.

    referrer : (n,) who brought each person so far, -1 nobody
    """

    def __init__(self, setting: Setting) -> None:
        self._told = setting.told
        self._rows: list[tuple[Ints, ...]] = []
        self.referrer = np.full(setting.people.n, -1)
        self._state: State | None = None
        self._alive = setting.people.alive

    def note(self, day: Day, state: State) -> None:
        """Enter one day."""
        orders, paid = day.orders, day.orders.paid
        kept = np.where(orders.refund_days >= 0, 0, orders.amount_fen)
        cost = np.where(orders.refund_days >= 0, 0, orders.cost_fen)
        columns = (np.full(len(orders), day.d), orders.who, orders.channel, orders.campaign, orders.amount_fen, kept, kept - cost)
        self._rows.append(tuple(column[paid] for column in columns))
        self.referrer[day.joins.who] = day.joins.referrer
        self._state = state
        if day.d == self._told - 1:
            self._alive = state.alive.copy()

    def ledger(self) -> Ledger:
        """The ledger of the days noted."""
        if self._state is None:
            raise ValueError("no day has been lived")
        day, who, channel, campaign, gross, net, margin = (np.concatenate(column) for column in zip(*self._rows, strict=True))
        return Ledger(
            day=day,
            who=who,
            channel=channel,
            campaign=campaign,
            gross_fen=gross,
            net_fen=net,
            margin_fen=margin,
            joined=self._state.joined,
            referrer=self.referrer,
            offspring=self._state.offspring.astype(np.int64),
            alive=self._alive,
            told=self._told,
        )


def lived(setting: Setting) -> Ledger:
    """Live through a setting without telling it. Cost: about a third of telling it."""
    book = Bookkeeper(setting)
    for day, state in live(setting):
        book.note(day, state)
    return book.ledger()


def members(ledger: Ledger, people_fake: Ints, *, by_day: int) -> Flags:
    """(n,) real members who had joined before a day."""
    there: Flags = (ledger.joined < by_day) & (ledger.joined != NEVER) & (people_fake < 0)
    return there
