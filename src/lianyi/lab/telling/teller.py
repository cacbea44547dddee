"""What every part of the telling needs: the day's columns, session numbers, who uses which device."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lianyi.kernel.clock import US_PER_DAY
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints
from lianyi.lab.telling.facts import Facts

# A person who sets out to buy does not begin before midnight: what is paid just after it is told a little later.
LEAST_US = 400_000_000


@dataclass(slots=True)
class Teller:
    """Tells the days of one setting.

    facts    : where facts are stated
    sessions, messages, complaints, answers : numbered so far
    devices  : whether devices are told at all
    """

    setting: Setting
    facts: Facts
    devices: bool
    sessions: int = 0
    messages: int = 0
    complaints: int = 0

    def instant(self, day: int, at_us: Ints) -> Ints:
        """Microseconds since the first day's midnight."""
        return at_us + day * US_PER_DAY

    def new_sessions(self, n: int) -> Ints:
        """Numbers of n new sessions."""
        self.sessions += n
        return np.arange(self.sessions - n, self.sessions)

    def new_messages(self, n: int) -> Ints:
        """Numbers of n new messages or comments."""
        self.messages += n
        return np.arange(self.messages - n, self.messages) + 1

    def person(self, who: Ints) -> dict[str, Any]:
        """The columns that say who, where: member, platform, and the device where devices are told."""
        columns: dict[str, Any] = {"member": who, "platform": self.setting.people.platform[who]}
        return columns | {"device": self.device(who)} if self.devices else columns

    def device(self, who: Ints) -> Ints:
        """Each person's device; those of a ring of made-up members share two."""
        fake = self.setting.people.fake[who]
        return np.where(fake >= 0, self.setting.people.n + 2 * fake + who % 2, who)
