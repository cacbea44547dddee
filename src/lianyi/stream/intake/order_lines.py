"""Order lines: what each line did (sold, returned, given, adjusted), returns linked to the purchase they undo."""

from collections.abc import Sequence

from lianyi.kernel.money import minor_digits
from lianyi.stream.engines.duckdb import Connection
from lianyi.stream.intake import sparse
from lianyi.stream.intake.orders import fields_of, paid_sql
from lianyi.stream.intake.staging import StagedFile, absent_columns
from lianyi.stream.workspace import Workspace


def prepare_lines(work: Connection, files: Sequence[StagedFile], workspace: Workspace) -> None:
    """Build `ready_order_lines` from `clean_order_lines`; `past` must offer order_paid and order_refunded of the history."""
    have = fields_of(files)
    scale = 10 ** minor_digits(workspace.currency)
    contract = {f.number: f.mapping.money_contract or (f.layout.paid_is if f.layout else "") or "before_refund" for f in files}
    net = ", ".join(str(n) for n, c in contract.items() if c == "net_of_refund" and "refund_amount" in have[n]) or "-1"
    _refuse_other_grain(work)
    both = ", ".join(str(n) for n, fields in have.items() if {"paid_t", "created_t"} <= fields) or "-1"
    # A plain list of sales says nothing about when orders were placed, as against paid.
    states = ", ".join(str(n) for n, fields in have.items() if {"paid_t", "created_t"} <= fields or "status" in fields) or "-1"
    # A line without a number of its own is known by all it says; of several alike each has its ordinal.
    said = (
        "concat_ws(chr(31), order_id, coalesce(product_id, ''), coalesce(title, ''), coalesce(member_id, ''), coalesce(quantity, 0), coalesce(price, 0),"
        " coalesce(line_amount, 0), coalesce(line_discount, 0), coalesce(paid_t, 0), coalesce(created_t, 0))"
    )
    amount = f"coalesce(line_amount + CASE WHEN file IN ({net}) THEN coalesce(refund_amount, 0) ELSE 0 END, price * CAST(coalesce(quantity, 1) AS DECIMAL(16, 3)) - coalesce(line_discount, 0))"
    query = f"""
        WITH priced AS (
            SELECT *, {paid_sql(have)} AS is_paid, {amount} AS amount, coalesce(paid_t, created_t) AS pay_t, coalesce(created_t, paid_t) AS placed_t,
                CASE WHEN paid_t IS NULL AND file IN ({both}) THEN 'assumed' END AS pay_time, file IN ({states}) AS says_placed
            FROM clean_order_lines
        )
        SELECT *, CAST(round(abs(coalesce(quantity, 1))) AS BIGINT) AS pieces, CAST(abs(amount) * {scale} AS BIGINT) AS line_fen,
            CAST(price * {scale} AS BIGINT) AS unit_price_fen, CAST(line_discount * {scale} AS BIGINT) AS line_discount_fen,
            CASE WHEN amount < 0 THEN 'returned'
                 WHEN amount IS NULL OR (amount = 0 AND coalesce(quantity, 0) = 0) THEN 'nothing'
                 WHEN amount = 0 AND quantity > 0 THEN 'gifted'
                 WHEN amount = 0 THEN 'adjusted'
                 WHEN NOT is_paid AND status = 'closed' THEN 'closed'
                 WHEN NOT is_paid THEN 'open'
                 ELSE 'paid' END AS act
        FROM priced"""
    absent = {c: t for c, t in absent_columns(files[0].kind, files).items() if c != "order_id"}
    sparse.keep(work, "lines", query, absent)
    work.execute("DROP VIEW clean_order_lines; DROP TABLE clean_order_lines_held")
    # Only lines alike are numbered: a window over all of them would sort the whole file.
    work.execute(
        f"""CREATE TABLE ordinals AS SELECT file, line, row_number() OVER (PARTITION BY file, line_key ORDER BY line) AS line_nth
        FROM (SELECT file, line, {said} AS line_key FROM lines WHERE line_id IS NULL) SEMI JOIN
            (SELECT hashed FROM (SELECT hash(file, {said}) AS hashed FROM lines WHERE line_id IS NULL) GROUP BY hashed HAVING count(*) > 1) AS h
            ON hash(file, line_key) = h.hashed"""
    )
    work.execute("INSERT INTO rejects SELECT file, line, 'line_amount', '0', 'says_nothing' FROM lines WHERE act = 'nothing'")
    work.execute("DELETE FROM lines_held WHERE act = 'nothing'")
    fields = set().union(*have.values())
    whole = states != "-1" or bool(fields & {"order_amount", "order_discount", "order_shipping", "order_refund"})
    _whole_orders(work, scale, said, needed=whole)
    _link_returns(work)
    _new_refunds(work, scale, absent, hold=whole)


def _refuse_other_grain(work: Connection) -> None:
    """Lines of an order that is stored as a whole would count it twice."""
    work.execute(
        "CREATE TABLE wholes AS SELECT DISTINCT order_id FROM past WHERE name = 'order_paid' AND body LIKE '%\"source\":\"orders\"%'"
    )
    work.execute(
        "INSERT INTO rejects SELECT file, line, 'order_id', order_id, 'other_grain' FROM clean_order_lines SEMI JOIN wholes USING (order_id)"
    )
    work.execute("DELETE FROM clean_order_lines_held WHERE order_id IN (SELECT order_id FROM wholes)")


def _whole_orders(work: Connection, scale: int, said: str, *, needed: bool) -> None:
    """What the order as a whole says belongs to it once: the difference to its lines is spread over them, to the fen."""
    work.execute(
        f"""CREATE TABLE whole AS
        SELECT *, greatest(coalesce(stated_fen, lines_fen - abs(discount_fen) + shipping_fen), 0) AS target_fen FROM (
            SELECT order_id, file, sum(line_fen)::BIGINT AS lines_fen, sum(pieces)::BIGINT AS order_quantity, min(line) AS first,
                CAST(max(order_amount) * {scale} AS BIGINT) AS stated_fen,
                CAST(coalesce(max(order_discount), 0) * {scale} AS BIGINT) AS discount_fen, CAST(coalesce(max(order_shipping), 0) * {scale} AS BIGINT) AS shipping_fen,
                CAST(max(order_refund) * {scale} AS BIGINT) AS order_refund_fen
            FROM lines WHERE {"true" if needed else "false"} AND act IN ('paid', 'closed', 'open') GROUP BY order_id, file)"""
    )
    # Cumulative rounding: the parts add up to the whole exactly.
    work.execute(
        """CREATE TABLE parts AS
        SELECT l.file, l.line, CAST((CAST(w.target_fen AS HUGEINT) * sum(l.line_fen) OVER upto * 2 + w.lines_fen) // (2 * w.lines_fen)
                - (CAST(w.target_fen AS HUGEINT) * (sum(l.line_fen) OVER upto - l.line_fen) * 2 + w.lines_fen) // (2 * w.lines_fen) AS BIGINT) AS part_fen
        FROM (SELECT file, line, order_id, line_fen FROM lines WHERE act IN ('paid', 'closed', 'open')) AS l
        JOIN (SELECT * FROM whole WHERE target_fen <> lines_fen AND lines_fen > 0) AS w USING (file, order_id)
        WINDOW upto AS (PARTITION BY l.file, l.order_id ORDER BY l.line ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"""
    )
    work.execute(
        f"""CREATE VIEW shared AS
        SELECT l.*, coalesce(o.line_nth, 1) AS line_nth, w.order_quantity, w.order_refund_fen, w.target_fen AS order_due_fen, coalesce(l.line = w.first, false) AS first_line,
            CASE WHEN l.line = w.first THEN nullif(w.shipping_fen, 0) END AS shipping_share_fen, coalesce(p.part_fen, l.line_fen) AS paid_fen
        FROM (SELECT *, coalesce(line_id, {said}) AS line_key FROM lines) AS l LEFT JOIN whole AS w ON l.order_id = w.order_id AND l.file = w.file AND l.act IN ('paid', 'closed', 'open')
        LEFT JOIN parts AS p ON l.file = p.file AND l.line = p.line
        LEFT JOIN ordinals AS o ON l.file = o.file AND l.line = o.line"""
    )


def _link_returns(work: Connection) -> None:
    """The purchase a return undoes: the order it names, else the latest earlier one of the same member and product."""
    work.execute(
        """CREATE TABLE returned AS
        SELECT file, line, coalesce(original_order_id, order_id) AS order_id, member_id, coalesce(product_id, title) AS product, pay_t AS t
        FROM lines WHERE act = 'returned'"""
    )
    work.execute(
        """CREATE TABLE links AS
        WITH bought AS (
            SELECT order_id, member_id, product, t FROM (
                SELECT order_id, member_id, coalesce(product_id, title) AS product, pay_t AS t FROM lines WHERE act = 'paid'
                UNION ALL SELECT order_id, member_id, product_id AS product, t FROM past WHERE name = 'order_paid')
        ), named AS (SELECT r.file, r.line, r.order_id FROM returned AS r WHERE r.order_id IN (SELECT order_id FROM bought SEMI JOIN returned USING (order_id))),
        matched AS (
            SELECT r.file, r.line, b.order_id FROM returned AS r
            ASOF JOIN (SELECT * FROM bought SEMI JOIN returned USING (member_id, product)) AS b
            ON r.member_id = b.member_id AND r.product = b.product AND r.t >= b.t
        )
        SELECT r.file, r.line, coalesce(n.order_id, m.order_id) AS linked_order_id,
            CASE WHEN n.order_id IS NOT NULL THEN 'order' WHEN m.order_id IS NOT NULL THEN 'member_product' ELSE 'none' END AS linked
        FROM returned AS r LEFT JOIN named AS n USING (file, line) LEFT JOIN matched AS m USING (file, line)"""
    )


def _new_refunds(work: Connection, scale: int, absent: dict[str, str], *, hold: bool) -> None:
    """Refund columns are running totals: what the history has booked for the same order and product is not booked again."""
    # Narrow first: only lines that say a refund, and what else was paid of the same order and product.
    work.execute(
        f"""CREATE TABLE refunds AS
        WITH stated AS (
            SELECT file, line, order_id, coalesce(product_id, '') AS refund_group, CASE
                WHEN coalesce(refund_amount, 0) <> 0 THEN least(CAST(abs(refund_amount) * {scale} AS BIGINT), paid_fen)
                WHEN is_refunded OR status = 'refunded' OR refund_status = 'refunded' OR (status = 'closed' AND paid_t IS NOT NULL AND order_refund IS NULL) THEN paid_fen
                ELSE 0 END AS row_refund_fen
            FROM shared WHERE act = 'paid'
        ), grouped AS (
            SELECT file, order_id, refund_group, sum(row_refund_fen)::BIGINT AS refund_total_fen, min(line) AS line FROM stated WHERE row_refund_fen > 0 GROUP BY ALL
        ), best AS (
            SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY order_id, refund_group ORDER BY refund_total_fen DESC, file) AS nth FROM grouped) WHERE nth = 1
        ), bought AS (
            SELECT file, order_id, coalesce(product_id, '') AS refund_group, sum(paid_fen)::BIGINT AS group_paid_fen, sum(pieces)::BIGINT AS group_pieces
            FROM shared SEMI JOIN best USING (file, order_id) WHERE act = 'paid' GROUP BY ALL
        ), booked AS (
            SELECT order_id, coalesce(product_id, '') AS refund_group, sum(amount_fen)::BIGINT AS booked_fen
            FROM past WHERE name = 'order_refunded' AND coalesce(body, '') NOT LIKE '%"member_product"%' GROUP BY ALL
        )
        SELECT b.*, p.group_paid_fen, p.group_pieces, greatest(b.refund_total_fen - coalesce(k.booked_fen, 0), 0) AS refund_new_fen
        FROM best AS b LEFT JOIN bought AS p USING (file, order_id, refund_group) LEFT JOIN booked AS k USING (order_id, refund_group)"""
    )
    query = """
        WITH booked AS (
            SELECT order_id, sum(amount_fen)::BIGINT AS order_booked_fen FROM past
            WHERE name = 'order_refunded' AND coalesce(body, '') NOT LIKE '%"member_product"%' GROUP BY order_id
        )
        SELECT s.*, l.linked, l.linked_order_id, g.refund_total_fen, g.group_paid_fen, g.group_pieces, coalesce(g.refund_new_fen, 0) AS refund_new_fen,
            CASE WHEN s.first_line AND s.act = 'paid' AND s.order_refund_fen > 0
                 THEN greatest(least(s.order_refund_fen, s.order_due_fen) - coalesce(w.order_booked_fen, 0), 0) ELSE 0 END AS order_refund_new_fen,
            coalesce(s.refunded_t, s.pay_t) AS refund_t, CASE WHEN s.refunded_t IS NULL THEN 'assumed' END AS refund_time
        FROM shared AS s
        LEFT JOIN links AS l ON s.file = l.file AND s.line = l.line
        LEFT JOIN refunds AS g ON s.file = g.file AND s.line = g.line
        LEFT JOIN booked AS w ON s.order_id = w.order_id AND s.order_refund_fen > 0"""
    if hold:
        sparse.keep(work, "ready_order_lines", query, absent)
    else:
        work.execute(f"CREATE VIEW ready_order_lines AS {query}")


def linked_share(work: Connection, file: int) -> float | None:
    """Share of a file's returns that found the purchase they undo; None without returns."""
    value = work.execute(
        f"SELECT avg(CASE WHEN linked <> 'none' THEN 1.0 ELSE 0.0 END) FROM ready_order_lines WHERE file = {file} AND act = 'returned'"
    ).fetchall()[0][0]
    return None if value is None else float(value)
