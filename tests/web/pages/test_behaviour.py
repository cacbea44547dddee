"""What is recorded of browsing: only of who agreed, only what is plausible, and never too often."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianyi.ops.journal.selectors import Fact
from lianyi.ops.members.selectors import find_consent
from lianyi.web.edge.limits import COUNTS
from tests.web.pages.conftest import new_key, signed_in

pytestmark = pytest.mark.django_db
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def told():
    return [json.loads(fact.fact) for fact in Fact.objects.filter(name__in=("page_viewed", "page_timed", "product_viewed")).order_by("id")]


def agree(browser, said="yes"):
    browser.post("/privacy/answer/", {"agreed": said})


def test_nothing_is_recorded_of_who_did_not_agree(mei):
    for browser in (signed_in(mei), signed_in(None)):
        assert "data-beacon" not in browser.get("/").content.decode()
        assert browser.post("/beacon/", {"page": "home", "lcp": "900"}).status_code == 204
        agree(browser, "no")
        browser.post("/beacon/", {"page": "home", "lcp": "900"})

    assert told() == []


def test_a_visitor_who_agrees_is_a_device_by_chance_and_nothing_else():
    browser = signed_in(None)
    agree(browser)
    browser.post("/beacon/", {"page": "home", "lcp": "1200", "cls": "0.05"})

    viewed, *timed = told()
    assert (viewed["name"], viewed["subject_id"], viewed["platform"]) == ("page_viewed", "home", "h5")
    assert len(viewed["device_id"]) == 32
    assert "member_id" not in viewed
    assert [(fact["kind"], fact["value"]) for fact in timed] == [("lcp", 1200.0), ("cls", 0.05)]


def test_a_member_who_agrees_is_recorded_until_they_withdraw(mei, serum):
    browser = signed_in(mei)
    agree(browser)
    assert find_consent(mei, "behaviour") is True
    assert 'data-beacon="/beacon/"' in browser.get("/p/p_serum/").content.decode()
    browser.post("/beacon/", {"page": "product", "subject": "p_serum"})
    browser.post("/me/privacy/choose/", {"purpose": "behaviour", "agreed": "no", **new_key()})
    browser.post("/beacon/", {"page": "product", "subject": "p_serum"})

    (viewed,) = told()
    assert (viewed["name"], viewed["product_id"], viewed["member_id"]) == ("product_viewed", "p_serum", mei.public_id)


def test_the_question_is_asked_once(mei):
    for browser in (signed_in(mei), signed_in(None)):
        assert "May we record" in browser.get("/").content.decode()
        agree(browser, "no")
        assert "May we record" not in browser.get("/").content.decode()


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(["page", "subject", "lcp", "inp", "cls", "shared"]), st.one_of(st.text(max_size=60), st.floats().map(str))
    )
)
def test_no_beacon_is_ever_an_error_or_an_implausible_fact(form):
    COUNTS.forget()
    browser = signed_in(None)
    agree(browser)

    assert browser.post("/beacon/", form).status_code == 204
    for fact in told():
        assert fact["name"] != "page_timed" or 0 <= fact["value"] <= 120_000


def test_a_flood_of_beacons_is_turned_away():
    browser = signed_in(None)

    assert [browser.post("/beacon/", {"page": "home"}).status_code for _ in range(61)][-1] == 429


def test_one_consent_by_itself_and_unknown_uses_are_refused(mei):
    browser = signed_in(mei)

    browser.post("/me/privacy/choose/", {"purpose": "marketing", "agreed": "yes", **new_key()})
    assert browser.post("/me/privacy/choose/", {"purpose": "everything", "agreed": "yes", **new_key()}).status_code == 404

    assert [find_consent(mei, use) for use in ("marketing", "behaviour", "profiling", "sharing")] == [True, None, None, None]
