"""The second factor: codes of an app on a telephone (RFC 6238), and recovery codes for when the telephone is lost."""

import base64
import datetime as dt
import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.conf import settings
from django_otp.oath import hotp

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput, NotThere, Refusal
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import ShownOnce, execute
from lianyi.ops.team.models import RecoveryCode, SecondFactor, TeamMember

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1
"""Clocks of telephones are off by up to half a minute either way."""
SECRET_BYTES = 20
NONCE_BYTES = 12
RECOVERY_CODES = 10


class SecondFactorOn(Refusal):
    """It is on already."""

    code = "second_factor_on"
    message = Text(zh="两步验证已经打开。", en="Two-factor sign-in is on already.")
    remedy = Text(zh="换手机请先关闭再打开。", en="To change telephones, switch it off and on again.")


class CodeWrong(BadInput):
    """A code that is not right, or was used before."""

    code = "code_wrong"
    message = Text(zh="验证码不对，或已经用过。", en="The code is wrong, or was used already.")
    remedy = Text(
        zh="请输入应用里当前的 6 位数字，并检查手机的时间。",
        en="Type the six digits that the app shows now, and check your telephone's clock.",
    )


def begin_second_factor(*, key: str, actor: Actor, at: dt.datetime) -> str:
    """Make a secret for oneself; answers it in base 32, as apps take it. It counts only once it is confirmed. Raises SecondFactorOn."""
    sealed = seal(secrets.token_bytes(SECRET_BYTES))

    def do() -> dict[str, str]:
        member = _self(actor)
        if SecondFactor.objects.filter(member=member, confirmed_at__isnull=False).exists():
            raise SecondFactorOn
        SecondFactor.objects.update_or_create(member=member, defaults={"sealed": sealed, "made_at": at, "last_step": 0})
        return {"member": member.username}

    execute(key=key, name="team.begin_second_factor", actor=actor, at=at, payload={"member": actor.id}, do=do)
    return shown_secret(SecondFactor.objects.get(member__username=actor.id))


def find_begun_secret(actor: Actor) -> str | None:
    """The secret that one began with and has not confirmed, as apps take it; None where there is none."""
    factor = SecondFactor.objects.filter(member__username=actor.id, confirmed_at__isnull=True).first()
    return None if factor is None else shown_secret(factor)


def confirm_second_factor(*, key: str, actor: Actor, at: dt.datetime, code: str) -> list[str]:
    """Switch it on with the app's first code; answers recovery codes, shown once, here. Raises CodeWrong, SecondFactorOn."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]

    made_now: list[bool] = []

    def do() -> dict[str, str]:
        made_now.append(True)
        member = _self(actor)
        factor = SecondFactor.objects.select_for_update().filter(member=member).first()
        if factor is None:
            raise CodeWrong
        if factor.confirmed_at is not None:
            raise SecondFactorOn
        step = step_of(factor, code, at)
        if step is None:
            raise CodeWrong
        factor.confirmed_at, factor.last_step = at, step
        factor.save(update_fields=["confirmed_at", "last_step"])
        _keep_codes(member, codes)
        return {"member": member.username}

    execute(key=key, name="team.confirm_second_factor", actor=actor, at=at, payload={"member": actor.id}, do=do)
    if not made_now:
        raise ShownOnce
    return codes


def renew_recovery_codes(*, key: str, actor: Actor, at: dt.datetime, code: str) -> list[str]:
    """New recovery codes instead of the old ones, with a code of the app. Raises CodeWrong."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]

    made_now: list[bool] = []

    def do() -> dict[str, str]:
        made_now.append(True)
        member = _self(actor)
        if not take_code(member=member, code=code, at=at):
            raise CodeWrong
        _keep_codes(member, codes)
        return {"member": member.username}

    execute(key=key, name="team.renew_recovery_codes", actor=actor, at=at, payload={"member": actor.id}, do=do)
    if not made_now:
        raise ShownOnce
    return codes


def end_second_factor(*, key: str, actor: Actor, at: dt.datetime, username: str, code: str = "") -> None:
    """Switch it off: one's own with a code, somebody else's as owner, when their telephone is lost. Raises NotAllowed, NotThere, CodeWrong."""
    own = actor.kind == "team" and actor.id == username
    if not own:
        actor.require("settings.write")

    def do() -> dict[str, str]:
        member = TeamMember.objects.filter(username=username).first()
        if member is None:
            raise NotThere(what=Text(zh="团队成员", en="team member"), given=username)
        if own and not take_code(member=member, code=code, at=at):
            raise CodeWrong
        SecondFactor.objects.filter(member=member).delete()
        RecoveryCode.objects.filter(member=member).delete()
        return {"member": username}

    execute(key=key, name="team.end_second_factor", actor=actor, at=at, payload={"member": username}, do=do)


def take_code(*, member: TeamMember, code: str, at: dt.datetime) -> bool:
    """Whether a code of the app, or a recovery code, is right; what was right once is not right again."""
    factor = SecondFactor.objects.filter(member=member, confirmed_at__isnull=False).first()
    if factor is None:
        return False
    step = step_of(factor, code, at)
    if step is not None:
        return bool(SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step))
    return bool(RecoveryCode.objects.filter(member=member, digest=_digest(code), used_at=None).update(used_at=at))


def step_of(factor: SecondFactor, code: str, at: dt.datetime) -> int | None:
    """The time step whose code this is, None where it is none of those around now, or not later than the last one taken."""
    digits = code.replace(" ", "")
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    secret, now = unseal(factor.sealed), int(settings.WORKSPACE.elsewhere(at).timestamp()) // STEP_SECONDS
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if secrets.compare_digest(f"{hotp(secret, step, digits=DIGITS):0{DIGITS}d}", digits) and step > factor.last_step:
            found = step
    return found


def shown_secret(factor: SecondFactor) -> str:
    """The secret in base 32, for the person who is setting their app up."""
    return base64.b32encode(unseal(factor.sealed)).decode().rstrip("=")


def seal(secret: bytes) -> str:
    """A secret as it is kept."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, secret, None)).decode()


def unseal(sealed: str) -> bytes:
    """A kept secret."""
    whole = base64.b64decode(sealed)
    return bytes(_cipher().decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], None))


def _cipher() -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hashlib.sha256(f"second factor {settings.SECRET_KEY}".encode()).digest())


def _self(actor: Actor) -> TeamMember:
    member = TeamMember.objects.filter(username=actor.id, is_active=True).first() if actor.kind == "team" else None
    if member is None:
        raise NotThere(what=Text(zh="团队成员", en="team member"), given=actor.id)
    return member


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def _keep_codes(member: TeamMember, codes: list[str]) -> None:
    RecoveryCode.objects.filter(member=member).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(member=member, digest=_digest(code)) for code in codes])


def _digest(code: str) -> str:
    """Kept instead of the code; a code has 80 random bits."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").strip().lower().encode()).hexdigest()
