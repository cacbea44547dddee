"""Estimands: what a cause really does, by living the same days without it.

The parameter of a world is not the effect: buying is a risk that saturates, members lapse, friends tell friends. Only the run
beside its twin, with everybody's luck the same, knows.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from lianyi.lab.cast.people import LEVELS, NEVER
from lianyi.lab.cast.setting import Setting, setting
from lianyi.lab.draws import Flags
from lianyi.lab.life.campaigns import arms
from lianyi.lab.truth.ledger import Ledger, lived, members
from lianyi.lab.worlds.world import CHANNELS, World

OUTCOMES = ("orders", "net_fen", "margin_fen")
UNITS = {"orders": "orders per member", "net_fen": "fen per member", "margin_fen": "fen per member"}


@dataclass(frozen=True, slots=True)
class Estimand:
    """One true value.

    cause    : what it is the effect of, as in `World.causes`; empty for what is no effect
    estimand : itt (assigned to it, whether or not they heard) | att (heard of it) | spill_over (held out from it) | total
               (everybody together) | recorded (orders whose channel is this one) | k_factor | future_orders ...
    outcome  : orders | net_fen | margin_fen | members
    segment  : {} for all, or {dimension: value}
    value    : in `unit`; n: people it is about
    """

    cause: str
    estimand: str
    outcome: str
    unit: str
    value: float
    n: int
    segment: dict[str, str]


def estimands(world: World, seed: int, base: Setting, ledger: Ledger, *, without: Collection[str] = ()) -> Iterator[Estimand]:
    """Every true value of a run; lives it again once for each cause.

    base, ledger : the run itself; without : what was left out of it
    Cost: one run, untold, for each cause.
    """
    yield from of_growth(base, ledger)
    if base.days > base.told:
        yield from of_future(base, ledger)
    for cause in world.causes:
        if cause in without:
            continue
        # Effects are about the days told: what comes after need not be lived again.
        twin = lived(setting(world, seed, members=base.people.n, days=base.told, without=[*without, cause]))
        kind, _, name = cause.partition(":")
        if kind == "campaign":
            yield from of_campaign(base, name, ledger, twin)
        elif kind == "channel":
            yield from of_channel(base, name, ledger, twin)
        else:
            yield from _totals(cause, ledger, twin, 0, base.told)


def of_campaign(base: Setting, name: str, ledger: Ledger, twin: Ledger) -> Iterator[Estimand]:
    """What a campaign did from its first day to the end of the days told, by arm and by segment."""
    campaign = next(c for c in base.campaigns if c.id == name)
    cause, people = f"campaign:{name}", base.people
    arm = arms(base, campaign)
    there = members(ledger, people.fake, by_day=campaign.from_day)
    assigned = there & ~arm.held_out
    parts: list[tuple[str, Flags, dict[str, str]]] = [
        ("itt", assigned, {}),
        ("att", assigned & arm.aware, {}),
        ("spill_over", there & arm.held_out, {}),
    ]
    parts += [("itt", assigned & (people.platform == code), {"platform": p}) for code, p in enumerate(base.drifts.platforms)]
    parts += [("itt", assigned & (people.level == code), {"tier": level}) for code, level in enumerate(LEVELS)]
    for outcome in OUTCOMES:
        effect = _difference(ledger, twin, outcome, campaign.from_day, base.told)
        for estimand, who, segment in parts:
            if who.any():
                yield Estimand(cause, estimand, outcome, UNITS[outcome], float(effect[who].mean()), int(who.sum()), segment)
    yield from _totals(cause, ledger, twin, campaign.from_day, base.told)


def of_channel(base: Setting, name: str, ledger: Ledger, twin: Ledger) -> Iterator[Estimand]:
    """What the touches of a channel brought, beside what is recorded under its name."""
    yield from _totals(f"channel:{name}", ledger, twin, 0, base.told)
    inside = (ledger.channel == CHANNELS.index(name)) & (ledger.day < base.told)
    yield Estimand(f"channel:{name}", "recorded", "orders", "orders", float(inside.sum()), int(np.unique(ledger.who[inside]).size), {})
    fen = float(ledger.net_fen[inside].sum())
    yield Estimand(f"channel:{name}", "recorded", "net_fen", "fen", fen, int(np.unique(ledger.who[inside]).size), {})


def of_growth(base: Setting, ledger: Ledger) -> Iterator[Estimand]:
    """Invitees per new member, in the end."""
    new = (ledger.joined >= 0) & (ledger.joined < base.told) & (base.people.fake < 0)
    if new.any():
        yield Estimand("", "k_factor", "members", "members per member", float(ledger.offspring[new].mean()), int(new.sum()), {})


def of_future(base: Setting, ledger: Ledger) -> Iterator[Estimand]:
    """What members who have ever bought will buy in the days after those told."""
    ever = np.zeros(ledger.n, dtype=bool)
    ever[ledger.who[ledger.day < base.told]] = True
    for outcome in OUTCOMES:
        value = ledger.per_person(outcome, base.told, base.days)[ever]
        if len(value):
            yield Estimand("", f"future_{base.days - base.told}_days", outcome, UNITS[outcome], float(value.mean()), len(value), {})


def _totals(cause: str, ledger: Ledger, twin: Ledger, from_day: int, to_day: int) -> Iterator[Estimand]:
    units = {"orders": "orders", "net_fen": "fen", "margin_fen": "fen"}
    for outcome in OUTCOMES:
        total = float(_difference(ledger, twin, outcome, from_day, to_day).sum())
        yield Estimand(cause, "total", outcome, units[outcome], total, ledger.n, {})
    joined = [int(((one.joined >= 0) & (one.joined < to_day) & (one.joined != NEVER)).sum()) for one in (ledger, twin)]
    yield Estimand(cause, "total", "members", "members", float(joined[0] - joined[1]), ledger.n, {})


def _difference(ledger: Ledger, twin: Ledger, outcome: str, from_day: int, to_day: int) -> np.ndarray:
    return ledger.per_person(outcome, from_day, to_day) - twin.per_person(outcome, from_day, to_day)
