"""A key of two thousand bits to sign with, drawn once in a process: drawing one takes longer than most tests."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa


@cache
def a_key(name: str = "") -> rsa.RSAPrivateKey:
    """A key; another one for another name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
