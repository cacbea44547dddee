"""Three Chinese order layouts: every heading has an answer, persons are dropped, awkward rows come out right."""

import csv
import io

import pytest

from lianyi.kernel.ids import pseudonym
from tests.stream.intake.intake_cases import balanced

PEOPLE = {"买家支付宝账号", "收货人姓名", "收货人", "收货地址", "联系电话", "联系手机", "修改后的收货地址", "买家留言", "发票抬头"}


@pytest.fixture
def layouts(shared_data) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with (shared_data("zh_order_headers") / "headers.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["layout"], []).append(row["header"])
    return found


def written(headings: list[str], *rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([row.get(h.strip(), "张三" if h.strip() in PEOPLE else "") for h in headings])
    return out.getvalue()


PAID = {
    "订单编号": '="100000000000000001"',
    "买家会员名": "小明 ",
    "总金额": "100.00",
    "买家实际支付金额": "100.00",
    "支付金额": "100.00",
    "订单状态": "交易成功",
    "订单创建时间": "2020-02-01 10:00:00",
    "订单付款时间": "2020-02-01 10:01:00",
    "宝贝总数量": "2",
    "退款金额": "0",
    "买家应付邮费": "8.00",
    "宝贝标题": "茶，一盒",
}
PARTLY = PAID | {
    "订单编号": '="100000000000000002"',
    "总金额": "￥1,050.50",
    "买家实际支付金额": "1000.00",
    "支付金额": "1000.00",
    "退款金额": "50.50",
}
CLOSED = PAID | {
    "订单编号": "100000000000000003\t",
    "买家实际支付金额": "0",
    "支付金额": "0",
    "订单状态": "交易关闭",
    "订单付款时间": "",
    "订单关闭原因": "买家未付款",
}
UNPAID = PAID | {
    "订单编号": "100000000000000004",
    "买家实际支付金额": "0",
    "支付金额": "0",
    "订单状态": "等待买家付款",
    "订单付款时间": " ",
}
WHOLE = PAID | {"订单编号": "100000000000000005", "买家实际支付金额": "0", "支付金额": "0", "订单状态": "交易关闭", "退款金额": "100.00"}


@pytest.mark.parametrize("layout", ["taobao_order_export", "taobao_order_export_later", "tmall_report_2020"])
def test_every_heading_of_a_layout_is_answered_and_no_person_is_kept(shop, layouts, layout):
    headings = layouts[layout]
    report = shop.take(shop.file("a.csv", written(headings, PAID), encoding="gb18030"))
    file = report.files[0]
    assert report.kind == "orders"
    assert set(file.mapping) == {h.strip() for h in headings}
    assert len(file.mapping) == len(headings)
    for heading in PEOPLE & set(file.mapping):
        assert file.mapping[heading] == "ignored"
    unknown = [h for h, why in file.reasons.items() if why.en == "not recognised"]
    assert unknown == []


@pytest.mark.parametrize("layout", ["taobao_order_export", "taobao_order_export_later", "tmall_report_2020"])
def test_awkward_rows_of_a_layout_come_out_right(shop, layouts, layout):
    file = shop.file("订单.csv", written(layouts[layout], PAID, PARTLY, CLOSED, UNPAID, WHOLE), encoding="gbk")
    report = shop.take(file, kind="orders")
    assert report.files[0].encoding == "GB18030"
    assert balanced(report)
    assert (report.files[0].accepted, report.files[0].rejected) == (5, 0)
    assert shop.facts("order_paid", columns="order_id, amount_fen") == [
        ("100000000000000001", 10000),
        ("100000000000000002", 105050),
        ("100000000000000005", 10000),
    ]
    assert shop.facts("order_refunded", columns="order_id, amount_fen") == [("100000000000000002", 5050), ("100000000000000005", 10000)]
    placed = [i for (i,) in shop.facts("order_placed", columns="order_id")]
    assert placed == [f"10000000000000000{i}" for i in range(1, 6)]
    if layout != "tmall_report_2020":
        assert shop.facts("order_closed", columns="order_id") == [("100000000000000003",)]
        expected = pseudonym("小明", shop.workspace.key)
        assert shop.ask("SELECT DISTINCT member_id FROM events") == [{"member_id": expected}]
    every_value = str(shop.ask("SELECT * FROM events")) + str(shop.ask("SELECT * FROM members"))
    assert "张三" not in every_value
    assert "小明" not in every_value
    assert shop.take(file, kind="orders").written == 0


def test_a_member_name_is_kept_only_when_asked_for(shop, layouts):
    file = shop.file("a.csv", written(layouts["taobao_order_export"], PAID))
    shop.take(file, kind="orders", keep_personal=["买家会员名", "收货人姓名"])
    assert shop.facts("order_paid", columns="member_id, body")[0][0] == "小明"
    assert '"收货人姓名":"张三"' in shop.facts("order_paid", columns="body")[0][0]
