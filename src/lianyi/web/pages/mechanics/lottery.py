"""The page of a prize draw: the ladder with its odds, the chances left, what was won."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.mechanics.lottery import PPM, Rung, Terms
from lianyi.ops.campaigns.selectors import Campaign, Entry, find_chance, list_draws_of, list_prizes
from lianyi.ops.members.selectors import Member


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder as it stands."""

    rung: Rung
    left: int

    @property
    def odds_share(self) -> float:
        """The odds of one draw, in [0, 1]."""
        return self.rung.odds_ppm / PPM


@dataclass(frozen=True, slots=True)
class Drawn:
    """One draw of the member's, with what it won."""

    entry: Entry
    rung: Rung | None


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """The ladder, the member's chances and draws."""
    given = {prize.place: prize.given for prize in list_prizes(campaign)}
    chance = find_chance(campaign, member) if member else None
    draws = list_draws_of(campaign, member) if member else []
    return {
        "ladder": [Step(rung, rung.units - given.get(place, 0)) for place, rung in enumerate(terms.rungs)],
        "left": chance.earned - chance.used if chance else 0,
        "may_enter": terms.earned_by == "once" and chance is None,
        "draws": [Drawn(entry, None if entry.given is None else terms.rungs[entry.given]) for entry in draws],
    }
