"""RSA-SHA256 signatures as both gateways use them (PKCS #1 v1.5, Base64). Keys are PEM, or the bare Base64 that their consoles hand out."""

import base64
import binascii
import textwrap

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text


class KeyUnusable(BadInput):
    """A key that is none."""

    code = "key_unusable"
    message = Text(zh="%(name)s 不是可用的 RSA 密钥", en="%(name)s is no RSA key that can be used")
    remedy = Text(zh="请从商户平台重新下载 PEM 文件", en="Download the PEM file from the merchant's console again")


def private_key(text: str, name: str) -> rsa.RSAPrivateKey:
    """Our own key. Raises KeyUnusable."""
    for kind in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        try:
            key = serialization.load_pem_private_key(_pem(text, kind), password=None)
        except (ValueError, TypeError):
            continue
        if isinstance(key, rsa.RSAPrivateKey):
            return key
    raise KeyUnusable(name=name)


def public_key(text: str, name: str) -> rsa.RSAPublicKey:
    """The gateway's key, or that of its certificate. Raises KeyUnusable."""
    try:
        if "BEGIN CERTIFICATE" in text:
            key = load_pem_x509_certificate(text.encode()).public_key()
        else:
            key = serialization.load_pem_public_key(_pem(text, "PUBLIC KEY"))  # type: ignore[assignment]
    except ValueError:
        raise KeyUnusable(name=name) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise KeyUnusable(name=name)
    return key


def _pem(text: str, kind: str) -> bytes:
    """A PEM text as it is; bare Base64 put between the lines that make it one."""
    if "-----BEGIN" in text:
        return text.encode()
    body = "\n".join(textwrap.wrap("".join(text.split()), 64))
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n".encode()


def signed(message: str, key: rsa.RSAPrivateKey) -> str:
    """The signature of a text, in Base64."""
    return base64.b64encode(key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(message: bytes, signature: str, key: rsa.RSAPublicKey) -> bool:
    """Whether a signature in Base64 is the key's over exactly this message."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
