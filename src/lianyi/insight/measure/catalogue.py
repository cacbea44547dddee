"""The metric catalogue: definitions as data, validated when they are loaded."""

import ast
from dataclasses import dataclass
from functools import cache

from lianyi.insight.measure.dimensions import dimensions
from lianyi.insight.measure.entries import EntryFault, check_keys, one_of, read, text_of
from lianyi.insight.measure.inputs import inputs
from lianyi.insight.measure.relation import relations
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text

# File -> section; money is long enough for two files.
SECTIONS = {name: name for name in ("traffic", "growth", "fission", "money", "profit", "content", "care", "brand", "partners", "campaigns")}
SECTIONS["profit"] = "money"
UNITS = ("count", "money", "ratio", "seconds", "hours", "ms", "days", "score")
BETTER = ("up", "down", "band")
EMPTY = ("zero", "undefined")
INTERVALS = ("none", "wilson", "balance", "mean", "bootstrap", "quantile", "clustered")
REFUNDS = ("none", "when_refunded", "follows_the_order", "before_refunds")

NEEDED = ("name", "says", "unit", "better", "empty", "version", "source")
MAY = (
    "relation",
    "numerator",
    "denominator",
    "value",
    "quantile",
    "formula",
    "n",
    "eligible",
    "excluded",
    "known",
    "squares",
    "clusters",
    "positive",
    "negative",
    "real",
    "band",
    "bounds",
    "needs",
    "dims",
    "adds_over",
    "adds_in_time",
    "refunds",
    "interval",
    "shortest",
)
SHORTEST = ("day", "week", "month")
SQL_KEYS = ("numerator", "denominator", "value", "n", "eligible", "excluded", "squares", "positive", "negative")


@dataclass(frozen=True, slots=True)
class Metric:
    """One definition.

    A metric is a ratio of two aggregates or a single aggregate over the rows of a relation (alias `r`), a quantile or a bootstrapped
    mean of a column (`value`), or arithmetic on other metrics (`formula`).

    section       : part of the catalogue: traffic, growth, fission, money, content, care, brand, partners or campaigns
    unit, better  : see UNITS, BETTER; `band` is the good range when better is "band"
    empty         : what an empty set of rows answers: "zero" (a count or a sum) or "undefined"
    n, eligible, excluded : SQL aggregates: observations, those that could be judged, those that could not
    known         : input whose lack leaves nothing eligible; then the answer is no_data, naming it
    positive, negative : SQL aggregates behind a balance (net share)
    squares       : SQL aggregate: sum of squares behind the interval of a mean
    clusters      : relation whose rows are the clusters in which events come, behind a clustered interval: `way` (1, 2, each a way to cluster
                    all of them), `above` and `below` (the cluster's part of numerator and denominator)
    real          : whether the aggregates are not whole numbers
    bounds        : range the value lies in, where there is one
    needs         : ids of inputs (inputs.toml)
    dims          : dimensions allowed
    adds_over     : dimensions over which the parts sum to the whole
    adds_in_time  : whether periods sum to the window
    refunds       : what a refund does to it
    shortest      : the shortest period of which it says anything: day, unless the entry says week or month
    """

    id: str
    section: str
    name: Text
    says: Text
    unit: str
    better: str
    band: tuple[float, float] | None
    bounds: tuple[float, float] | None
    relation: str | None
    clusters: str | None
    sql: dict[str, str]
    quantile: float | None
    formula: str | None
    empty: str
    known: str | None
    real: bool
    needs: tuple[str, ...]
    dims: tuple[str, ...]
    adds_over: tuple[str, ...]
    adds_in_time: bool
    refunds: str
    interval: str
    shortest: str
    version: int
    source: str


@cache
def catalogue() -> dict[str, Metric]:
    """Every metric by id, in the order of the files.

    Raises EntryFault naming file and entry for an unknown key, unit, relation, input, dimension or metric.
    >>> catalogue()["gmv"].unit
    'money'
    """
    found: dict[str, Metric] = {}
    for name, section in SECTIONS.items():
        file = f"catalogue/{name}.toml"
        for id_, raw in read(file).items():
            if id_ in found:
                raise EntryFault(f"{file} [{id_}]", "written twice")
            found[id_] = _metric(f"{file} [{id_}]", id_, section, raw)
    for metric in found.values():
        if metric.formula is not None:
            where = f"catalogue [{metric.id}]"
            unknown = [i for i in formula_inputs(metric.formula) if i not in found]
            if unknown:
                raise EntryFault(where, f"formula names no metric: {unknown[0]}")
    return {id_: _with_inherited(metric, found) for id_, metric in found.items()}


def _metric(where: str, id_: str, section: str, raw: object) -> Metric:
    entry = check_keys(where, raw, needed=NEEDED, may=MAY)
    one_of(where, entry, "unit", UNITS)
    one_of(where, entry, "better", BETTER)
    one_of(where, entry, "empty", EMPTY)
    for key, allowed in (
        ("interval", INTERVALS),
        ("refunds", REFUNDS),
        ("shortest", SHORTEST),
        ("known", inputs()),
        ("relation", relations()),
        ("clusters", relations()),
    ):
        if key in entry:
            one_of(where, entry, key, allowed)
    ways = [k for k in ("numerator", "value", "formula") if k in entry]
    if len(ways) != 1 or ("formula" in entry) == ("relation" in entry):
        raise EntryFault(where, "is either a numerator or a value over a relation, or a formula")
    if ("value" in entry) != ("quantile" in entry or entry.get("interval") == "bootstrap"):
        raise EntryFault(where, "value goes with quantile, or with interval = bootstrap")
    if ("clusters" in entry) != (entry.get("interval") == "clustered"):
        raise EntryFault(where, "clusters goes with interval = clustered")
    if (entry["better"] == "band") != ("band" in entry):
        raise EntryFault(where, "band goes with better = band")
    for key, known in (("needs", inputs()), ("dims", dimensions()), ("adds_over", dimensions())):
        unknown = sorted(set(entry.get(key, ())) - set(known))
        if unknown:
            raise EntryFault(where, f"{key}: no such name {unknown[0]}")
    dims = tuple(entry.get("dims", relations()[entry["relation"]].dims if "relation" in entry else ()))
    for key, wider in (("adds_over", dims), ("dims", relations()[entry["relation"]].dims if "relation" in entry else dims)):
        beyond = sorted(set(entry.get(key, ())) - set(wider))
        if beyond and "formula" not in entry:
            raise EntryFault(where, f"{key}: {beyond[0]} is not offered by what it is counted over")
    return Metric(
        id=id_,
        section=section,
        name=text_of(where, entry, "name"),
        says=text_of(where, entry, "says"),
        unit=entry["unit"],
        better=entry["better"],
        band=_pair(where, entry.get("band"), "band"),
        bounds=_pair(where, entry.get("bounds"), "bounds"),
        relation=entry.get("relation"),
        clusters=entry.get("clusters"),
        sql={k: " ".join(str(entry[k]).split()) for k in SQL_KEYS if k in entry},
        quantile=entry.get("quantile"),
        formula=entry.get("formula"),
        empty=entry["empty"],
        known=entry.get("known"),
        real=entry.get("real", False),
        needs=tuple(entry.get("needs", ())),
        dims=dims,
        adds_over=tuple(entry.get("adds_over", ())),
        adds_in_time=entry.get("adds_in_time", False),
        refunds=entry.get("refunds", "none"),
        interval=entry.get("interval", "none"),
        shortest=entry.get("shortest", "day"),
        version=entry["version"],
        source=entry["source"],
    )


def _pair(where: str, value: object, key: str) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or value[0] > value[1]:
        raise EntryFault(where, f"{key} is a list [low, high]")
    return float(value[0]), float(value[1])


def _with_inherited(metric: Metric, known: dict[str, Metric]) -> Metric:
    """A formula needs what its parts need, and is split where all of them can be."""
    if metric.formula is None:
        return metric
    parts = [_with_inherited(known[i], known) for i in formula_inputs(metric.formula)]
    shared = [d for d in dimensions() if all(d in part.dims for part in parts)]
    needs = dict.fromkeys([*metric.needs, *(n for part in parts for n in part.needs)])
    values = {f: getattr(metric, f) for f in Metric.__slots__}
    return Metric(**{**values, "dims": metric.dims or tuple(shared), "needs": tuple(needs)})


@cache
def formula_inputs(formula: str) -> tuple[str, ...]:
    """The metrics that a formula names, in order of appearance.

    >>> formula_inputs("(gross_profit - shipping_cost) / orders")
    ('gross_profit', 'shipping_cost', 'orders')
    """
    names = [node for node in ast.walk(ast.parse(formula, mode="eval")) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(n.id for n in sorted(names, key=lambda n: n.col_offset)))


def metric(id_: str) -> Metric:
    """One definition; UnknownName with the nearest one when there is none of that name."""
    if id_ not in catalogue():
        raise UnknownName(what="metric", given=id_, allowed=list(catalogue()))
    return catalogue()[id_]
