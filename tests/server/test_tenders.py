"""Gateways from the environment: complete, or a clear word about what is missing."""

import pytest
from cryptography.hazmat.primitives import serialization

from lianyi.server.options import OptionUnusable
from lianyi.server.tenders import tenders_from
from tests.signing import a_key

KEY = a_key()
OURS = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
THEIRS = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
WECHAT = {
    "LIANYI_WECHAT_APP": "wx1", "LIANYI_WECHATPAY_MERCHANT": "1900000109", "LIANYI_WECHATPAY_SERIAL": "5157", "LIANYI_WECHATPAY_KEY": OURS,
    "LIANYI_WECHATPAY_PLATFORM_ID": "PUB_KEY_ID_1", "LIANYI_WECHATPAY_PLATFORM_KEY": THEIRS, "LIANYI_WECHATPAY_SEAL_KEY": "k" * 32,
}  # fmt: skip
ALIPAY = {"LIANYI_ALIPAY_APP": "2021", "LIANYI_ALIPAY_KEY": OURS, "LIANYI_ALIPAY_PLATFORM_KEY": THEIRS}


def test_none_is_named_and_none_is_there():
    assert tenders_from({}) == {}


def test_both_are_there_by_name():
    assert list(tenders_from(WECHAT | ALIPAY)) == ["wechat", "alipay"]


def test_a_key_may_be_a_file_or_the_bare_letters_of_a_console(tmp_path):
    file = tmp_path / "key.pem"
    file.write_text("".join(OURS.splitlines()[1:-1]), encoding="utf-8")
    given = {
        "LIANYI_ALIPAY_APP": "2021",
        "LIANYI_ALIPAY_KEY_FILE": str(file),
        "LIANYI_ALIPAY_PLATFORM_KEY": "".join(THEIRS.splitlines()[1:-1]),
    }

    assert list(tenders_from(given)) == ["alipay"]


@pytest.mark.parametrize("name", [name for name in WECHAT if name != "LIANYI_WECHATPAY_MERCHANT"])
def test_what_is_missing_is_named(name):
    with pytest.raises(OptionUnusable, match=name):
        tenders_from({key: value for key, value in WECHAT.items() if key != name})


@pytest.mark.parametrize(
    ("name", "given"),
    [("LIANYI_WECHATPAY_KEY", THEIRS), ("LIANYI_WECHATPAY_PLATFORM_KEY", "no-such-key"), ("LIANYI_WECHATPAY_SEAL_KEY", "short")],
)
def test_what_is_no_key_is_named_and_not_shown(name, given):
    with pytest.raises(OptionUnusable, match=name) as fault:
        tenders_from(WECHAT | {name: given})

    assert given not in str(fault.value)


def test_secrets_are_not_in_what_is_printed_of_a_gateway():
    assert "k" * 32 not in repr(tenders_from(WECHAT))
