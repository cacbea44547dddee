"""Signing in with WeChat, against answers as its documentation records them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from lianyi.ops.members.selectors import find_by_identity
from lianyi.web.pages.session import KEY
from lianyi.web.pages.views import doors
from lianyi.web.pages.wechat import WeChat, WeChatRefused, WeChatUnreachable
from tests.web.pages.conftest import signed_in

# From the account platform's guide to web authorisation, ids shortened.
GOOD = (
    b'{"access_token":"ACCESS_TOKEN","expires_in":7200,"refresh_token":"REFRESH_TOKEN",'
    b'"openid":"oLVPpjqs9BhvzwPj5A-vTYAX3GLc","scope":"snsapi_base","is_snapshotuser":1,"unionid":"UNIONID"}'
)
STALE = b'{"errcode":40029,"errmsg":"invalid code"}'
SECRET = b'{"errcode":40125,"errmsg":"invalid appsecret"}'


def port(answer, asked=None):
    def fetch(url):
        if asked is not None:
            asked.append(url)
        return answer

    return WeChat("wx1234", "s3cret", fetch)


def test_the_code_is_exchanged_for_an_open_id():
    asked = []

    assert port(GOOD, asked).open_id("CODE") == "oLVPpjqs9BhvzwPj5A-vTYAX3GLc"
    parts = urlsplit(asked[0])
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "api.weixin.qq.com", "/sns/oauth2/access_token")
    assert parse_qs(parts.query) == {"appid": ["wx1234"], "secret": ["s3cret"], "code": ["CODE"], "grant_type": ["authorization_code"]}


def test_the_member_is_sent_with_a_state_and_asked_for_nothing():
    parts = urlsplit(port(GOOD).ask_url(back="https://shop.example/in/wechat/back/", state="abc"))

    assert (parts.netloc, parts.fragment) == ("open.weixin.qq.com", "wechat_redirect")
    assert parse_qs(parts.query)["scope"] == ["snsapi_base"]
    assert parse_qs(parts.query)["state"] == ["abc"]
    assert "s3cret" not in parts.query


def test_a_code_that_is_used_is_refused():
    with pytest.raises(WeChatRefused):
        port(STALE).open_id("CODE")


@pytest.mark.parametrize("answer", [SECRET, b"", b"<html>", b"[]", b"{}", b'{"openid":7}', b'{"openid":""}'])
def test_an_answer_that_makes_no_sense_is_our_trouble_and_never_a_member(answer):
    with pytest.raises(WeChatUnreachable):
        port(answer).open_id("CODE")


@pytest.fixture
def connected(monkeypatch):
    monkeypatch.setattr(doors, "wechat", lambda: port(GOOD))


@pytest.mark.django_db
def test_coming_back_with_our_state_signs_in_and_joins(connected):
    browser = signed_in(None)
    there = browser.get("/in/wechat/?next=/me/points/")
    state = parse_qs(urlsplit(there.url).query)["state"][0]

    back = browser.get("/in/wechat/back/", {"code": "CODE", "state": state})

    assert back.url == "/me/points/"
    assert browser.session[KEY] == find_by_identity(open_id="oLVPpjqs9BhvzwPj5A-vTYAX3GLc").pk
    assert browser.get("/in/wechat/back/", {"code": "CODE", "state": state}).status_code == 409, "a state serves once"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["", "another"])
def test_somebody_elses_code_signs_nobody_in(connected, state):
    browser = signed_in(None)
    browser.get("/in/wechat/")

    assert browser.get("/in/wechat/back/", {"code": "CODE", "state": state}).status_code == 409
    assert KEY not in browser.session
