"""Telling a whole run: days in, batches of facts by name and time out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from lianyi.kernel.clock import date_of, midnight_us
from lianyi.lab.brand import brand
from lianyi.lab.cast.setting import Setting
from lianyi.lab.life.day import Day
from lianyi.lab.life.run import live
from lianyi.lab.life.state import State
from lianyi.lab.telling.campaigns import tell_campaigns
from lianyi.lab.telling.facts import Facts, Held, Run, Spelling, batches, names_of
from lianyi.lab.telling.ledger import tell_costs
from lianyi.lab.telling.nuisances import disturbed, end_of, repeated, tell_bots
from lianyi.lab.telling.orders import tell_orders
from lianyi.lab.telling.outside import tell_mentions, tell_survey
from lianyi.lab.telling.reach import tell_reach, tell_reading
from lianyi.lab.telling.replies import tell_chats
from lianyi.lab.telling.tables import tables
from lianyi.lab.telling.teller import Teller
from lianyi.lab.telling.visits import tell_browsing, tell_people, tell_roster, tell_timings
from lianyi.lab.truth.ledger import Bookkeeper
from lianyi.lab.worlds.world import CHANNELS
from lianyi.stream.workspace import Workspace

# Facts of a month are put in order together, up to about so many: what is in memory does not grow with the history.
ROWS_A_RUN = 3_000_000


@dataclass(slots=True)
class Telling:
    """A run being lived and told.

    run    : 22 bits that tell its facts from another run's
    book   : what it leaves for the truth
    again  : batches of facts that were delivered twice, known once the run is over
    tables : the reference tables as of the last day told, known then
    lived  : days so far
    """

    setting: Setting
    spelling: Spelling
    book: Bookkeeper
    again: list[pa.RecordBatch] = field(default_factory=list)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    lived: int = 0

    def runs(self) -> Iterator[Run]:
        """The facts of the whole history, not yet spelt out, some days of a month at a time."""
        setting = self.setting
        asked = setting.world.nuisances
        devices = bool(setting.world.people.anonymous_share or asked.rings or asked.bots or asked.skewed_share)
        teller = Teller(setting, Facts(self.spelling), devices=devices)
        tell_roster(teller)
        held = Held()
        for day, state in live(setting):
            self.book.note(day, state)
            self.lived += 1
            if day.d >= setting.told:
                continue
            tell_day(teller, state, day)
            held.take(disturbed(teller, day.d, teller.facts.stated()))
            last = day.d == setting.told - 1
            if last or held.rows >= ROWS_A_RUN or self._month(day.d) != self._month(day.d + 1):
                yield held.run(end_of(day.d))
            if last:
                self.tables = tables(setting, state, self.spelling, self.book.referrer)

    def _month(self, day: int) -> int:
        return date_of(self.setting.calendar.first_day + day).month

    def spelt(self, run: Run) -> Iterator[pa.RecordBatch]:
        """The same facts spelt out; those that were delivered twice are kept for later."""
        for batch in batches(run, self.spelling):
            twice = repeated(self.setting, batch)
            if len(twice):
                self.again.append(batch.take(pa.array(twice)))
            yield batch


def tell_day(teller: Teller, state: State, day: Day) -> None:
    """State everything that happened on a day."""
    tell_people(teller, day)
    tell_reach(teller, day)
    tell_reading(teller, day)
    tell_campaigns(teller, state, day)
    tell_browsing(teller, day)
    if teller.setting.world.detail:
        tell_timings(teller, day)
    tell_orders(teller, day)
    tell_chats(teller, day)
    tell_bots(teller, day.d)
    if teller.setting.world.detail:
        tell_costs(teller, day)
        tell_mentions(teller, day)
        tell_survey(teller, state, day)


def spelling(setting: Setting, workspace: Workspace, run: int) -> Spelling:
    """How the codes of a setting are spelt."""
    world, asked = setting.world, setting.world.nuisances
    digits = max(6, len(str(setting.people.n)))
    members = np.arange(setting.people.n)
    devices = setting.people.n + 2 * asked.rings + asked.bots
    partners = [row["title"] for row in brand("shop")["partners"]]
    return Spelling(
        members=names_of("m", members, digits=digits),
        devices=names_of("d", np.arange(devices), digits=digits),
        contents=names_of("c", np.arange(setting.contents.n), digits=5),
        products=names_of("p", np.arange(len(setting.goods.price_fen)) + 1, digits=3),
        campaigns=pa.array([c.id for c in setting.campaigns] or [""], pa.string()),
        groups=names_of("g", np.arange(max(setting.circles.groups, 1)) + 1, digits=3),
        partners=pa.array([f"k{n + 1:02d}" for n in range(max(world.partners.number, len(partners)))], pa.string()),
        platforms=pa.array(setting.drifts.platforms, pa.string()),
        channels=pa.array(CHANNELS, pa.string()),
        start_us=midnight_us(setting.calendar.first_day, workspace.zone),
        run=run,
    )
