"""Files into one work database on disk: text cells as they stand, then typed columns, and what could not be read."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lianyi.kernel.money import minor_digits
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import Connection, quoted
from lianyi.stream.intake import sparse, values
from lianyi.stream.intake.catalogue import FIELD_TYPES, Field, Kind
from lianyi.stream.intake.columns import ColumnUse
from lianyi.stream.intake.dates import date_column
from lianyi.stream.intake.mapping import Layout, Mapping
from lianyi.stream.intake.opening import SourceFile
from lianyi.stream.intake.rows import Batch, Reader, ahead
from lianyi.stream.intake.words import WordList, words
from lianyi.stream.workspace import Workspace

MEMORY = "700MB"
_BAD = {
    "money": "not_a_number",
    "price": "not_a_number",
    "count": "not_a_number",
    "real": "not_a_number",
    "share": "not_a_number",
    "instant": "not_a_date",
    "day": "not_a_date",
    "flag": "not_yes_no",
    "word": "not_listed",
}
# Field types whose values are listed words.
LISTED = ("word", "flag")


@dataclass(slots=True)
class StagedFile:
    """One file as it lies in the work database."""

    number: int
    source: SourceFile
    reader: Reader
    kind: Kind
    mapping: Mapping
    layout: Layout | None
    uses: tuple[ColumnUse, ...]
    read: int = 0
    ignored: int = 0
    notes: list[Text] = field(default_factory=list)

    @property
    def raw(self) -> str:
        return f"raw_{self.number}"

    @property
    def used(self) -> list[ColumnUse]:
        return [u for u in self.uses if u.way != "none"]


def prepare_tables(work: Connection) -> None:
    """Make the tables that every import fills."""
    work.execute("CREATE TABLE rejects (file INTEGER, line BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR)")


def clean_columns(kind: Kind) -> dict[str, str]:
    """The columns of the typed rows of a kind, with their SQL types."""
    columns = {"file": "INTEGER", "line": "BIGINT"} | {f.name: FIELD_TYPES[f.type] for f in kind.fields.values()}
    columns |= {f"{f.name}_said": "VARCHAR" for f in kind.fields.values() if f.type == "word"}
    return columns | {f"{name}_day": "INTEGER" for name in sorted(kind.days)} | {"extra": "VARCHAR"}


def absent_columns(kind: Kind, files: Sequence[StagedFile]) -> dict[str, str]:
    """The columns that no file of the kind fills."""
    present = {"file", "line"}
    for file in files:
        fields = {u.field for u in file.used if u.field} | set(file.mapping.constants)
        present |= fields | {f"{n}_said" for n in fields} | {f"{n}_day" for n in fields}
        if any(not u.field for u in file.used):
            present.add("extra")
    return {c: t for c, t in clean_columns(kind).items() if c not in present}


def create_clean(work: Connection, kind: Kind, files: Sequence[StagedFile]) -> None:
    """Make the table of typed rows of a kind; an order's number may be made later, so it is always held."""
    columns = clean_columns(kind)
    sparse.create(work, f"clean_{kind.name}", columns, set(columns) - set(absent_columns(kind, files)) | ({"order_id"} & set(columns)))


def stage(work: Connection, staged: StagedFile, tell: Callable[[int, int], None]) -> None:
    """Bring the used columns of a file into the work database, as text: trimmed, and null where a cell says nothing.

    Beside a column of listed words lies what they mean. The next rows are cut while the last ones are stored; each batch is a
    transaction of its own, since one that stays open holds on to every batch that was handed to it.
    tell : called with (bytes of this file so far, rows so far)
    """
    wanted = [u.position for u in staged.used]
    listed = {
        u.position: words_of(staged.kind.fields[u.field]) for u in staged.used if u.field and staged.kind.fields[u.field].type in LISTED
    }
    columns = [*(f"c{p}" for p in wanted), *map(meaning_column, listed)]
    work.execute(f"CREATE TABLE {staged.raw} (line BIGINT{''.join(f', {n} VARCHAR' for n in columns)})")

    def cleaned() -> Iterator[tuple[Batch, pa.Table]]:
        for batch in staged.reader.batches(wanted):
            cells = dict(zip(wanted, map(values.cleaned, batch.columns), strict=True))
            meant = [values.meanings(cells[p], one) for p, one in listed.items()]
            yield batch, pa.Table.from_arrays([batch.lines, *cells.values(), *meant], names=["line", *columns])

    for batch, rows in ahead(cleaned()):
        if len(rows):
            work.register("incoming", rows)
            work.execute(f"INSERT INTO {staged.raw} SELECT * FROM incoming")
            work.unregister("incoming")
        staged.read += len(rows) + len(batch.malformed) + batch.ignored
        staged.ignored += batch.ignored
        if batch.malformed:
            _note_malformed(work, staged.number, batch)
        tell(batch.position, staged.read)


def words_of(one: Field) -> WordList:
    """The list of words that a field of listed words, or of yes and no, is written in."""
    return words().flags if one.type == "flag" else words().lists[one.words]


def meaning_column(position: int) -> str:
    """The staged column that holds what the words of a column mean."""
    return f"m{position}"


def _note_malformed(work: Connection, number: int, batch: Batch) -> None:
    bad = pa.table(
        {
            "line": pa.array([m.line for m in batch.malformed], pa.int64()),
            "value": pa.array([m.text for m in batch.malformed], pa.string()),
            "reason": pa.array([m.reason for m in batch.malformed], pa.string()),
        }
    )
    work.register("bad", bad)
    work.execute(f"INSERT INTO rejects SELECT {number}, line, '', value, reason FROM bad")
    work.unregister("bad")


def type_rows(work: Connection, staged: StagedFile, workspace: Workspace) -> None:
    """Read every cell of a staged file as its field's type; unreadable rows go to the rejects, empty ones are ignored."""
    kind = staged.kind
    sources = {u.field: f"c{u.position}" for u in staged.used if u.field}
    texts = dict(sources)
    constants = {name: value.strip() for name, value in staged.mapping.constants.items() if name in kind.fields}
    texts |= {name: f"CAST({quoted(value)} AS VARCHAR)" for name, value in constants.items()}
    meant = {u.field: meaning_column(u.position) for u in staged.used if u.field}
    meant |= {n: _literal(values.meaning(v, words_of(kind.fields[n]))) for n, v in constants.items() if kind.fields[n].type in LISTED}
    typed, said, bad, days = [], [], [], []
    stood_in = {u.field for u in staged.used if u.way == "pseudonym"}
    for name, text in texts.items():
        one = kind.fields[name]
        if one.type in LISTED:
            value = (f"{meant[name]} = 'true'" if one.type == "flag" else meant[name]), ""
        else:
            value = _value(work, staged, one, text, workspace, stand_in=name in stood_in)
        typed.append(f"{value[0]} AS {name}")
        if name in kind.days:
            typed.append(f"{value[1]} AS {name}_day")
            days.append(f"{name}_day")
        said.append(f"{text} AS x_{name}")
        if one.type in {"id", "text"}:
            if one.type == "id":
                bad.append((name, f"x_{name} IS NOT NULL AND {values.lost_digits(f'x_{name}')}", "lost_digits"))
            if staged.source.encoding is not None and staged.source.encoding.damaged:
                bad.append((name, f"contains(x_{name}, '\ufffd')", "encoding"))
        elif not one.lenient:
            bad.append((name, f"x_{name} IS NOT NULL AND {name} IS NULL", _BAD[one.type]))
    carried = set(staged.layout.carries) if staged.layout else set()
    for group in kind.needs:
        have = [n for n in group if n in texts]
        if have:
            bad.append((have[0], " AND ".join(f"{'x_' if kind.fields[n].lenient else ''}{n} IS NULL" for n in have), "missing"))
    extra = _extra(staged)
    filled = [f"x_{n}" for n in sources] + [f"c{u.position}" for u in staged.used if not u.field]
    blank = " AND ".join(f"{f} IS NULL" for f in filled) or "false"
    columns = list(texts)
    spread = ", ".join(
        f"coalesce({n}, first_value({n} IGNORE NULLS) OVER (PARTITION BY order_id ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS {n}"
        if n in carried and "order_id" in texts
        else n
        for n in columns
    )
    words_said = [f"x_{n}" for n in columns if kind.fields[n].type == "word"]
    reason = "CASE " + " ".join(f"WHEN {test} THEN {quoted(why)}" for _, test, why in bad) + " END" if bad else "NULL"
    named = "CASE " + " ".join(f"WHEN {test} THEN {quoted(name)}" for name, test, _ in bad) + " END" if bad else "NULL"
    # What was written, for the rejects; a stand-in's origin is never written down.
    shown = (
        "CASE field " + " ".join(f"WHEN {quoted(n)} THEN {quoted('***') if n in stood_in else f'x_{n}'}" for n in columns) + " ELSE '' END"
    )
    lenient = [n for n in columns if kind.fields[n].lenient and kind.fields[n].type not in {"id", "text"}]
    kept = [*columns, *days, *dict.fromkeys([*words_said, *(f"x_{n}" for n in lenient)]), "extra"]
    work.execute(
        f"""CREATE TABLE typed AS SELECT line, {", ".join(kept)}, field, reason, blank, CASE WHEN reason IS NOT NULL THEN {shown} END AS shown FROM (
            SELECT *, {named} AS field, {reason} AS reason, {blank} AS blank FROM (
            SELECT line, {", ".join([spread, *days])}, {", ".join(f"x_{n}" for n in columns)}, extra{"".join(f", c{u.position}" for u in staged.used if not u.field)} FROM (
            SELECT *, {", ".join(typed)} FROM (SELECT *, {", ".join(said)}, {extra} AS extra FROM {staged.raw}))))"""
    )
    staged.ignored += _count(work, "SELECT count(*) FROM typed WHERE blank")
    work.execute(
        f"INSERT INTO rejects SELECT {staged.number}, line, field, shown, reason FROM typed WHERE reason IS NOT NULL AND NOT blank"
    )
    kept_extra = ["extra"] if any(not u.field for u in staged.used) else []
    targets = [*columns, *days, *(f"{n.removeprefix('x_')}_said" for n in words_said), *kept_extra]
    work.execute(
        f"INSERT INTO clean_{kind.name}_held (file, line, {', '.join(targets)})"
        f" SELECT {staged.number}, line, {', '.join([*columns, *days, *words_said, *kept_extra])} FROM typed WHERE reason IS NULL AND NOT blank"
    )
    _tell_unread(work, staged, lenient)
    work.execute(f"DROP TABLE typed; DROP TABLE {staged.raw}")


def _tell_unread(work: Connection, staged: StagedFile, lenient: list[str]) -> None:
    """Say which values of lenient fields were left out, the commonest first."""
    for name in lenient:
        one = staged.kind.fields[name]
        rows = work.execute(
            f"SELECT x_{name}, count(*) AS n FROM typed WHERE x_{name} IS NOT NULL AND {name} IS NULL AND NOT blank GROUP BY 1 ORDER BY n DESC, 1 LIMIT 5"
        ).fetchall()
        if rows:
            listed = Text(zh="、".join(f"{v}（{n}）" for v, n in rows), en=", ".join(f"{v} ({n})" for v, n in rows))
            staged.notes.append(
                sentence(
                    "%(field)s里有认不出的值，已当作空：%(listed)s",
                    "%(field)s: values that are not known were left empty: %(listed)s",
                    field=one.says,
                    listed=listed,
                )
            )


def _value(work: Connection, staged: StagedFile, one: Field, text: str, workspace: Workspace, *, stand_in: bool) -> tuple[str, str]:
    """The SQL that reads one field (and, of an instant, its business day); looks at the whole column where its writing must be decided."""
    x = f"x_{one.name}"
    relation = f"(SELECT {text} AS {x} FROM {staged.raw})"

    def ask(sql: str) -> tuple[object, ...]:
        return work.execute(sql).fetchall()[0]

    if one.type == "text":
        return (x if not stand_in else values.pseudonym_sql(values.identifier(x), workspace.key)), ""
    if one.type == "id":
        floats = ask(f"SELECT count({x}), count(*) FILTER (regexp_full_match({x}, '\\d+\\.0')) FROM {relation}")
        whole = floats[0] == floats[1] and floats[0] != 0
        if whole:
            staged.notes.append(
                sentence("%(field)s写作 17850.0，读作 17850", "%(field)s: written as 17850.0, read as 17850", field=one.says)
            )
        bare = values.identifier(x, whole_floats=whole)
        # Telephone numbers are written in many ways; what is hashed is the number.
        return (
            values.pseudonym_sql(
                f"regexp_replace(regexp_replace(lower({bare}), '^(\\+|00)86[- ]?', ''), '^(1\\d\\d)[- ]?(\\d{{4}})[- ]?(\\d{{4}})$', '\\1\\2\\3')",
                workspace.key,
            )
            if stand_in
            else bare
        ), ""
    if one.type in {"instant", "day"}:
        found = date_column(
            x,
            relation,
            ask,
            workspace.zone,
            order=staged.mapping.date_order,
            default_order="mdy" if workspace.currency == "USD" else "dmy",
        )
        if found.ambiguous:
            staged.notes.append(
                sentence(
                    "%(field)s有 %(n)s 行日与月无法分辨，按%(order)s读；可在映射文件写 date_order",
                    "%(field)s: in %(n)s rows day and month cannot be told apart; read as %(order)s; a mapping file may say date_order",
                    field=one.says,
                    n=found.ambiguous,
                    order=Text(zh="日/月/年", en="dmy") if found.order == "dmy" else Text(zh="月/日/年", en="mdy"),
                )
            )
        return (found.instant, found.day) if one.type == "instant" else (found.day, "")
    filled, plain = ask(f"SELECT count({x}), count(*) FILTER ({values.is_plain(x)}) FROM {relation}")
    if one.type == "share":
        return (values.share(x)), ""
    read = values.plain_number(x)
    if filled != plain:
        comma, grouped = ask(
            f"SELECT count(*) FILTER (regexp_matches({x}, '^[^\\d]*\\d{{1,3}}([.]?\\d{{3}})*,\\d{{1,2}}[^\\d]*$')), count(*) FILTER (regexp_matches({x}, ',\\d{{3}}') OR regexp_matches({x}, '\\d[.]\\d{{1,2}}[^\\d]*$')) FROM {relation}"
        )
        read = values.number(x, decimal_comma=bool(comma) and not grouped)
    if one.type == "money":
        return (values.minor_units(read, minor_digits(workspace.currency))), ""
    if one.type == "price":
        return (f"TRY_CAST({read} AS DECIMAL(18, 6))"), ""
    if one.type == "count":
        return (f"CASE WHEN {read} = floor({read}) THEN TRY_CAST({read} AS BIGINT) END"), ""
    return (f"CAST({read} AS DOUBLE)"), ""


def _extra(staged: StagedFile) -> str:
    """SQL of the columns kept beside the fields, as the inside of a JSON object."""
    parts = [f"{quoted(_json_key(u.heading))} || to_json(c{u.position})" for u in staged.used if not u.field]
    return f"nullif(concat_ws(',', {', '.join(parts)}), '')" if parts else "CAST(NULL AS VARCHAR)"


def _json_key(heading: str) -> str:
    return json.dumps(heading, ensure_ascii=False) + ":"


def _literal(text: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if text is None else quoted(text)


def _count(work: Connection, sql: str) -> int:
    return int(work.execute(sql).fetchall()[0][0])


def rejected_rows(work: Connection, number: int) -> Iterator[tuple[int, str, str, str]]:
    """The rejected rows of a file, in order, without holding them all."""
    answer = work.execute(f"SELECT line, field, coalesce(value, ''), reason FROM rejects WHERE file = {number} ORDER BY line")
    while rows := answer.fetchmany(10_000):
        yield from rows
