"""Orders, one row each: what was placed, paid, refunded, closed. The money of a refund is booked once, whatever the export."""

from collections.abc import Sequence

from lianyi.kernel.money import minor_digits
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import Connection, quoted
from lianyi.stream.intake import sparse
from lianyi.stream.intake.money_contract import MoneyContract, decide
from lianyi.stream.intake.staging import StagedFile, absent_columns
from lianyi.stream.workspace import Workspace


def paid_state(columns: set[str]) -> str:
    """SQL: whether an order (or line) was ever paid, from what the file has of payment time and status."""
    status_paid = "status IN ('paid', 'completed', 'refunded', 'partially_refunded')"
    if "paid_t" in columns and "status" in columns:
        return f"(paid_t IS NOT NULL AND coalesce(status, '') <> 'pending') OR ({status_paid})"
    if "paid_t" in columns and "created_t" in columns:
        return "paid_t IS NOT NULL"
    if "status" in columns:
        return f"({status_paid}) OR status IS NULL"
    return "true"


def paid_sql(have: dict[int, set[str]]) -> str:
    """SQL of `paid_state` for the rows of several files."""
    return "CASE file " + " ".join(f"WHEN {number} THEN ({paid_state(fields)})" for number, fields in have.items()) + " END"


def fields_of(files: Sequence[StagedFile]) -> dict[int, set[str]]:
    """Which fields each file has."""
    return {f.number: {u.field for u in f.uses if u.field} | set(f.mapping.constants) for f in files}


def prepare_orders(work: Connection, files: Sequence[StagedFile], workspace: Workspace) -> dict[int, MoneyContract]:
    """Build `ready_orders` from `clean_orders`: amounts in minor units before refunds, states, the refund that is new.

    `past` must offer order_paid and order_refunded of the history.
    """
    have = fields_of(files)
    scale = 10 ** minor_digits(workspace.currency)
    work.execute(f"CREATE VIEW orders_told AS SELECT *, {paid_sql(have)} AS is_paid FROM clean_orders")
    contracts: dict[int, MoneyContract] = {}
    for file in files:
        declared = file.mapping.money_contract or (file.layout.paid_is if file.layout else "")
        rows = f"(SELECT * FROM orders_told WHERE file = {file.number} AND is_paid)"
        contracts[file.number] = decide(work, rows, has=have[file.number], declared=declared, stated=bool(file.mapping.money_contract))
        if file.layout is not None and contracts[file.number].name == "net_of_refund" and "refund_amount" not in have[file.number]:
            _tell_derived(work, file)
        if "quantity" not in have[file.number]:
            file.notes.append(Text(zh="没有件数列：每单按 1 件计", en="No column of pieces: each order counts as 1"))
    net = ", ".join(str(n) for n, c in contracts.items() if c.name == "net_of_refund") or "-1"
    due = ", ".join(str(n) for n, c in contracts.items() if c.name == "due") or "-1"
    derived = (
        ", ".join(
            str(n)
            for n, c in contracts.items()
            if c.name == "net_of_refund" and "refund_amount" not in have[n] and {"total_amount", "paid_amount"} <= have[n]
        )
        or "-1"
    )
    _reject_negative(work, has_refunds=any("refund_amount" in fields for fields in have.values()))
    _name_nameless(work)
    work.execute("CREATE TABLE repeated AS SELECT order_id FROM clean_orders GROUP BY order_id HAVING count(*) > 1")
    # A refund the row states; else what the status says of the whole; else, where paid is net and no column says it, the difference.
    query = f"""
        WITH minor AS (
            SELECT *, CAST(total_amount * {scale} AS BIGINT) AS total_fen, CAST(paid_amount * {scale} AS BIGINT) AS paid_fen,
                CAST(coalesce(refund_amount, 0) * {scale} AS BIGINT) AS stated_refund_fen
            FROM orders_told
        ), gross AS (
            SELECT *, CASE
                WHEN file IN ({due}) THEN coalesce(total_fen, paid_fen)
                WHEN file IN ({derived}) THEN greatest(coalesce(total_fen, paid_fen) - coalesce(discount, 0) - coalesce(points_deducted, 0), coalesce(paid_fen, 0))
                WHEN file IN ({net}) AND coalesce(paid_fen, 0) + stated_refund_fen > 0 THEN coalesce(paid_fen + stated_refund_fen, total_fen)
                WHEN status IN ('closed', 'refunded') AND coalesce(paid_fen, 0) = 0 THEN coalesce(total_fen, paid_fen)
                ELSE coalesce(paid_fen, total_fen) END AS gross_fen
            FROM minor
        ), counted AS (
            SELECT *, CASE
                WHEN NOT is_paid THEN 0
                WHEN stated_refund_fen > 0 THEN least(stated_refund_fen, gross_fen)
                WHEN is_refunded OR status = 'refunded' OR refund_status = 'refunded' OR (status = 'closed' AND paid_t IS NOT NULL) THEN gross_fen
                WHEN file IN ({derived}) THEN greatest(gross_fen - coalesce(paid_fen, 0), 0)
                ELSE 0 END AS row_refund_fen,
                coalesce(total_fen, gross_fen) AS due_fen,
                coalesce(paid_t, created_t) AS pay_t, coalesce(created_t, paid_t) AS placed_t,
                CASE WHEN paid_t IS NULL THEN 'assumed' END AS pay_time,
                coalesce(refunded_t, paid_t, created_t) AS refund_t, CASE WHEN refunded_t IS NULL THEN 'assumed' END AS refund_time,
                CASE WHEN stated_refund_fen = 0 AND file IN ({derived}) AND status IS DISTINCT FROM 'closed' THEN 'total_minus_paid' END AS refund_reason,
                status = 'closed' AS is_closed
            FROM gross
        ), booked AS (
            SELECT order_id, sum(amount_fen)::BIGINT AS booked_fen FROM past WHERE name = 'order_refunded' GROUP BY order_id
        ), stored AS (
            SELECT order_id, sum(amount_fen)::BIGINT AS stored_fen, bool_or(body IS NULL OR body NOT LIKE '%"source":"orders"%') AS by_line FROM past WHERE name = 'order_paid' GROUP BY order_id
        ), latest AS (
            -- Seen twice in the files at hand, the larger refund is the later state.
            SELECT order_id, max(row_refund_fen) AS refund_total_fen, arg_max(line, (row_refund_fen, -file, -line)) AS refund_line, arg_max(file, (row_refund_fen, -file, -line)) AS refund_file,
                min_by(gross_fen, (file, line)) FILTER (is_paid) AS first_gross_fen
            FROM counted SEMI JOIN repeated USING (order_id) GROUP BY order_id
        )
        SELECT c.*, coalesce(l.refund_total_fen, c.row_refund_fen) AS refund_total_fen, s.by_line,
            CASE WHEN l.order_id IS NULL OR (c.file = l.refund_file AND c.line = l.refund_line)
                THEN greatest(coalesce(l.refund_total_fen, c.row_refund_fen) - coalesce(b.booked_fen, 0), 0) ELSE 0 END AS refund_new_fen,
            c.is_paid AND (c.gross_fen <> l.first_gross_fen OR (s.stored_fen IS NOT NULL AND NOT s.by_line AND s.stored_fen <> c.gross_fen)) AS conflict
        FROM counted AS c LEFT JOIN latest AS l USING (order_id) LEFT JOIN booked AS b USING (order_id) LEFT JOIN stored AS s USING (order_id)"""
    absent = {c: t for c, t in absent_columns(files[0].kind, files).items() if c != "order_id"}
    sparse.keep(work, "ready_orders", query, absent)
    work.execute(
        f"INSERT INTO rejects SELECT file, line, 'paid_amount', coalesce(CAST(coalesce(paid_amount, total_amount) AS VARCHAR), ''), {quoted('conflict')} FROM ready_orders WHERE conflict"
    )
    work.execute("DELETE FROM ready_orders_held WHERE conflict")
    # Lines are stored for these orders: the row adds its states and refunds, but must not pay the order a second time.
    work.execute("UPDATE ready_orders_held SET is_paid = false WHERE by_line")
    return contracts


def _reject_negative(work: Connection, *, has_refunds: bool) -> None:
    negative = "coalesce(total_amount, 0) < 0 OR coalesce(paid_amount, 0) < 0 OR coalesce(refund_amount, 0) < 0"
    # Refunds are often written as negative amounts; only there the sign says nothing more.
    if has_refunds:
        work.execute("UPDATE clean_orders_held SET refund_amount = abs(refund_amount) WHERE refund_amount < 0")
    work.execute(
        f"INSERT INTO rejects SELECT file, line, 'paid_amount', CAST(coalesce(paid_amount, total_amount) AS VARCHAR), 'not_an_amount' FROM clean_orders WHERE {negative}"
    )
    rejected = work.execute("SELECT count(*) FROM rejects WHERE reason = 'not_an_amount'").fetchall()[0][0]
    if rejected:
        work.execute(
            "DELETE FROM clean_orders_held WHERE (file, line) IN (SELECT (file, line) FROM rejects WHERE reason = 'not_an_amount')"
        )


def _name_nameless(work: Connection) -> None:
    """One row, one order, where orders have no number: it is made of who, when, what, and which of several alike."""
    if not work.execute("SELECT count(*) FROM clean_orders WHERE order_id IS NULL").fetchall()[0][0]:
        return
    said = "concat_ws(chr(31), coalesce(member_id, ''), coalesce(created_t, 0), coalesce(paid_t, 0), coalesce(paid_amount, total_amount), coalesce(quantity, 0), coalesce(product_id, ''), coalesce(title, ''))"
    work.execute(
        f"""UPDATE clean_orders_held SET order_id = n.made FROM (
            SELECT file, line, 'o_' || left(md5(concat_ws(chr(31), {said}, row_number() OVER (PARTITION BY file, {said} ORDER BY line))), 20) AS made
            FROM clean_orders WHERE order_id IS NULL) AS n WHERE clean_orders_held.file = n.file AND clean_orders_held.line = n.line"""
    )


def _tell_derived(work: Connection, file: StagedFile) -> None:
    rows = work.execute(
        f"SELECT count(*), sum(total_amount - paid_amount) FROM orders_told WHERE file = {file.number} AND is_paid AND status IS DISTINCT FROM 'closed' AND total_amount > paid_amount"
    ).fetchall()[0]
    if rows[0]:
        file.notes.append(
            sentence(
                "没有退款列，而此类导出的实付已减去退款：%(n)s 单的 总额-实付（合计 %(sum)s）记作退款；如是优惠，请在映射文件写 %(say)s",
                "There is no refund column, and “paid” is net of refunds in this export: total - paid of %(n)s orders (%(sum)s in all) "
                "is booked as refunds; if it is a discount, say %(say)s in a mapping file",
                n=rows[0],
                sum=f"{rows[1]:,.2f}",
                say='money_contract = "before_refund"',
            )
        )
