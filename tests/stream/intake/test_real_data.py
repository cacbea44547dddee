"""Real exports, to the last penny."""

import pytest

from tests.stream.intake.intake_cases import Shop, balanced


@pytest.mark.slow
def test_the_uk_wholesaler_is_imported_to_the_penny(tmp_path, shared_data):
    shop = Shop(tmp_path, zone_name="Europe/London", currency="GBP")
    file = shared_data("online_retail_uk") / "online_retail.csv.gz"
    report = shop.take(file)
    assert (report.kind, report.files[0].read, report.files[0].accepted, report.files[0].rejected, report.files[0].duplicates) == (
        "order_lines", 541_909, 541_909, 0, 0,
    )  # fmt: skip
    cleaned = shop.ask(
        "SELECT count(*) AS lines, count(DISTINCT order_id) AS orders, count(DISTINCT member_id) AS buyers, CAST(sum(amount_fen) AS BIGINT) AS pence"
        " FROM events WHERE name = 'order_paid' AND member_id IS NOT NULL"
    )
    assert cleaned == [{"lines": 397_884, "orders": 18_532, "buyers": 4_338, "pence": 891_140_790}]
    paid, refunded = shop.money()
    assert paid - refunded == 974_774_793
    documents = shop.ask(
        "SELECT count(DISTINCT CASE WHEN name = 'order_refunded' THEN json_extract_string(body, '$.refund_id') ELSE order_id END) AS n FROM events"
    )
    assert documents == [{"n": 25_900}]
    assert shop.ask("SELECT count(DISTINCT member_id) AS n FROM events") == [{"n": 4_372}]
    assert shop.ask("SELECT (SELECT count(*) FROM products) AS p, (SELECT count(*) FROM members) AS m") == [{"p": 4_070, "m": 4_372}]
    again = shop.take(file)
    assert (again.written, again.files[0].accepted, again.files[0].duplicates) == (0, 0, 541_909)


@pytest.mark.slow
def test_every_cd_purchase_is_an_order(tmp_path, shared_data):
    shop = Shop(tmp_path, zone_name="America/New_York", currency="USD")
    report = shop.take(shared_data("cdnow") / "cdnow_master.txt.gz", kind="orders")
    assert balanced(report)
    assert shop.ask(
        "SELECT count(DISTINCT order_id) AS orders, count(DISTINCT member_id) AS buyers, CAST(sum(quantity) AS BIGINT) AS units, CAST(sum(amount_fen) AS BIGINT) AS cents"
        " FROM events WHERE name = 'order_paid'"
    ) == [{"orders": 69_659, "buyers": 23_570, "units": 167_881, "cents": 250_031_563}]


@pytest.mark.slow
def test_a_sample_without_headings_is_read_by_a_mapping(tmp_path, shared_data):
    shop = Shop(tmp_path, zone_name="UTC", currency="USD")
    mapping = shop.file(
        "m.toml",
        'kind = "orders"\nheader = false\nnames = ["master", "id", "date", "cds", "dollars"]\n[columns]\nmaster = "member_id"\nid = "ignored"\ndate = "paid_t"\ncds = "quantity"\ndollars = "paid_amount"\n',
    )
    shop.take(shared_data("cdnow") / "cdnow_sample.txt.gz", mapping=mapping)
    assert shop.ask(
        "SELECT count(*) AS n, CAST(sum(quantity) AS BIGINT) AS q, CAST(sum(amount_fen) AS BIGINT) AS a, count(DISTINCT member_id) AS m FROM events WHERE name = 'order_paid'"
    ) == [{"n": 6_919, "q": 16_479, "a": 24_409_194, "m": 2_357}]


def test_shop_sessions_keep_their_own_event_names(tmp_path, shared_data):
    shop = Shop(tmp_path, zone_name="UTC", currency="USD")
    report = shop.take(shared_data("funnel_ecom_sessions") / "ecom.csv.gz")
    assert (report.kind, report.files[0].accepted) == ("events", 31_106)
    suggestions = {c.name: c.suggestion for c in report.files[0].custom_events}
    assert suggestions["product_view"] == "product_viewed"
    assert suggestions["checkout_bug"] is None
    assert shop.ask(
        "SELECT count(DISTINCT session_id) AS s, count(DISTINCT member_id) AS m, count(*) FILTER (name = 'checkout_bug' AND platform = 'mobile') AS bug FROM events"
    ) == [{"s": 3_605, "m": 600, "bug": 44}]
    assert shop.ask("SELECT count(DISTINCT session_id) AS n FROM events WHERE name = 'purchase'") == [{"n": 470}]
    assert shop.ask("SELECT DISTINCT json_extract_string(body, '$.user_cohort') AS c FROM events ORDER BY 1 LIMIT 1") == [{"c": "2024-01"}]


def test_posts_dated_by_parts_are_booked_by_type(tmp_path, shared_data):
    shop = Shop(tmp_path, zone_name="UTC", currency="USD")
    report = shop.take(shared_data("facebook_posts") / "dataset_Facebook.csv", kind="contents", constants={"published_year": "2014"})
    assert report.files[0].accepted == 500
    assert shop.ask("SELECT format, count(*) AS n FROM contents GROUP BY 1 ORDER BY 2 DESC") == [
        {"format": "Photo", "n": 426},
        {"format": "Status", "n": 45},
        {"format": "Link", "n": 22},
        {"format": "Video", "n": 7},
    ]
    assert shop.ask("SELECT count(*) AS n FROM contents WHERE is_promoted") == [{"n": 139}]
    total = shop.ask(
        "SELECT CAST(sum(quantity) AS BIGINT) AS n FROM events WHERE name IN ('content_liked', 'content_commented', 'content_shared')"
    )
    assert total == [{"n": 106_060}]
    means = shop.ask(
        "SELECT c.format, sum(e.quantity) * 1.0 / count(DISTINCT c.content_id) AS mean FROM contents AS c LEFT JOIN events AS e ON c.content_id = e.content_id"
        " AND e.name IN ('content_liked', 'content_commented', 'content_shared') GROUP BY 1 ORDER BY 2 DESC"
    )
    assert [(m["format"], round(m["mean"], 1)) for m in means] == [("Video", 295.9), ("Status", 217.0), ("Photo", 216.6), ("Link", 89.0)]


@pytest.mark.slow
def test_group_buys_without_headings_or_times_take_them_from_the_mapping(tmp_path, shared_data):
    shop = Shop(tmp_path)
    mapping = shop.file(
        "m.toml", 'kind = "group_buys"\nheader = false\nnames = ["initiator", "item", "participants"]\nrest = true\ndelimiter = "\\t"\n'
    )
    folder = shared_data("beibei_group_buying")
    shop.take(folder / "test_success.txt.gz", mapping=mapping, constants={"status": "成功", "opened_t": "2020-01-01"})
    sizes = shop.ask("SELECT quantity - 1 AS joined, count(*) AS n FROM events WHERE name = 'team_completed' GROUP BY 1 ORDER BY 1")
    assert [(s["joined"], s["n"]) for s in sizes] == [(1, 177_547), (2, 836), (3, 171), (4, 23), (5, 46), (6, 19)]
    failed = shop.take(folder / "failed.txt.gz", mapping=mapping, constants={"status": "失败", "opened_t": "2020-01-01"})
    assert failed.files[0].read == 211_291
    assert shop.ask(
        "SELECT count(*) AS n, count(DISTINCT member_id) AS m, count(DISTINCT product_id) AS p FROM events WHERE name = 'team_failed'"
    ) == [{"n": 211_291, "m": 101_872, "p": 20_094}]
