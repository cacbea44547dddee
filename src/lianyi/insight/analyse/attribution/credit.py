"""Credit by several models at once, with its spread, from one set of journeys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lianyi.insight.analyse.attribution import markov, rules, shapley
from lianyi.insight.analyse.attribution.journeys import Ints, Journeys, Reals
from lianyi.insight.analyse.coding import groups_of
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.spread import interval_of, jackknife_spread
from lianyi.insight.measure.intervals import Interval
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text

MODELS = (*rules.RULES, "markov", "shapley")
MODEL_NAMES = {
    "markov": Text(zh="马尔可夫", en="Markov chain"),
    "shapley": Text(zh="夏普利", en="Shapley"),
    "last": Text(zh="末次触点", en="last touch"),
    "first": Text(zh="首次触点", en="first touch"),
    "linear": Text(zh="平均分配", en="linear"),
    "time_decay": Text(zh="时间衰减", en="time decay"),
    "position": Text(zh="首末为主", en="position"),
}
METHOD_VERSION = 1
# The jackknife leaves out one group of people at a time; below this many people there is no saying how sure a share is.
GROUPS = 40
MIN_PEOPLE = 80
SAMPLED_ORDERINGS = 400


@dataclass(frozen=True, slots=True)
class Credit:
    """What one channel is credited with by one model.

    orders   : orders credited, not a whole number in most models
    share    : of all orders that had a touch; sums to 1 over channels; None where there are none
    interval : 95% interval of the share, over people; None where too few were seen
    value    : value of those orders, in the unit of the journeys
    removal  : the share of orders lost without the channel, by the chain; markov only
    """

    channel: str
    orders: float
    share: float | None
    interval: Interval | None
    value: float
    removal: float | None = None


@dataclass(frozen=True, slots=True)
class ModelCredit:
    """One model's credit, largest first; orders and value sum to those of all journeys."""

    model: str
    credits: tuple[Credit, ...]

    def of(self, channel: str) -> Credit:
        """The credit of one channel.

        Raises UnknownName for a channel that was never touched.
        """
        found = next((c for c in self.credits if c.channel == channel), None)
        if found is None:
            raise UnknownName(what="channel", given=channel, allowed=[c.channel for c in self.credits])
        return found


def credit(journeys: Journeys, *, models: Sequence[str] = MODELS, half_life_days: float = 7.0, seed: int = 0) -> tuple[ModelCredit, ...]:
    """Share the credit of orders by each model.

    models         : first | last | linear | position | time_decay | markov | shapley
    half_life_days : of time decay
    seed           : of the sampled orderings of Shapley beyond 12 channels
    Raises  UnknownName for a model that does not exist, BadInput for a half-life that is not above 0, TooManyChannels.
    Cost    O(touches) a model, and for the spread 40 solves of K equations or 40 rows of 2^K.
    >>> from lianyi.insight.analyse.attribution.journeys import journeys_of
    >>> found = credit(journeys_of([["search", "kol"], ["kol"]], [3, 1], nulls=[0, 4]), models=["last", "markov"])
    >>> [(c.channel, c.orders) for c in found[0].credits]
    [('kol', 4.0), ('search', 0.0)]
    """
    for model in models:
        if model not in MODELS:
            raise UnknownName(what="attribution model", given=model, allowed=list(MODELS))
    if not half_life_days > 0:
        raise BadInput(
            reason=Text(zh="半衰期须大于 0 天，收到 %(given)s", en="A half-life is more than 0 days, not %(given)s"), given=half_life_days
        )
    people = len(np.unique(journeys.who)) if len(journeys.who) < 4 * MIN_PEOPLE else MIN_PEOPLE
    groups = GROUPS if people >= MIN_PEOPLE else 1
    group = groups_of(journeys.who, groups)
    return tuple(_by_model(journeys, model, group, groups, half_life_days, seed) for model in models)


def _by_model(journeys: Journeys, model: str, group: Ints, groups: int, half_life_days: float, seed: int) -> ModelCredit:
    if model == "markov":
        return _by_markov(journeys, group, groups)
    if model == "shapley":
        return _by_shapley(journeys, group, groups, seed)
    orders, value = rules.credited(journeys, rules.RULES[model](journeys, half_life_days), group, groups)
    return _told(journeys, model, orders.sum(axis=0), orders.sum(axis=0) - orders, value.sum(axis=0))


def _left_out(parts: Reals, of: Callable[[Reals], Reals]) -> tuple[Reals, Reals]:
    """An estimate from the sum of all groups' parts, and from the sums that leave one group out."""
    whole = parts.sum(axis=0)
    return of(whole), np.array([of(whole - part) for part in parts])


def _by_markov(journeys: Journeys, group: Ints, groups: int) -> ModelCredit:
    moves, ends = markov.transitions(journeys, group, groups)
    removal, without = _left_out(moves, markov.removal_effects)
    total_orders, total_value = float(journeys.conversions.sum()), float(journeys.values.sum())

    def shared(effects: Reals) -> Reals:
        sums = effects.sum(axis=-1, keepdims=True)
        return np.asarray(np.divide(effects, sums, out=np.zeros_like(effects), where=sums > 0))

    value = shared(markov.removal_effects(moves.sum(axis=0), ends.sum(axis=0))) if total_value > 0 else np.zeros(len(journeys.channels))
    effects = np.nan_to_num(removal)
    return _told(
        journeys, "markov", shared(effects) * total_orders, shared(np.nan_to_num(without)) * total_orders, value * total_value, removal
    )


def _by_shapley(journeys: Journeys, group: Ints, groups: int, seed: int) -> ModelCredit:
    k = len(journeys.channels)
    sets, orders, value, seen = shapley.by_set(journeys, group, groups)

    def with_left_out(parts: Reals) -> Reals:
        """The sum of all groups in row 0, then the sums that leave one out."""
        whole = parts.sum(axis=0, keepdims=True)
        return np.concatenate((whole, whole - parts))

    def worth(gains: Reals) -> Reals:
        all_gains, all_seen = with_left_out(gains), with_left_out(seen)
        if float(journeys.nulls.sum()) == 0:
            return shapley.equal_shares(sets, all_gains, k)
        if k <= shapley.EXACT_CHANNELS:
            return shapley.exact(sets, all_gains, all_seen, k)
        return shapley.sampled(sets, all_gains, all_seen, k, draws=SAMPLED_ORDERINGS, seed=seed)

    of_orders = worth(orders)
    return _told(journeys, "shapley", of_orders[0], of_orders[1:], worth(value)[0])


def _told(journeys: Journeys, model: str, orders: Reals, without: Reals, value: Reals, removal: Reals | None = None) -> ModelCredit:
    total = float(orders.sum())
    share = orders / total if total else None
    spread = None
    if share is not None and len(without) == GROUPS:
        sums = without.sum(axis=1, keepdims=True)
        spread = jackknife_spread(share, np.divide(without, sums, out=np.zeros_like(without), where=sums != 0))
    low = -np.inf if model == "shapley" else 0.0
    told = [
        Credit(
            channel=channel,
            orders=float(orders[j]),
            share=None if share is None else float(share[j]),
            interval=None if share is None or spread is None else interval_of(float(share[j]), float(spread[j]), low=low, high=1.0),
            value=float(value[j]),
            removal=None if removal is None or not np.isfinite(removal[j]) else float(removal[j]),
        )
        for j, channel in enumerate(journeys.channels)
    ]
    return ModelCredit(model, tuple(sorted(told, key=lambda c: (-c.orders, c.channel))))


def over_credit(given: ModelCredit, incremental: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """How many times over a model credits each channel: orders attributed / orders the channel really added, as hold-outs found.

    incremental : orders added, by channel, over the same window, from experiments; a channel without one is not answered for
    Returns      a factor with the interval that the experiment leaves; not estimable where the experiment cannot tell it from nothing.
    >>> found = over_credit(ModelCredit("last", (Credit("kol", 90.0, 1.0, None, 0.0),)), {"kol": Estimate(45.0, (30.0, 60.0), 900, "A")})
    >>> found["kol"].value, found["kol"].interval
    (2.0, (1.5, 3.0))
    """
    factors = {}
    for channel, added in incremental.items():
        orders = given.of(channel).orders
        if added.value is None or added.interval is None or added.interval[0] <= 0:
            why = Text(zh="对照试验还分不清这个渠道的增量与零。", en="The hold-out cannot yet tell what this channel adds from nothing.")
            factors[channel] = missing(why, n=added.n, grade=added.grade)
        else:
            low, high = added.interval
            factors[channel] = Estimate(orders / added.value, (orders / high, orders / low), added.n, added.grade)
    return factors


def whole_parts(parts: Sequence[float], total: int) -> list[int]:
    """Parts rounded to whole units so that they sum to the total exactly: the largest remainders are rounded up.

    >>> whole_parts([33.4, 33.3, 33.3], 100)
    [34, 33, 33]
    """
    floors = [int(np.floor(p)) for p in parts]
    missing = total - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for i in range(missing):
        floors[order[i % len(order)]] += 1
    return floors
