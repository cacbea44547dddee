"""Events of any analytics export: kept under their own names; a contract's name only where its needs are met or a mapping says so."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as package_files

from lianyi.kernel.money import minor_digits
from lianyi.kernel.text import folded
from lianyi.stream.contracts import CUSTOM_VERSION, contracts
from lianyi.stream.engines.duckdb import Connection, quoted
from lianyi.stream.intake.facts import TYPES
from lianyi.stream.intake.staging import StagedFile
from lianyi.stream.workspace import Workspace

_CARRIED = (
    "member_id", "device_id", "session_id", "platform", "channel", "content_id", "product_id", "campaign_id", "group_id",
    "partner_id", "referrer_id", "order_id", "subject_id", "kind", "quantity", "amount_fen", "value",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """An event name that no contract knows: how often it came, and the contract it may stand for."""

    name: str
    count: int
    suggestion: str | None


@cache
def synonyms() -> dict[str, str]:
    """Folded names under which other systems send what a contract knows; suggestions only."""
    entries = tomllib.loads(package_files(__package__).joinpath("event_names.toml").read_text(encoding="utf-8"))
    found = {}
    for name, listed in entries.items():
        if name not in contracts():
            raise ValueError(f"event_names.toml: {name} is no event")
        found.update(dict.fromkeys((folded(w).replace("_", "") for w in listed), name))
    return found


def prepare_events(work: Connection, files: Sequence[StagedFile], workspace: Workspace, received_t: int) -> None:
    """Turn `clean_events` into facts directly: the row is the fact."""
    scale = 10 ** minor_digits(workspace.currency)
    work.execute("CREATE TABLE renames (file INTEGER, original VARCHAR, name VARCHAR)")
    for file in files:
        for original, name in file.mapping.events.items():
            work.execute(f"INSERT INTO renames VALUES ({file.number}, ?, ?)", [original, name])
    values = ", ".join(f"({quoted(c.name)}, {c.version})" for c in contracts().values())
    work.execute(f"CREATE TABLE known_names AS SELECT * FROM (VALUES {values}) AS v(name, contract_version)")
    # Money in major units becomes minor ones; a file that is our own record states it in minor units already.
    work.execute(
        f"""CREATE TABLE ready_events AS
        SELECT c.* EXCLUDE (amount_fen, event), c.event AS original, coalesce(r.name, c.event) AS name, k.contract_version,
            coalesce(c.amount_fen, CAST(c.amount * {scale} AS BIGINT)) AS amount_fen
        FROM clean_events AS c LEFT JOIN renames AS r ON c.file = r.file AND c.event = r.original
        LEFT JOIN known_names AS k ON k.name = coalesce(r.name, c.event)"""
    )
    _reject_incomplete(work)
    said = ", ".join(f"coalesce(CAST({c} AS VARCHAR), '')" for c in (*_CARRIED, "happened_t", "body", "extra"))
    work.execute(
        f"""CREATE TABLE keyed_events AS SELECT *, coalesce(event_key, md5(concat_ws(chr(31), original, {said}))) AS row_key FROM ready_events"""
    )
    nth = "CASE WHEN event_key IS NOT NULL THEN 1 ELSE row_number() OVER (PARTITION BY file, row_key ORDER BY line) END"
    original = "CASE WHEN original <> name THEN '\"original\":' || to_json(original) END"
    own = "CASE WHEN starts_with(body, '{') AND length(body) > 2 THEN substr(body, 2, length(body) - 2) END"
    body = f"'{{' || nullif(concat_ws(',', {original}, {own}, CASE WHEN contract_version IS NULL THEN extra END), '') || '}}'"
    columns = {
        "event_id": f"unhex(md5(concat_ws(chr(31), {quoted(workspace.key.hex())}, 'event', original, row_key, nth)))",
        "name": "name",
        "version": f"coalesce(contract_version, {CUSTOM_VERSION})",
        "t": "happened_t",
        "received_t": str(received_t),
        **{c: c for c in _CARRIED},
        "body": body,
    }
    held = {row[0] for row in work.execute("DESCRIBE facts_held").fetchall()}
    columns = {c: e for c, e in columns.items() if c in held}
    chosen = ", ".join(f"CAST({value} AS {TYPES.get(name, 'VARCHAR')})" for name, value in columns.items())
    work.execute(
        f"INSERT INTO facts_held (file, line, {', '.join(columns)}) SELECT file, line, {chosen} FROM (SELECT *, {nth} AS nth FROM keyed_events)"
    )


def _reject_incomplete(work: Connection) -> None:
    """Rows under a contract's name that lack what it needs; the first thing lacking is named."""
    present = {row[0] for row in work.execute("SELECT DISTINCT name FROM ready_events WHERE contract_version IS NOT NULL").fetchall()}
    needs = {name: ["happened_t" if n == "t" else n for n in contracts()[name].needs] for name in sorted(present)}
    cases = [f"WHEN name = {quoted(name)} AND {need} IS NULL THEN {quoted(need)}" for name, needed in needs.items() for need in needed]
    if not cases:
        return
    work.execute(f"CREATE TABLE incomplete AS SELECT file, line, CASE {' '.join(cases)} END AS lacking, original FROM ready_events")
    work.execute("INSERT INTO rejects SELECT file, line, lacking, original, 'contract' FROM incomplete WHERE lacking IS NOT NULL")
    work.execute("DELETE FROM ready_events WHERE (file, line) IN (SELECT (file, line) FROM incomplete WHERE lacking IS NOT NULL)")
    work.execute("DROP TABLE incomplete")


def custom_events(work: Connection, file: int) -> tuple[CustomEvent, ...]:
    """Names of a file that no contract knows, the commonest first."""
    rows = work.execute(
        f"SELECT name, count(*) AS n FROM ready_events WHERE file = {file} AND contract_version IS NULL GROUP BY name ORDER BY n DESC, name LIMIT 1000"
    ).fetchall()
    return tuple(CustomEvent(name, n, synonyms().get(folded(name).replace("_", ""))) for name, n in rows)
