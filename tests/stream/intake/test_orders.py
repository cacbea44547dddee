"""Orders: what was paid, refunded and closed, once and in the right amounts."""

import pytest

from lianyi.stream.intake.faults import ColumnMissing, KindDiffers
from tests.stream.intake.intake_cases import balanced, csv_text

HEAD = ["订单号", "会员编号", "下单时间", "付款时间", "实付金额", "退款金额", "订单状态"]


def test_a_paid_order_is_placed_and_paid(shop):
    file = shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "¥1,234.50", "", "交易成功"]))
    report = shop.take(file, kind="orders")
    assert balanced(report)
    assert shop.facts(columns="name, order_id, member_id, amount_fen, quantity") == [
        ("order_paid", "1", "m1", 123450, 1),
        ("order_placed", "1", "m1", 123450, None),
    ]
    assert shop.ask("SELECT t FROM events WHERE name = 'order_paid'") == [{"t": 1714529100000000}]


def test_unpaid_and_closed_orders_are_not_paid(shop):
    file = shop.file(
        "a.csv",
        csv_text(
            HEAD,
            ["1", "m1", "2024-05-01 10:00", "", "50", "", "等待买家付款"],
            ["2", "m2", "2024-05-01 10:00", "", "60", "", "交易关闭"],
        ),
    )
    shop.take(file, kind="orders")
    assert shop.facts() == [
        ("order_closed", "2", 6000, None),
        ("order_placed", "1", 5000, None),
        ("order_placed", "2", 6000, None),
    ]


def test_an_order_closed_after_payment_was_refunded_whole(shop):
    shop.take(shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "", "交易关闭"])), kind="orders")
    assert shop.money() == (8000, 8000)
    assert "order_closed" not in {f[0] for f in shop.facts()}


def test_a_partial_refund_is_only_its_part(shop):
    shop.take(
        shop.file("a.csv", csv_text([*HEAD, "总金额"], ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "30", "交易成功", "80"])),
        kind="orders",
    )
    assert shop.money() == (8000, 3000)


def test_a_refund_is_never_subtracted_twice_when_paid_is_net_already(shop):
    rows = [[str(i), f"m{i}", "2024-05-01 10:00", "2024-05-01 10:05", 100 - i, i, "交易成功", 100] for i in range(20)]
    report = shop.take(shop.file("a.csv", csv_text([*HEAD, "总金额"], *rows)), kind="orders")
    assert report.files[0].money_contract == "net_of_refund"
    assert {c.name: c.share for c in report.files[0].checks}["paid + refund = total"] == 1.0
    assert shop.money() == (20 * 10000, sum(range(20)) * 100)


def test_the_same_columns_before_refunds_are_told_apart_by_the_rows(shop):
    rows = [[str(i), f"m{i}", "2024-05-01 10:00", "2024-05-01 10:05", 100, i, "交易成功", 100] for i in range(20)]
    report = shop.take(shop.file("a.csv", csv_text([*HEAD, "总金额"], *rows)), kind="orders")
    assert report.files[0].money_contract == "before_refund"
    assert {c.name: c.share for c in report.files[0].checks} == {"paid + refund = total": 0.05, "paid = total": 1.0, "member known": 1.0}
    assert shop.money() == (20 * 10000, sum(range(20)) * 100)


def test_amounts_that_satisfy_no_identity_are_reported_and_nothing_is_rejected(shop):
    rows = [[str(i), f"m{i}", "2024-05-01 10:00", "2024-05-01 10:05", 70, 10, "交易成功", 100] for i in range(20)]
    report = shop.take(shop.file("a.csv", csv_text([*HEAD, "总金额"], *rows)), kind="orders")
    assert report.files[0].rejected == 0
    assert any("95%" in n.en for n in report.files[0].notes)
    assert shop.money() == (20 * 7000, 20 * 1000)


def test_a_yes_in_the_refund_column_means_all_of_it(shop):
    head = ["订单号", "会员编号", "付款时间", "实付金额", "是否退款"]
    shop.take(shop.file("a.csv", csv_text(head, ["1", "m", "2024/5/1", "10.00", "是"], ["2", "m", "2024/5/1", "20", "否"])), kind="orders")
    assert shop.money() == (3000, 1000)


def test_a_running_refund_is_only_a_request(shop):
    head = ["订单号", "会员编号", "付款时间", "实付金额", "退款状态"]
    rows = [["1", "m", "2024/5/1", 10, "退款中"], ["2", "m", "2024/5/1", 20, "退款成功"], ["3", "m", "2024/5/1", 40, "没有申请退款"]]
    shop.take(shop.file("a.csv", csv_text(head, *rows)), kind="orders")
    assert shop.money() == (7000, 2000)


def test_importing_twice_changes_nothing(shop):
    file = shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "30", "交易成功"]))
    shop.take(file, kind="orders")
    before = shop.ask("SELECT * FROM events ORDER BY event_id")
    again = shop.take(file, kind="orders")
    assert (again.files[0].accepted, again.files[0].duplicates, again.written) == (0, 1, 0)
    assert shop.ask("SELECT * FROM events ORDER BY event_id") == before


def test_a_later_export_adds_only_what_is_new(shop):
    first = shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "30", "交易成功"]))
    later = shop.file("b.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "50", "交易成功"]))
    shop.take(first, kind="orders")
    shop.take(later, kind="orders")
    assert shop.facts("order_refunded", columns="amount_fen") == [(2000,), (3000,)]
    shop.take(first, kind="orders")
    assert shop.money() == (8000, 5000)


def test_the_order_of_two_exports_does_not_change_the_sums(shop):
    first = shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "30", "交易成功"]))
    later = shop.file("b.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "50", "交易成功"]))
    report = shop.take(later, first, kind="orders")
    assert balanced(report)
    assert shop.money() == (8000, 5000)


def test_an_order_paid_later_keeps_its_placing(shop):
    shop.take(shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "", "80", "", "等待买家付款"])), kind="orders")
    report = shop.take(
        shop.file("b.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "", "交易成功"])), kind="orders"
    )
    assert report.written == 1
    assert [f[0] for f in shop.facts()] == ["order_paid", "order_placed"]


def test_another_amount_for_the_same_order_is_a_conflict(shop):
    shop.take(shop.file("a.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "", "交易成功"])), kind="orders")
    report = shop.take(
        shop.file("b.csv", csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "90", "", "交易成功"])), kind="orders"
    )
    assert report.files[0].reject_counts == {"conflict": 1}
    assert shop.money() == (8000, 0)


@pytest.mark.slow
def test_overlapping_files_give_the_same_facts_in_either_order(tmp_path):
    from tests.stream.intake.intake_cases import Shop

    rows = [[str(i), f"m{i % 3}", "2024-05-01 10:00", f"2024-05-{i + 1:02d} 10:05", 10 * i + 1, i % 4, "交易成功"] for i in range(9)]
    shops = []
    for name, order in (("x", (0, 1)), ("y", (1, 0))):
        (tmp_path / name).mkdir()
        shop = Shop(tmp_path / name)
        files = [shop.file("a.csv", csv_text(HEAD, *rows[:6])), shop.file("b.csv", csv_text(HEAD, *rows[3:]))]
        for i in order:
            shop.take(files[i], kind="orders")
        shops.append(shop.ask("SELECT * EXCLUDE (event_id) FROM events ORDER BY name, order_id"))
    assert shops[0] == shops[1]


def test_an_order_without_a_number_is_known_by_what_it_says(shop):
    head = ["customer_id", "date", "value"]
    file = shop.file("a.csv", csv_text(head, ["c1", "2024-05-01", "5"], ["c1", "2024-05-01", "5"], ["c1", "2024-05-01", "0"]))
    report = shop.take(file, kind="orders")
    assert report.files[0].accepted == 3
    assert shop.ask("SELECT count(DISTINCT order_id) AS n, CAST(sum(amount_fen) AS BIGINT) AS a FROM events WHERE name = 'order_paid'") == [
        {"n": 3, "a": 1000}
    ]
    assert shop.take(file, kind="orders").written == 0


def test_a_missing_column_says_which_and_how_to_name_it(shop):
    file = shop.file("a.csv", csv_text(["订单号", "付款时间", "实付金客"], ["1", "2024-05-01", "3"]))
    with pytest.raises(ColumnMissing) as fault:
        shop.take(file, kind="orders")
    assert "paid_amount" in fault.value.say("en")
    assert "Is it 实付金客?" in fault.value.say("en")
    assert '"实付金客" = "paid_amount"' in fault.value.say("zh")
    assert not shop.workspace.imports_path.exists() or not list(shop.workspace.imports_path.glob("*.json"))


def test_a_file_of_lines_given_as_orders_is_told_apart(shop):
    file = shop.file("a.csv", "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice\n1,tea,2,2024-05-01,3\n")
    with pytest.raises(KindDiffers) as fault:
        shop.take(file, kind="orders")
    assert "--as order_lines" in fault.value.say("en")
    assert "paid_amount" in fault.value.say("zh")
    assert shop.take(file, kind="order_lines").written == 1


def test_people_are_told_what_each_column_became(shop):
    head = ["订单号", "买家会员名", "付款时间", "实付金额", "收货人", "口味"]
    report = shop.take(shop.file("a.csv", csv_text(head, ["1", "小明", "2024-05-01", "3", "张三", "甜"])), kind="orders", dry_run=True)
    told = {language: [text.say(language) for text in report.summary()] for language in ("zh", "en")}
    assert told["zh"][1].startswith("各列：订单号 → 订单编号、买家会员名 → 会员、客户编号（含个人信息")
    assert told["zh"][1].endswith("、付款时间 → 付款时间、实付金额 → 实付金额")
    assert told["en"][1].startswith("Columns: 订单号 → order number, 买家会员名 → member or customer number (")
    assert "未用的列：收货人（含个人信息（姓名），已丢弃）、口味（不认识的列）" in told["zh"]


def test_a_line_of_totals_is_ignored_and_counted(shop):
    file = shop.file(
        "a.csv",
        csv_text(HEAD, ["1", "m1", "2024-05-01 10:00", "2024-05-01 10:05", "80", "", "交易成功"], ["合计", "", "", "", "80", "", ""]),
    )
    report = shop.take(file, kind="orders")
    assert (report.files[0].read, report.files[0].accepted, report.files[0].ignored, report.files[0].rejected) == (2, 1, 1, 0)
    assert shop.money() == (8000, 0)


def test_wrapped_identifiers_are_unwrapped_and_shortened_ones_refused(shop):
    head = ["订单号", "会员编号", "付款时间", "实付金额"]
    file = shop.file(
        "a.csv",
        "x\n".replace("x", ",".join(head))
        + '"=""1234567890123456789""",m,2024-05-01,5\n\'2234567890123456789,m,2024-05-01,6\n\t3234567890123456789,m,2024-05-01,7\n1.23457E+17,m,2024-05-01,8\n',
    )
    report = shop.take(file, kind="orders")
    assert shop.facts("order_paid", columns="order_id") == [("1234567890123456789",), ("2234567890123456789",), ("3234567890123456789",)]
    assert report.files[0].reject_counts == {"lost_digits": 1}
    assert report.files[0].rejects[0].line == 5


def test_shortened_numbers_name_their_line_in_the_rejects_file(shop):
    file = shop.file(
        "a.csv",
        csv_text(
            ["订单号", "会员编号", "付款时间", "实付金额"], ["1.23457E+17", "m", "2024-05-01", "=1+1"], ["2", "m", "2024-05-01", "=1+1"]
        ),
    )
    report = shop.take(file, kind="orders")
    lines = (shop.workspace.rejects_path / report.files[0].rejects_file.rsplit("/", 1)[-1]).read_text("utf-8-sig").splitlines()
    assert lines[0] == "文件,行,字段,值,原因"
    assert lines[1].startswith("a.csv,2,order_id,1.23457E+17,")
    assert lines[2].startswith("a.csv,3,paid_amount,'=1+1,")
