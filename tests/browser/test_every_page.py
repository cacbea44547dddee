"""Every page of a member, on a phone and on a desk, light and dark, in both languages: sound, small, and whole without script."""

import itertools
import re

import pytest

from tests.browser.conftest import LOOKS

pytestmark = pytest.mark.browser

MOST_BYTES = 60 * 1024


@pytest.fixture(scope="module")
def stocked(shop):
    shop.do("product", public_id="p_serum", title="烟酰胺焕亮精华 30ml", price_fen=12800, pieces=50)
    shop.do("product", public_id="p_out", title="防晒乳 SPF50+ 60ml", price_fen=9900, pieces=0)
    return shop


PATHS = ["/", "/p/p_serum/", "/p/p_out/", "/me/", "/me/orders/", "/me/coupons/", "/me/points/", "/me/commission/", "/me/reviews/", "/me/invites/", "/me/poster/", "/me/privacy/",
         "/privacy/", "/rules/", "/nowhere/"]  # fmt: skip


@pytest.mark.parametrize(
    ("screen", "scheme", "language"), LOOKS, ids=lambda value: str(value.get("width")) if isinstance(value, dict) else value
)
def test_every_page_is_sound(stocked, visitor, screen, scheme, language):
    mei = visitor(screen, scheme=scheme, language=language)
    mei.go("/in/")
    mei.must_be_sound()
    mei.sign_in("13800000001")
    for path in PATHS:
        mei.go(path)
        mei.faults[:] = [fault for fault in mei.faults if "404" not in fault] if path == "/nowhere/" else mei.faults
        mei.must_be_sound()
        others = re.findall(r"[\u4e00-\u9fff]{2,}", mei.page.inner_text("main")) if language.startswith("en") else []
        assert [words for words in others if words not in "烟酰胺焕亮精华防晒乳我的品牌"] == [], f"Chinese on the English page {path}"


def test_the_question_about_recording_covers_neither_sum_nor_button(stocked, visitor):
    mei = visitor()
    mei.sign_in("13800000002")
    mei.go("/p/p_serum/checkout/?quantity=1")
    # What lies on top in the middle of each sum and button that is in sight.
    covered = """() => [...document.querySelectorAll("main .sum, main .pay, main .button")].filter((one) => {
        const at = one.getBoundingClientRect();
        const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
        return top && top.closest(".ask");
    }).map((one) => one.className)"""
    assert mei.page.locator(".ask").is_visible()
    assert mei.page.evaluate(covered) == []
    mei.press("提交订单")
    assert mei.page.locator(".ask").is_visible()
    assert mei.page.evaluate(covered) == []


def test_every_page_is_small_with_all_that_it_fetches(stocked, visitor):
    mei = visitor()
    mei.sign_in("13800000001")
    for path in PATHS:
        sizes = {url: len(mei.context.request.get(url).body()) for url in fetched_by(mei.page, stocked.url + path)}
        assert sizes
        assert min(sizes.values()) > 0
        assert sum(sizes.values()) < MOST_BYTES, (path, sizes)


def fetched_by(page, url):
    """Addresses of all that one visit fetches to its end. The browser may let go of a body before it is asked for it, so only names are kept."""
    finished = set()

    def note(request):
        finished.add(request.url)

    page.on("requestfinished", note)
    page.goto(url, wait_until="networkidle")
    page.remove_listener("requestfinished", note)
    return sorted(finished)


def test_buying_needs_no_script(stocked, visitor):
    bo = visitor(script=False)
    bo.sign_in("13800000002", "/p/p_serum/")
    bo.page.fill("#quantity", "2")
    bo.press("立即购买")
    assert bo.sees("应付")
    bo.press("提交订单")

    assert "/me/orders/o_" in bo.page.url
    assert bo.sees("¥256.00")
    assert bo.sees("待付款")


def test_two_presses_of_one_form_make_one_order(stocked, visitor):
    cai = visitor()
    cai.sign_in("13800000003", "/p/p_serum/checkout/?quantity=1")
    form = cai.page.evaluate("Object.fromEntries(new FormData(document.getElementById('order')))")
    landed = {cai.context.request.post(f"{stocked.url}/p/p_serum/checkout/", form=form).url for _ in itertools.repeat(None, 2)}

    assert len(landed) == 1
    cai.go("/me/orders/")
    assert cai.page.locator("section.card").count() == 1
