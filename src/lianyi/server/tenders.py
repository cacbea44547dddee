"""The payment gateways that the environment names, each complete or not there at all."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from lianyi.kernel.errors import BadInput
from lianyi.ops.shop.tenders import Tender
from lianyi.server.options import OptionUnusable, kept_secret

Key = TypeVar("Key")
SEAL_BYTES = 32


def tenders_from(environment: Mapping[str, str]) -> dict[str, Tender]:
    """The gateways by name: `wechat` where LIANYI_WECHATPAY_MERCHANT is set, `alipay` where LIANYI_ALIPAY_APP is.

    WeChat Pay : LIANYI_WECHATPAY_MERCHANT, _SERIAL, _KEY, _PLATFORM_ID, _PLATFORM_KEY, _SEAL_KEY, and LIANYI_WECHAT_APP
    Alipay     : LIANYI_ALIPAY_APP, _KEY, _PLATFORM_KEY
    Keys may be given as files, by the name with _FILE behind it. Raises OptionUnusable for one that is missing or no key.
    """
    found: dict[str, Tender] = {}
    if not (environment.get("LIANYI_WECHATPAY_MERCHANT") or environment.get("LIANYI_ALIPAY_APP")):
        return found
    from lianyi.ops.shop.tenders.alipay import Alipay
    from lianyi.ops.shop.tenders.signing import private_key, public_key
    from lianyi.ops.shop.tenders.wechat import WeChatPay

    if merchant := environment.get("LIANYI_WECHATPAY_MERCHANT"):
        seal_key = _needed(environment, "LIANYI_WECHATPAY_SEAL_KEY").encode()
        if len(seal_key) != SEAL_BYTES:
            raise OptionUnusable(
                name="LIANYI_WECHATPAY_SEAL_KEY", given=f"{len(seal_key)} bytes", example="the 32 letters set at the merchant's console"
            )
        found["wechat"] = WeChatPay(
            app_id=_needed(environment, "LIANYI_WECHAT_APP"),
            merchant_id=merchant,
            serial=_needed(environment, "LIANYI_WECHATPAY_SERIAL"),
            key=_key(environment, "LIANYI_WECHATPAY_KEY", private_key),
            platform_id=_needed(environment, "LIANYI_WECHATPAY_PLATFORM_ID"),
            platform=_key(environment, "LIANYI_WECHATPAY_PLATFORM_KEY", public_key),
            seal_key=seal_key,
        )
    if app := environment.get("LIANYI_ALIPAY_APP"):
        found["alipay"] = Alipay(
            app_id=app,
            key=_key(environment, "LIANYI_ALIPAY_KEY", private_key),
            platform=_key(environment, "LIANYI_ALIPAY_PLATFORM_KEY", public_key),
        )
    return found


def _needed(environment: Mapping[str, str], name: str) -> str:
    given = kept_secret(environment, name)
    if not given:
        raise OptionUnusable(name=name, given="", example="as the merchant's console shows it")
    return given


def _key(environment: Mapping[str, str], name: str, read: Callable[[str, str], Key]) -> Key:
    try:
        return read(_needed(environment, name), name)
    except OptionUnusable:
        raise
    except BadInput:
        raise OptionUnusable(name=name, given="...", example=f"{name}_FILE=/run/secrets/key.pem") from None
