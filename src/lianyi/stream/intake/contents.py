"""Contents and their figures: totals that an export repeats are booked once, and only what is new is added later."""

from collections.abc import Sequence

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import Connection, quoted
from lianyi.stream.intake.catalogue import FactRule
from lianyi.stream.intake.facts import insert
from lianyi.stream.intake.orders import fields_of
from lianyi.stream.intake.staging import StagedFile
from lianyi.stream.intake.zones import to_utc
from lianyi.stream.workspace import Workspace

# Figure -> the event it counts.
COUNTED = {
    "exposures": "content_exposed",
    "reach": "content_reached",
    "views": "content_viewed",
    "clicks": "content_clicked",
    "likes": "content_liked",
    "comments": "content_commented",
    "shares": "content_shared",
    "collects": "content_collected",
}
_DAY_US = 86_400_000_000


class YearMissing(BadInput):
    """Posts dated by month, weekday and hour only."""

    code = "import_year_missing"
    message = Text(
        zh="%(path)s 只有发布的月份（或星期、小时），没有年份，无法确定发布日期。",
        en="%(path)s says in which month (weekday, hour) things were published, but not in which year.",
    )
    remedy = Text(
        zh="请用 --set published_year=2014 给出年份；什么也没有写入。",
        en="Give the year with --set published_year=2014; nothing was written.",
    )


def prepare_contents(work: Connection, files: Sequence[StagedFile], workspace: Workspace, received_t: int) -> None:
    """Build `ready_contents` from `clean_contents`, and add the facts of its figures.

    `past` must offer the counted events of the history.
    Raises YearMissing.
    """
    have = fields_of(files)
    for file in files:
        fields = have[file.number]
        if fields & {"published_month", "published_weekday", "published_hour"} and not fields & {"published_t", "published_year"}:
            raise YearMissing(path=file.source.name)
        if "published_weekday" in fields and not fields & {"published_t", "published_day"}:
            file.notes.append(
                Text(
                    zh="只知道发布的月份、星期与小时：日期取该月第一个这样的星期（1 为星期日）",
                    en="Only month, weekday and hour of publishing are known: the first such weekday of the month is taken (1 is Sunday)",
                )
            )
    first_of_month = (
        "make_date(CAST(published_year AS BIGINT), CAST(published_month AS BIGINT), coalesce(CAST(published_day AS BIGINT), 1))"
    )
    # In SQL Sunday is 0; in exports 1.
    weekday = f"CASE WHEN published_day IS NULL AND published_weekday BETWEEN 1 AND 7 THEN (CAST(published_weekday AS INTEGER) - 1 - dayofweek({first_of_month}) + 7) % 7 ELSE 0 END"
    parts_us = (
        f"TRY((date_diff('day', DATE '1970-01-01', {first_of_month}) + {weekday}) * {_DAY_US} + coalesce(published_hour, 0) * 3600000000)"
    )
    low, high = work.execute(
        f"SELECT min(v), max(v) FROM (SELECT {parts_us} AS v FROM clean_contents UNION ALL SELECT CAST(day AS BIGINT) * {_DAY_US} FROM clean_contents)"
    ).fetchall()[0]
    parts_utc = to_utc("parts_us", workspace.zone, low or 0, high or 0)
    day_utc = to_utc(f"(CAST(day AS BIGINT) * {_DAY_US})", workspace.zone, low or 0, high or 0)
    figures = ", ".join(f"coalesce(CAST({c} AS VARCHAR), '')" for c in COUNTED)
    identity = "concat_ws(chr(31), coalesce(platform, ''), coalesce(account_id, ''), coalesce(title, ''), coalesce(url, ''), coalesce(published_t, parts_us, 0))"
    # Without a title, a link or a full time, a post is known by all that is said of it.
    vague = f"CASE WHEN title IS NULL AND url IS NULL AND published_t IS NULL THEN concat_ws(chr(31), coalesce(format, ''), coalesce(topic, ''), {figures}) ELSE '' END"
    work.execute(
        f"""CREATE TABLE ready_contents AS
        WITH dated AS (SELECT *, {parts_us} AS parts_us FROM clean_contents),
        known AS (SELECT *, {identity} || {vague} AS said FROM dated),
        named AS (SELECT * EXCLUDE (content_id, said), coalesce(content_id, 'c_' || left(md5(concat_ws(chr(31), said,
            row_number() OVER (PARTITION BY file, said, day ORDER BY line))), 20)) AS content_id FROM known)
        SELECT *, coalesce(published_t, {parts_utc}) IS NOT NULL AS published_known, coalesce(published_t, {parts_utc}, {day_utc}) AS published_at,
            CASE WHEN day IS NULL THEN coalesce(published_t, {parts_utc}) ELSE {day_utc} + {_DAY_US} // 2 END AS counted_t, coalesce(published_t_day, CAST(parts_us // {_DAY_US} AS INTEGER)) AS published_on
        FROM named"""
    )
    work.execute(
        "INSERT INTO rejects SELECT file, line, 'published_t', '', 'missing' FROM ready_contents WHERE published_at IS NULL AND counted_t IS NULL"
    )
    work.execute("DELETE FROM ready_contents WHERE published_at IS NULL AND counted_t IS NULL")
    given = set().union(*have.values())
    for figure, name in COUNTED.items():
        if figure in given:
            _book(work, figure, name, workspace, received_t)


def _book(work: Connection, figure: str, name: str, workspace: Workspace, received_t: int) -> None:
    """Book one figure: per content (a running total) or per content and day; only what goes beyond what is booked."""
    period = "CASE WHEN day IS NULL THEN 'total' ELSE 'day' END"
    work.execute(
        f"""CREATE OR REPLACE TABLE booking AS
        WITH stated AS (
            SELECT file, line, content_id, platform, campaign_id, partner_id, counted_t AS t, {period} AS period, coalesce(day, 0) AS scope, {figure} AS total, CAST(NULL AS VARCHAR) AS extra
            FROM ready_contents WHERE {figure} > 0 AND counted_t IS NOT NULL
        ), latest AS (SELECT *, row_number() OVER (PARTITION BY content_id, period, scope ORDER BY total DESC, file, line) AS nth FROM stated),
        booked AS (
            SELECT content_id, CASE WHEN body LIKE '%"period":"total"%' THEN 'total' ELSE 'day' END AS period,
                CASE WHEN body LIKE '%"period":"total"%' THEN 0 ELSE d END AS scope, sum(coalesce(quantity, 1))::BIGINT AS booked
            FROM past WHERE name = {quoted(name)} AND body LIKE '%"period":"%' GROUP BY ALL
        )
        SELECT l.*, total - coalesce(booked, 0) AS added FROM latest AS l LEFT JOIN booked AS b USING (content_id, period, scope) WHERE nth = 1"""
    )
    rule = FactRule(
        name=name,
        rows="booking",
        when="added > 0",
        t="t",
        key=("content_id", "period", "scope", "total"),
        columns={c: c for c in ("platform", "content_id", "campaign_id", "partner_id")} | {"quantity": "added"},
        body={"period": "period"},
    )
    insert(work, rule, "booking", workspace, received_t)
