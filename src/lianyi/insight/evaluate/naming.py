"""What the values of dimensions are called: titles where a table has them, the catalogue's words for those we coin."""

from collections.abc import Iterable

from lianyi.insight.measure import dimensions
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

UNKNOWN = Text(zh="未知", en="unknown")
# dimension -> its table and key
TITLED = {
    "product": ("products", "product_id"),
    "campaign": ("campaigns", "campaign_id"),
    "partner": ("partners", "partner_id"),
    "group": ("groups", "group_id"),
    "content": ("contents", "content_id"),
}


def names_of(engine: Engine, dimension: str, values: Iterable[str | None]) -> dict[str | None, str | Text]:
    """A name for every value of a dimension; the value itself where nothing better is known."""
    wanted = {value for value in values if value is not None}
    found: dict[str | None, str | Text] = {None: UNKNOWN}
    words = dimensions()[dimension].values if dimension in dimensions() else {}
    found.update({v: words.get(v, v) for v in wanted})
    if dimension in TITLED and wanted:
        table, key = TITLED[dimension]
        names = {f"v{i}": value for i, value in enumerate(sorted(wanted))}
        places = ", ".join(f"${name}" for name in names)
        rows = engine.run(
            f"SELECT x.{key} AS id, x.title AS title FROM {table} AS x WHERE x.{key} IN ({places}) AND x.title IS NOT NULL", names
        )
        found |= {row["id"]: row["title"] for row in rows.to_pylist()}
    return found
