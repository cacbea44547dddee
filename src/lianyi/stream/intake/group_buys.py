"""Group-buys, one team a row: opened, joined by each participant, completed or failed."""

from lianyi.stream.engines.duckdb import Connection, quoted
from lianyi.stream.intake.rows import REST_SEPARATOR

_SEPARATORS = rf"[,，;；|、\s{REST_SEPARATOR}]+"


def prepare_group_buys(work: Connection) -> None:
    """Build `ready_group_buys` (a team a row) and `ready_team_members` (a participant a row) from `clean_group_buys`."""
    said = "concat_ws(chr(31), initiator_id, coalesce(product_id, ''), coalesce(participants, ''), opened_t, coalesce(status, ''), coalesce(size, 0))"
    joined = f"list_filter(regexp_split_to_array(coalesce(participants, ''), {quoted(_SEPARATORS)}), lambda p: p <> '')"
    work.execute(
        f"""CREATE TABLE ready_group_buys AS
        SELECT * EXCLUDE (team_id, made), coalesce(team_id, 'g_' || left(md5(concat_ws(chr(31), made, row_number() OVER (PARTITION BY file, made ORDER BY line))), 20)) AS team_id,
            1 + CASE WHEN len(joined) > 0 THEN len(joined) ELSE coalesce(participants_count, 0) END AS people
        FROM (SELECT *, {said} AS made, {joined} AS joined FROM clean_group_buys)"""
    )
    work.execute(
        "CREATE TABLE ready_team_members AS SELECT * EXCLUDE (joined), unnest(list_distinct(joined)) AS participant_id FROM ready_group_buys"
    )
