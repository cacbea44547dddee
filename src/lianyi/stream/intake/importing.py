"""Importing files: look, read, type, build facts, publish in one commit or not at all."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import folded, nearest
from lianyi.stream.engines.duckdb import Connection, connect
from lianyi.stream.intake import columns, contents, events, facts, group_buys, history, order_lines, orders, reference_rows
from lianyi.stream.intake.catalogue import KINDS, Kind, kind
from lianyi.stream.intake.checks import checks_of
from lianyi.stream.intake.faults import ColumnUnknown, ConstantUnknown
from lianyi.stream.intake.history_of_imports import list_imports, record_import, reserve_record
from lianyi.stream.intake.mapping import Mapping as ColumnMapping
from lianyi.stream.intake.mapping import layout_of, load_mapping, merged
from lianyi.stream.intake.money_contract import SAYS, MoneyContract
from lianyi.stream.intake.opening import look_at
from lianyi.stream.intake.rejects import REASONS, write_rejects
from lianyi.stream.intake.report import FileReport, ImportReport, Progress, Reject
from lianyi.stream.intake.shaping import reader_for
from lianyi.stream.intake.staging import MEMORY, StagedFile, absent_columns, create_clean, prepare_tables, rejected_rows, stage, type_rows
from lianyi.stream.log.disk import full_disk_told
from lianyi.stream.log.lock import writing
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT
from lianyi.stream.scratch import scratch
from lianyi.stream.workspace import Workspace

SHOWN_REJECTS = 10
ROWS_PER_BATCH = 122_880
LINES_AT_ONCE = 1_000_000
_TELL_SECONDS = 0.2
# Lines before orders: an order whose lines are at hand must not be paid twice.
_ORDER = ("order_lines", "orders")


def import_files(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    kind: str,
    mapping: Path | None = None,
    constants: Mapping[str, str] | None = None,
    keep_personal: Sequence[str] = (),
    dry_run: bool = False,
    received_t: int,
    progress: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """Bring files into the history: all of them in one commit, or nothing.

    kind       : one of catalogue.KINDS, or "auto" to tell by the headings
    mapping    : a mapping file (see mapping.Mapping); headings it does not name are matched by the alias table
    constants  : field -> value for every row, such as {"platform": "抖音"}
    keep_personal : headings of personal columns to keep as they are
    dry_run    : look and report, write nothing
    received_t : now, UTC microseconds
    progress   : told about every 0.2 s
    Raises     BadInput for a file or mapping that cannot be used, DiskFull, WriterBusy; nothing is written then.
    Cost       memory stays under about 1 GiB whatever the size; importing the same rows again changes nothing.
    """
    given = load_mapping(mapping) if mapping is not None else ColumnMapping()
    given = merged(given, constants or {})
    if kind != "auto" and kind not in KINDS:
        raise UnknownName(what="kind", given=kind, allowed=[*KINDS, "auto"])
    with (
        full_disk_told(workspace.path),
        scratch(workspace.scratch_path, "import") as folder,
        closing(connect(scratch=folder, memory=MEMORY)) as work,
    ):
        work.execute("SET preserve_insertion_order = false")
        run = _Run(workspace, work, given, keep_personal, received_t, progress)
        run.open([Path(p) for p in paths], kind if not given.kind or kind != "auto" else given.kind)
        run.read()
        # Importers take turns from here on: what is new is told by what the history holds.
        with writing(workspace.imports_path):
            run.build()
            return run.publish(kind, folder, dry_run=dry_run)


class _Run:
    """One call of import_files, step by step."""

    def __init__(
        self,
        workspace: Workspace,
        work: Connection,
        mapping: ColumnMapping,
        keep_personal: Sequence[str],
        received_t: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.workspace = workspace
        self.work = work
        self.mapping = mapping
        self.keep_personal = keep_personal
        self.received_t = received_t
        self.progress = progress
        self.files: list[StagedFile] = []
        self.kinds: list[Kind] = []
        self.contracts: dict[int, MoneyContract] = {}
        self._told = 0.0
        self._done = self._rows = 0

    def open(self, paths: Sequence[Path], kind_name: str) -> None:
        """Look at every file and decide on its columns, before anything is read."""
        for number, path in enumerate(paths):
            source = look_at(path)
            reader, name = reader_for(source, kind_name, self.mapping)
            shape = kind(name)
            for constant in self.mapping.constants:
                if constant not in shape.fields:
                    near = nearest(constant, shape.fields)
                    raise ConstantUnknown(kind=name, field=constant, hint=f"{near}?" if near else "", known=", ".join(shape.fields))
            headings = reader.shape.names
            layout = layout_of({columns.stem(h) for h in headings} | {folded(h) for h in headings}, name)
            uses = columns.match(headings, shape, mapping=self.mapping, keep_personal=self.keep_personal, layout=layout)
            columns.require(uses, shape, self.mapping, file=source.name)
            self.files.append(StagedFile(number, source, reader, shape, self.mapping, layout, uses))
        named = {folded(u.heading): u.heading for f in self.files for u in f.uses}
        for wanted in (*self.keep_personal, *self.mapping.columns):
            if folded(wanted) not in named:
                raise ColumnUnknown(column=wanted, columns=", ".join(named.values()))
        found = {f.kind.name for f in self.files}
        self.kinds = [kind(n) for n in sorted(found, key=lambda n: _ORDER.index(n) if n in _ORDER else len(_ORDER))]

    def read(self) -> None:
        """Stage and type every file."""
        prepare_tables(self.work)
        for shape in self.kinds:
            create_clean(self.work, shape, [f for f in self.files if f.kind.name == shape.name])
        total = sum(f.source.size for f in self.files)
        done = rows = 0
        for file in self.files:
            start, before = done, rows

            def tell(position: int, read: int, file: StagedFile = file, start: int = start, before: int = before) -> None:
                self._tell("reading", start + position, total, before + read, file.source.name)

            stage(self.work, file, tell)
            type_rows(self.work, file, self.workspace)
            done += file.source.size
            rows += file.read
        self._done, self._rows = total, rows
        self._tell("building", total, total, rows, "", force=True)

    def _tell(self, stage_name: str, done: int, total: int, rows: int, name: str, *, force: bool = False) -> None:
        now = time.monotonic()
        if self.progress is not None and (force or now - self._told >= _TELL_SECONDS):
            self._told = now
            self.progress(Progress(stage_name, min(done, total), total, rows, name))

    def build(self) -> None:
        """Facts and reference rows of every kind, and which of them are new."""
        self.log = EventLog(self.workspace)
        self.snapshot = self.log.snapshot()
        absent = {k.name: absent_columns(k, [f for f in self.files if f.kind.name == k.name]) for k in self.kinds}
        facts.create_facts(self.work, self.kinds, absent)
        reference_rows.offer_tables(self.work, self.snapshot, self.kinds)
        history.offer_history(self.work, self.snapshot, self._past_names())
        for shape in self.kinds:
            files = [f for f in self.files if f.kind.name == shape.name]
            self._prepare(shape, files)
            facts.state_facts(self.work, shape, self.workspace, self.received_t)
            reference_rows.state_rows(self.work, shape, set(absent[shape.name]) - facts.MADE)
        facts.mark_known(self.work, self.snapshot)
        reference_rows.mark_changes(self.work, self.kinds)

    def _past_names(self) -> Iterable[str]:
        names = {k.prepare for k in self.kinds}
        if names & {"orders", "order_lines"}:
            yield from ("order_paid", "order_refunded")
        if "contents" in names:
            yield from contents.COUNTED.values()

    def _prepare(self, shape: Kind, files: Sequence[StagedFile]) -> None:
        work, workspace = self.work, self.workspace
        if shape.prepare == "orders":
            if any(k.name == "order_lines" for k in self.kinds):
                _offer_lines_at_hand(work)
            self.contracts = orders.prepare_orders(work, files, workspace)
        elif shape.prepare == "order_lines":
            order_lines.prepare_lines(work, files, workspace)
        elif shape.prepare == "events":
            events.prepare_events(work, files, workspace, self.received_t)
        elif shape.prepare == "contents":
            contents.prepare_contents(work, files, workspace, self.received_t)
        elif shape.prepare == "group_buys":
            group_buys.prepare_group_buys(work)
        elif shape.prepare == "rows":
            facts.prepare_rows(work, shape)
        else:
            work.execute(f"CREATE VIEW ready_{shape.name} AS SELECT * FROM clean_{shape.name}")

    def publish(self, kind_name: str, folder: Path, *, dry_run: bool) -> ImportReport:
        """Commit what is new, then put the rejects and the record in their places; a dry run only reports."""
        self._reject_silent()
        tables = reference_rows.collected(self.work, self.kinds)
        counts = self._counts()
        reports = tuple(self._file_report(f, counts[f.number], folder, dry_run=dry_run) for f in self.files)
        report = ImportReport(
            kind=kind_name if kind_name != "auto" or len(self.kinds) != 1 else self.kinds[0].name,
            files=reports,
            snapshot=None,
            written=0,
            tables=(),
            dry_run=dry_run,
        )
        if dry_run:
            return report
        self._tell("writing", self._done, self._done, self._rows, "", force=True)
        # What is put in its place after the commit lies whole on the disk before it: a full disk is met while there is time to refuse.
        record = reserve_record(folder, report)
        if any(one.rejects_file is not None for one in reports):
            self.workspace.rejects_path.mkdir(parents=True, exist_ok=True)
        source = "import:" + ",".join(sorted({f.source.sha256[:12] for f in self.files}))
        appended = self.log.append(self._fresh(), tables=tables, source=source, checked=self.snapshot.version)
        for one in reports:
            if one.rejects_file is not None:
                (folder / Path(one.rejects_file).name).replace(one.rejects_file)
        report = replace(report, snapshot=appended.version, written=appended.written, tables=appended.tables)
        return replace(report, record=record_import(self.workspace, report, record, received_t=self.received_t))

    def _fresh(self) -> pa.RecordBatchReader:
        """The new facts; when the last is read the work database gives its memory back, before the append sorts in a memory of its own."""
        held = {row[0] for row in self.work.execute("DESCRIBE facts_held").fetchall()}
        shape = pa.schema([column for column in FACT if column.name in held])

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in self.work.sql(f"SELECT {', '.join(shape.names)} FROM fresh").to_arrow_reader(ROWS_PER_BATCH):
                yield batch.cast(shape)
            self.work.close()
            pa.default_memory_pool().release_unused()

        return pa.RecordBatchReader.from_batches(shape, batches())

    def _reject_silent(self) -> None:
        """A row that made neither a fact nor a reference row of its own says nothing that could be kept."""
        for shape in self.kinds:
            self.work.execute(
                f"""INSERT INTO rejects SELECT file, line, '', '', 'says_nothing' FROM ready_{shape.name} AS r
                ANTI JOIN (SELECT file, line FROM facts UNION ALL SELECT file, line FROM owned) AS f USING (file, line)"""
            )

    def _accepted(self) -> dict[int, int]:
        """File -> rows that made a fact or a reference row; some lines at a time, so that telling them apart takes little memory."""
        made = "SELECT file, line FROM fresh UNION ALL SELECT file, line FROM told"
        last = self.work.execute(f"SELECT coalesce(max(line), -1) FROM ({made})").fetchall()[0][0]
        accepted: dict[int, int] = {}
        for start in range(0, last + 1, LINES_AT_ONCE):
            these = f"SELECT DISTINCT file, line FROM ({made}) WHERE line >= {start} AND line < {start + LINES_AT_ONCE}"
            for file, n in self.work.execute(f"SELECT file, count(*) FROM ({these}) GROUP BY file").fetchall():
                accepted[file] = accepted.get(file, 0) + n
        return accepted

    def _counts(self) -> dict[int, tuple[int, int, int, int]]:
        """File -> (accepted, rejected, duplicates, ignored)."""
        rejected = dict(self.work.execute("SELECT file, count(DISTINCT line) FROM rejects GROUP BY file").fetchall())
        accepted = self._accepted()
        counts = {}
        for file in self.files:
            taken, refused = accepted.get(file.number, 0), rejected.get(file.number, 0)
            counts[file.number] = (taken, refused, file.read - taken - refused - file.ignored, file.ignored)
        return counts

    def _file_report(self, file: StagedFile, counts: tuple[int, int, int, int], folder: Path, *, dry_run: bool) -> FileReport:
        work, number = self.work, file.number
        accepted, rejected, duplicates, ignored = counts
        first = work.execute(
            f"SELECT line, field, coalesce(value, ''), reason FROM rejects WHERE file = {number} ORDER BY line LIMIT {SHOWN_REJECTS}"
        ).fetchall()
        rejects_file = None
        if rejected and not dry_run:
            name = f"{file.source.path.stem}-{file.source.sha256[:8]}-{self.received_t}-{number}.csv"
            rows = ((file.source.name, *row) for row in rejected_rows(work, number))
            write_rejects(folder / name, rows, language=self.workspace.language)
            rejects_file = str(self.workspace.rejects_path / name)
        contract = self.contracts.get(number)
        notes = list(file.notes)
        if contract is not None and contract.name:
            notes.insert(0, sentence("金额约定：%(says)s", "Money contract: %(says)s", says=SAYS[contract.name]))
            if contract.note is not None:
                notes.insert(1, contract.note)
        own_tables = {k for r in list_imports(self.workspace) for k in r.kinds}
        return FileReport(
            path=str(file.source.path),
            encoding=file.source.encoding.name if file.source.encoding else file.source.format,
            kind=file.kind.name,
            layout=file.layout.name if file.layout else "",
            money_contract=contract.name if contract else (file.mapping.money_contract or (file.layout.paid_is if file.layout else "")),
            read=file.read,
            accepted=accepted,
            rejected=rejected,
            duplicates=duplicates,
            ignored=ignored,
            mapping={u.heading: u.shown for u in file.uses},
            reasons={u.heading: u.why for u in file.uses if u.why is not None},
            checks=checks_of(work, file, contract, own_tables),
            rejects_file=rejects_file,
            rejects=tuple(Reject(line, name, value, REASONS[why]) for line, name, value, why in first),
            reject_counts=dict(
                work.execute(f"SELECT reason, count(*) FROM rejects WHERE file = {number} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
            ),
            facts=dict(work.execute(f"SELECT name, count(*) FROM fresh WHERE file = {number} GROUP BY 1 ORDER BY 1").fetchall()),
            custom_events=events.custom_events(work, number) if file.kind.prepare == "events" else (),
            notes=tuple(notes),
            sheet=file.reader.shape.sheet,
            sha256=file.source.sha256,
            bytes=file.source.size,
        )


def _offer_lines_at_hand(work: Connection) -> None:
    """Lines imported in the same call count as stored for the orders beside them."""
    work.execute("ALTER VIEW past RENAME TO stored_past")
    work.execute(
        "CREATE VIEW past AS SELECT * FROM stored_past UNION ALL BY NAME SELECT event_id, name, t, member_id, product_id, content_id, order_id, quantity, amount_fen, body"
        " FROM facts WHERE name IN ('order_paid', 'order_refunded')"
    )
