"""A shop of a million members, written into the operations at once: what the lists of the console have to be quick on.

Members, their tags and consents, accounts with an entry each, and two orders for every second one. It is written past the services, by the
database itself, for a million joinings one by one would take an hour; the tables' own checks and triggers still look at every row.
"""

MEMBERS, DAYS = 1_000_000, 90
AT_ONCE = 250_000
# {from} and {to} are numbers of ours; members are spread over two years, the newest last.
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to})"
JOINED = "strftime('%Y-%m-%d %H:%M:%f', 1711900000 + i * 60, 'unixepoch')"
STATEMENTS = (
    f"""INSERT INTO members_member (id, public_id, channel, platform, tier, tier_since, joined_at)
    {NUMBERS} SELECT 1000000 + i, printf('x%07d', i), CASE i % 7 WHEN 0 THEN 'social' WHEN 1 THEN 'ad' WHEN 2 THEN 'group' ELSE 'search' END,
    CASE i % 3 WHEN 0 THEN '微信' ELSE '抖音' END, CASE WHEN i % 50 = 0 THEN 'gold' WHEN i % 9 = 0 THEN 'silver' ELSE 'member' END,
    {JOINED}, {JOINED} FROM n""",
    f"""INSERT INTO members_tag (name, source, at, member_id)
    {NUMBERS} SELECT CASE i % 5 WHEN 0 THEN '敏感肌' WHEN 1 THEN '老客' ELSE '群友' || (i % 40) END, 'manual', {JOINED}, 1000000 + i FROM n WHERE i % 2""",
    f"""INSERT INTO members_consent (purpose, granted, policy, source, at, member_id)
    {NUMBERS} SELECT 'marketing', i % 4 > 0, '2026-05', 'h5', {JOINED}, 1000000 + i FROM n WHERE i % 3""",
    f"""INSERT INTO ledger_account (code, kind, currency, balance, min_balance, last_entry_id, member_id)
    {NUMBERS} SELECT 'points:x' || i, 'points', 'PTS', 0, 0, 0, 1000000 + i FROM n WHERE i % 2""",
    f"""INSERT INTO shop_order (public_id, key, state, campaign_id, referrer_id, channel, platform, goods_fen, discount_fen, shipping_fen, payable_fen,
    refunded_fen, placed_at, expires_at, paid_at, close_reason, member_id)
    {NUMBERS} SELECT printf('o_x%08d', i), 'x' || i, CASE i % 10 WHEN 0 THEN 'closed' ELSE 'paid' END, '', '', 'own_h5', '', 9900 + i % 900, 0, 0, 9900 + i % 900,
    0, {JOINED}, {JOINED}, CASE i % 10 WHEN 0 THEN NULL ELSE {JOINED} END, CASE i % 10 WHEN 0 THEN 'unpaid' ELSE '' END, 1000000 + (i + 1) / 2 * 2 FROM n""",
)


def fill() -> bool:
    """Add a million members to the workspace that Django is set up for; False when they are there. Cost: about a minute. SQLite only."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member WHERE public_id >= 'x'")
        if cursor.fetchone()[0]:
            return False
        cursor.execute("PRAGMA synchronous=OFF")
        for statement in STATEMENTS:
            for begin in range(1, MEMBERS, AT_ONCE):
                cursor.execute(statement.replace("{from}", str(begin)).replace("{to}", str(begin + AT_ONCE - 1)))
        cursor.execute("ANALYZE")
    connection.close()
    return True
