"""Signing in with WeChat: the official account's web authorisation, which gives an open id and nothing else (scope snsapi_base)."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from lianyi.kernel.errors import Broken, Refusal
from lianyi.kernel.text import Text

ASK = "https://open.weixin.qq.com/connect/oauth2/authorize"
EXCHANGE = "https://api.weixin.qq.com/sns/oauth2/access_token"
PATIENCE_SECONDS = 5
# WeChat's error numbers for a code that is wrong, used or too old.
STALE_CODES = {40029, 40163, 42003}


class WeChatRefused(Refusal):
    """WeChat did not confirm who it is."""

    code = "wechat_refused"
    message = Text(zh="微信没有确认您的身份。", en="WeChat did not confirm who you are.")
    remedy = Text(zh="请回到登录页重试，或用手机号登录。", en="Go back to sign in and try again, or use your phone number.")


class WeChatUnreachable(Broken):
    """WeChat could not be asked, or answered what we do not understand."""

    code = "wechat_unreachable"
    message = Text(zh="微信接口没有正常应答：%(why)s", en="WeChat did not answer as it should: %(why)s")


def fetched(url: str) -> bytes:
    """What WeChat answers."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - EXCHANGE, https
            body: bytes = answer.read(64 * 1024)
    except (urllib.error.URLError, TimeoutError) as fault:
        raise WeChatUnreachable(why=type(fault).__name__) from None
    return body


@dataclass(frozen=True)
class WeChat:
    """The port to WeChat's identity. fetch : asks an address; another one in tests."""

    app: str
    secret: str
    fetch: Callable[[str], bytes] = fetched

    def ask_url(self, *, back: str, state: str) -> str:
        """Where to send the member: WeChat asks them nothing and sends them `back` with a code and our state."""
        query = {"appid": self.app, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base", "state": state}
        return f"{ASK}?{urllib.parse.urlencode(query)}#wechat_redirect"

    def open_id(self, code: str) -> str:
        """Who brought a code. Raises WeChatRefused for a code that is wrong, used or too old, WeChatUnreachable."""
        query = {"appid": self.app, "secret": self.secret, "code": code, "grant_type": "authorization_code"}
        try:
            said = json.loads(self.fetch(f"{EXCHANGE}?{urllib.parse.urlencode(query)}"))
        except ValueError:
            raise WeChatUnreachable(why="not JSON") from None
        if not isinstance(said, dict) or said.get("errcode"):
            number = said.get("errcode") if isinstance(said, dict) else "?"
            if number in STALE_CODES:
                raise WeChatRefused
            raise WeChatUnreachable(why=f"errcode {number}")
        found = said.get("openid")
        if not isinstance(found, str) or not found:
            raise WeChatUnreachable(why="no openid")
        return found


def wechat() -> WeChat | None:
    """The port, when an official account is configured."""
    options = settings.OPTIONS
    return WeChat(options.wechat_app, options.wechat_secret) if options.wechat_app else None
