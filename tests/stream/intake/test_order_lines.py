"""Order lines: identical lines kept, returns linked, whole-order amounts spread once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stream.intake.intake_cases import Shop, balanced, csv_text

HEAD = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def line(invoice, stock, quantity, price, member="17850.0", date="2010-12-01 08:26:00"):
    return [invoice, stock, f"thing {stock}", quantity, date, price, member, "United Kingdom"]


def test_identical_lines_of_an_order_are_all_kept_and_imported_once(shop):
    file = shop.file("a.csv", csv_text(HEAD, line("1", "A", 1, "2.50"), line("1", "A", 1, "2.50"), line("1", "B", 2, "1.005")))
    report = shop.take(file, kind="order_lines")
    assert (report.files[0].accepted, report.files[0].duplicates) == (3, 0)
    assert shop.facts("order_paid", columns="order_id, product_id, member_id, quantity, amount_fen") == [
        ("1", "A", "17850", 1, 250),
        ("1", "A", "17850", 1, 250),
        ("1", "B", "17850", 2, 201),
    ]
    again = shop.take(file, kind="order_lines")
    assert (again.files[0].accepted, again.files[0].duplicates, again.written) == (0, 3, 0)


def test_a_return_is_linked_to_the_latest_earlier_purchase_of_the_member_and_product(shop):
    file = shop.file(
        "a.csv",
        csv_text(
            HEAD,
            line("1", "A", 5, "2", date="2010-12-01 08:00"),
            line("2", "A", 5, "2", date="2010-12-02 08:00"),
            line("3", "A", 5, "2", date="2010-12-09 08:00"),
            line("C9", "A", -2, "2", date="2010-12-03 08:00"),
            line("C10", "Z", -1, "3", date="2010-12-03 08:00"),
        ),
    )
    report = shop.take(file, kind="order_lines")
    assert shop.facts("order_refunded", columns="order_id, quantity, amount_fen, body") == [
        ("2", 2, 400, '{"refund_id":"C9","linked":"member_product","line":1}'),
        ("C10", 1, 300, '{"refund_id":"C10","linked":"none","line":1}'),
    ]
    assert {c.name: c.share for c in report.files[0].checks}["returns linked"] == 0.5


def test_a_return_finds_its_purchase_in_the_history(shop):
    shop.take(shop.file("a.csv", csv_text(HEAD, line("1", "A", 5, "2"))), kind="order_lines")
    shop.take(shop.file("b.csv", csv_text(HEAD, line("C9", "A", -5, "2", date="2011-01-03 08:00"))), kind="order_lines")
    assert shop.facts("order_refunded", columns="order_id, amount_fen") == [("1", 1000)]


def test_lines_at_no_price_are_gifts_or_stock_changes_not_purchases(shop):
    file = shop.file("a.csv", csv_text(HEAD, line("1", "A", 5, "0"), line("2", "A", -7, "0", member=""), line("3", "A", 1, "0.001")))
    shop.take(file, kind="order_lines")
    assert shop.facts(columns="name, order_id, quantity, amount_fen, member_id") == [
        ("order_gifted", "1", 5, None, "17850"),
        ("order_paid", "3", 1, 0, "17850"),
        ("stock_adjusted", "2", -7, None, None),
    ]


def test_a_negative_price_gives_money_back(shop):
    shop.take(shop.file("a.csv", csv_text(HEAD, line("A563186", "B", 1, "-11062.06", member=""))), kind="order_lines")
    assert shop.facts() == [("order_refunded", "A563186", 1106206, 1)]


def test_a_line_that_says_nothing_is_rejected(shop):
    report = shop.take(shop.file("a.csv", csv_text(HEAD, line("1", "A", 0, "0"), line("2", "A", 1, "1"))), kind="order_lines")
    assert report.files[0].reject_counts == {"says_nothing": 1}
    assert balanced(report)


def test_a_discount_of_the_whole_order_is_spread_once_to_the_fen(shop):
    head = ["订单号", "商品编号", "数量", "单价", "付款时间", "整单优惠", "运费"]
    rows = [
        ["1", "A", 1, "10", "2024-05-01", "1.00", "0"],
        ["1", "B", 1, "10", "2024-05-01", "1.00", "0"],
        ["1", "C", 1, "10", "2024-05-01", "1.00", "0"],
    ]
    shop.take(shop.file("a.csv", csv_text(head, *rows)), kind="order_lines")
    amounts = [a for (a,) in shop.facts("order_paid", columns="amount_fen")]
    assert sum(amounts) == 2900
    assert max(amounts) - min(amounts) <= 1


ORDER = st.tuples(st.lists(st.integers(1, 99_999), min_size=1, max_size=7), st.integers(0, 5_000), st.integers(0, 2_000))


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.lists(ORDER, min_size=1, max_size=10))
def test_the_parts_of_an_order_add_up_to_what_was_paid(tmp_path_factory, orders):
    shop = Shop(tmp_path_factory.mktemp("shop"))
    head = ["订单号", "商品编号", "数量", "单价", "付款时间", "整单优惠", "运费"]
    rows = [
        [f"o{n}", f"p{i}", 1, f"{p / 100:.2f}", "2024-05-01", f"{discount / 100:.2f}", f"{shipping / 100:.2f}"]
        for n, (prices, discount, shipping) in enumerate(orders)
        for i, p in enumerate(prices)
    ]
    shop.take(shop.file("a.csv", csv_text(head, *rows)), kind="order_lines")
    paid = shop.ask("SELECT order_id, CAST(sum(amount_fen) AS BIGINT) AS fen FROM events WHERE name = 'order_paid' GROUP BY order_id")
    expected = {f"o{n}": max(sum(prices) - discount + shipping, 0) for n, (prices, discount, shipping) in enumerate(orders)}
    # An order of which nothing was to be paid pays nothing, whether it says so or not.
    assert expected == dict.fromkeys(expected, 0) | {row["order_id"]: row["fen"] for row in paid}


def test_refund_columns_of_lines_are_running_totals(shop):
    head = ["订单号", "子订单编号", "商品编号", "数量", "单价", "付款时间", "退款金额", "订单状态"]
    first = shop.file(
        "a.csv", csv_text(head, ["1", "11", "A", 1, 10, "2024-05-01", 3, "交易成功"], ["1", "12", "B", 1, 20, "2024-05-01", "", "交易成功"])
    )
    later = shop.file(
        "b.csv", csv_text(head, ["1", "11", "A", 1, 10, "2024-05-01", 10, "交易成功"], ["1", "12", "B", 1, 20, "2024-05-01", 5, "交易成功"])
    )
    shop.take(first, kind="order_lines")
    assert shop.money() == (3000, 300)
    shop.take(later, kind="order_lines")
    assert shop.money() == (3000, 1500)
    shop.take(later, kind="order_lines")
    assert shop.money() == (3000, 1500)


def test_lines_of_an_order_stored_whole_are_refused_and_orders_after_lines_add_no_payment(shop):
    orders = shop.file("o.csv", csv_text(["订单号", "会员编号", "付款时间", "实付金额", "退款金额"], ["1", "m", "2024-05-01", 30, 4]))
    lines = shop.file(
        "l.csv",
        csv_text(["订单号", "商品编号", "数量", "单价", "付款时间"], ["1", "A", 1, 10, "2024-05-01"], ["1", "B", 1, 20, "2024-05-01"]),
    )
    shop.take(orders, kind="orders")
    report = shop.take(lines, kind="order_lines")
    assert report.files[0].reject_counts == {"other_grain": 2}
    assert shop.money() == (3000, 400)


def test_lines_first_then_orders_pay_once(shop):
    orders = shop.file("o.csv", csv_text(["订单号", "会员编号", "付款时间", "实付金额", "退款金额"], ["1", "m", "2024-05-01", 30, 4]))
    lines = shop.file(
        "l.csv",
        csv_text(["订单号", "商品编号", "数量", "单价", "付款时间"], ["1", "A", 1, 10, "2024-05-01"], ["1", "B", 1, 20, "2024-05-01"]),
    )
    shop.take(lines, kind="order_lines")
    shop.take(orders, kind="orders")
    assert shop.money() == (3000, 400)


def test_orders_and_lines_in_one_call_pay_once(shop):
    orders = shop.file("o.csv", csv_text(["订单号", "会员编号", "付款时间", "实付金额", "退款金额"], ["1", "m", "2024-05-01", 30, 4]))
    lines = shop.file(
        "l.csv",
        csv_text(["订单号", "商品编号", "数量", "单价", "付款时间"], ["1", "A", 1, 10, "2024-05-01"], ["1", "B", 1, 20, "2024-05-01"]),
    )
    report = shop.take(orders, lines)
    assert [f.kind for f in report.files] == ["orders", "order_lines"]
    assert shop.money() == (3000, 400)


def test_shopify_rows_share_what_their_first_line_says(shop):
    head = [
        "Name",
        "Email",
        "Financial Status",
        "Paid at",
        "Created at",
        "Subtotal",
        "Shipping",
        "Taxes",
        "Total",
        "Discount Amount",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
        "Refunded Amount",
        "Billing Name",
    ]
    file = shop.file(
        "a.csv",
        csv_text(
            head,
            [
                "#1001",
                "a@b.c",
                "paid",
                "2024-05-01 10:00:00 +0800",
                "2024-05-01 09:59:00 +0800",
                30,
                5,
                0,
                33,
                2,
                1,
                "Tea",
                10,
                "T1",
                6,
                "Ann",
            ],
            ["#1001", "a@b.c", "", "", "2024-05-01 09:59:00 +0800", "", "", "", "", "", 2, "Cup", 10, "C1", "", ""],
            ["#1002", "x@y.z", "pending", "", "2024-05-02 09:59:00 +0800", 10, 0, 0, 10, 0, 1, "Tea", 10, "T1", 0, "Bob"],
        ),
    )
    report = shop.take(file)
    assert (report.kind, report.files[0].layout) == ("order_lines", "shopify_lines")
    assert shop.money() == (3300, 600)
    assert shop.ask(
        "SELECT count(DISTINCT member_id) AS n, bool_and(member_id LIKE 'm\\_%' ESCAPE '\\') AS p FROM events WHERE name = 'order_paid'"
    ) == [{"n": 1, "p": True}]
    assert report.files[0].mapping["Billing Name"] == "ignored"
    assert "a@b.c" not in str(shop.ask("SELECT * FROM events")) + str(shop.ask("SELECT * FROM members"))


def test_products_and_members_appear_from_lines_and_never_overwrite_their_own_file(shop):
    shop.take(shop.file("p.csv", csv_text(["商品编号", "商品名称", "类目", "成本价"], ["A", "Lantern", "home", "1.20"])), kind="products")
    shop.take(shop.file("a.csv", csv_text(HEAD, line("1", "A", 1, "2.50"), line("1", "B", 1, "3"))), kind="order_lines")
    assert shop.ask("SELECT product_id, title, category, price_fen, unit_cost_fen FROM products ORDER BY 1") == [
        {"product_id": "A", "title": "Lantern", "category": "home", "price_fen": 250, "unit_cost_fen": 120},
        {"product_id": "B", "title": "thing B", "category": None, "price_fen": 300, "unit_cost_fen": None},
    ]
    assert shop.ask("SELECT member_id, region FROM members") == [{"member_id": "17850", "region": "United Kingdom"}]
