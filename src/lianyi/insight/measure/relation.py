"""Relations: the rows that metrics count, as SQL templates in data files.

Three classes:
- `rows`: every row has a day; all periods are answered by one query.
- `window`: the rows depend on the window as a whole (who was there before, who came back); one query a period.
- `base`: kept once a run, read by relations of the other two.
"""

from dataclasses import dataclass
from functools import cache

from lianyi.insight.measure.dimensions import dimensions
from lianyi.insight.measure.entries import EntryFault, check_keys, one_of, read

SECTIONS = ("shop", "people", "visits", "content", "care", "partners")
CLASSES = ("rows", "window", "base")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation.

    dims        : dimensions it can be split by; for a base, () means that it carries none
    back, ahead : days before and after the window that it reads; back -1 is the previous window
    code        : a function applied to the answer of the SQL, for what SQL cannot say (trees); bases only
    each        : where `sql` adds facts up before they are counted, the same columns with one row a fact, to look at; "" where its rows are the rows
    """

    id: str
    says: str
    class_: str
    sql: str
    dims: tuple[str, ...]
    back: int
    ahead: int
    code: str | None
    each: str = ""


@cache
def relations() -> dict[str, Relation]:
    """Every relation by id.

    Raises EntryFault for an unknown key, class or dimension, or an id written twice.
    """
    found: dict[str, Relation] = {}
    for section in SECTIONS:
        file = f"relations/{section}.toml"
        for id_, raw in read(file).items():
            where = f"{file} [{id_}]"
            entry = check_keys(where, raw, needed=("says", "class", "sql"), may=("dims", "back", "ahead", "code", "each"))
            one_of(where, entry, "class", CLASSES)
            if id_ in found:
                raise EntryFault(where, "written twice")
            unknown = sorted(set(entry.get("dims", ())) - set(dimensions()))
            if unknown:
                raise EntryFault(where, f"no such dimension: {unknown[0]}")
            found[id_] = Relation(
                id=id_,
                says=entry["says"],
                class_=entry["class"],
                sql=entry["sql"].strip(),
                dims=tuple(entry.get("dims", ())),
                back=entry.get("back", 0),
                ahead=entry.get("ahead", 0),
                code=entry.get("code"),
                each=entry.get("each", "").strip(),
            )
    return found
