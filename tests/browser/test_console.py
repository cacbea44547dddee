"""The team's way through the console in a real browser: import, explore, evaluate, decide, take the report along; every page sound."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest

from tests.browser.conftest import DESK, LOOKS, PASSWORD, PHONE

pytestmark = pytest.mark.browser


def export():
    """Half a year of a shop's orders as its back office writes them: GBK, Chinese headings, one line that is broken."""
    lines = ["订单编号,买家会员名,下单时间,支付时间,总额,实付金额,退款金额,平台"]
    for day in range(181):
        at = dt.date(2026, 1, 1) + dt.timedelta(days=day)
        for n in range(6 if day > 90 else 4):
            back = "30.00" if (day + n) % 9 == 0 else ""
            paid = "98.00" if back else "128.00"
            lines.append(
                f"T{day}-{n},b{(day * 7 + n * 13) % 80},{at} 10:0{n}:00,{at} 10:0{n}:30,128.00,{paid},{back},{('微信小店', '抖音')[n % 2]}"
            )
    lines.append("T999,b1,不是日期,不是日期,1.00,1.00,,抖音")
    return "\n".join(lines).encode("gb18030")


@pytest.fixture(scope="module")
def owned(shop):
    """The shop with an owner who has a password."""
    shop.do("owner", password=PASSWORD)
    return shop


def test_from_an_export_to_a_report_that_is_taken_along(owned, visitor):
    lin = visitor(DESK)
    lin.come_in()
    page = lin.page
    page.get_by_role("link", name="导入文件").first.click()

    page.set_input_files("#file", {"name": "店铺订单.csv", "mimeType": "text/csv", "buffer": export()})
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name=re.compile("导入 .* 行")).wait_for()
    lin.must_be_sound()
    page.get_by_label("“总额”成为").select_option("total_amount")
    page.get_by_role("button", name="按此重新核对").click()
    page.get_by_text("实付 + 退款 = 总额").wait_for()
    assert lin.sees("不是可读的日期时间")
    page.get_by_role("button", name=re.compile("导入 .* 行")).click()
    page.get_by_text("条事实").first.wait_for()
    with page.expect_download() as rejected:
        page.get_by_role("link", name="下载被拒绝的行").click()
    assert "不是日期" in rejected.value.path().read_text("utf-8-sig")

    lin.go("/console/measure/net_sales/?span=90d&by=platform")
    assert lin.sees("微信小店")
    page.get_by_text("放到总览").wait_for(state="attached")
    with page.expect_download() as values:
        page.get_by_role("link", name="CSV").click()
    assert "微信小店" in values.value.path().read_text("utf-8-sig")

    lin.go("/console/evaluate/")
    page.fill("#from", "2026-04-01")
    page.fill("#last", "2026-06-30")
    page.get_by_role("button", name="开始评估").click()
    page.locator("#reviews a.whole").first.wait_for()
    page.locator("#reviews a.whole").first.click()
    lin.must_be_sound()
    page.locator("details.decide summary").first.click()
    page.get_by_role("button", name="采纳为任务").first.click()
    page.get_by_text("已采纳").first.wait_for()
    lin.go("/console/tasks/")
    assert page.locator("main tbody tr").count() == 1

    lin.go("/console/report/")
    for form, mark in (("PPTX", b"PK"), ("XLSX", b"PK"), ("PDF", b"%PDF")):
        link = page.get_by_role("link", name=form, exact=True)
        if form == "PDF" and not link.count():
            continue  # its optional part is not installed here
        with page.expect_download() as report:
            link.first.click()
        assert report.value.path().read_bytes().startswith(mark), form
    lin.must_be_sound()


def test_imported_members_are_there_and_the_page_says_how_many_on_every_screen(owned, visitor):
    members = "手机号,加入时间,等级\n13900000001,2026-05-01 10:00:00,金卡\n13900000002,2026-05-02 10:00:00,\n13900000003,,\n"
    lin = visitor(DESK)
    lin.come_in("/console/intake/")
    page = lin.page
    page.set_input_files("#file", {"name": "会员.csv", "mimeType": "text/csv", "buffer": members.encode()})
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name=re.compile("导入 .* 行")).click()
    page.get_by_role("heading", name="已接入运营").wait_for()
    assert lin.sees("新会员\n2")
    ended = page.url.removeprefix(owned.url)
    for screen, scheme, language in LOOKS:
        seen = visitor(screen, scheme=scheme, language=language)
        seen.come_in(ended)
        seen.page.locator("#taken details summary").click()
        seen.must_be_sound()
        seen.go("/console/intake/")
        seen.must_be_sound()
    page.get_by_role("link", name="看会员").click()
    page.wait_for_url("**/members/")
    assert lin.page.locator("main tbody tr").count() == 2


def test_the_palette_leads_by_keys_alone(owned, visitor):
    lin = visitor(DESK, language="en-US")
    lin.come_in()
    lin.page.keyboard.press("Control+k")
    lin.page.locator("#palette[open] li").first.wait_for()
    lin.page.keyboard.type("retention")
    lin.page.locator("#palette li").first.wait_for()
    lin.must_be_sound()
    lin.page.keyboard.press("Enter")
    lin.page.wait_for_url("**/insight/retention/**")
    lin.page.keyboard.press("g")
    lin.page.keyboard.press("e")
    lin.page.wait_for_url("**/console/evaluate/**")
    assert lin.faults == []


def test_a_flash_sale_from_the_wizard_to_its_lessons_while_a_member_buys(owned, visitor):
    owned.do("product", public_id="p_serum", title="烟酰胺焕亮精华 30ml", price_fen=12800, pieces=50)
    owned.do("planned")
    lin, mei = visitor(DESK), visitor(PHONE)
    lin.come_in("/console/campaigns/")
    page = lin.page
    now = dt.datetime.now(ZoneInfo("Asia/Shanghai"))

    page.get_by_role("link", name="新活动").click()
    page.get_by_role("link", name="限时抢购").click()
    page.fill("#id_title", "周末抢购")
    page.select_option("#id_product", "p_serum")
    page.fill("#id_pieces", "20")
    page.fill("#id_term-price_fen", "79.00")
    page.fill("#id_term-limit_per_member", "2")
    page.fill("#id_starts_at", f"{now - dt.timedelta(minutes=2):%Y-%m-%dT%H:%M}")
    page.fill("#id_ends_at", f"{now + dt.timedelta(hours=5):%Y-%m-%dT%H:%M}")
    page.select_option("#id_category", "cosmetics")
    page.select_option("#id_goal", index=1)
    page.select_option("#id_budget", index=1)
    lin.press("保存并检查")

    assert lin.sees("有假设：为什么会有效")
    lin.must_be_sound()
    assert page.get_by_role("button", name="排期上线").count() == 0, "the check has open items"
    page.get_by_role("link", name="修改").click()
    page.fill("#id_hypothesis", "限时会让观望的人下单")
    page.fill("#id_expected_per_day", "10")
    lin.press("保存并检查")
    while page.locator("#check details").count():
        page.locator("#check details summary").first.click()
        page.locator("#check details[open] input[name=reason]").fill("已与平台核对")
        page.locator("#check details[open] button").click()
        page.wait_for_load_state()
    lin.press("排期上线")
    for _ in range(240):
        if page.locator("#monitor").count():
            break  # its time has come: the clock started it
        page.wait_for_timeout(500)
        page.reload()
    lin.must_be_sound()
    campaign = re.search(r"/campaigns/([^/#]+)/", page.url)[1]

    mei.sign_in("13800000001", f"/c/{campaign}/")
    mei.page.fill("#quantity", "2")
    mei.press("立即抢购")
    assert mei.sees("¥158.00")
    owned.do("paid", order=re.search(r"/me/orders/([^/]+)/", mei.page.url)[1])
    page.locator("#monitor").get_by_text("已售 2 / 20").wait_for()
    assert mei.faults == []
    lin.must_be_sound()

    page.locator("summary", has_text="结束").click()
    lin.press("结束活动")
    page.fill("#lessons", "下次早一天预告")
    lin.press("保存复盘")
    lin.press("结算")
    assert page.input_value("#lessons") == "下次早一天预告"
    assert lin.sees("已结算")
    assert page.locator("#monitor[hx-get]").count() == 0, "a campaign that is over is not watched any more"
    lin.must_be_sound()
