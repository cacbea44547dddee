"""Promoters: joining free of charge, ceasing, and being paid out."""

import datetime as dt
import secrets

from lianyi.kernel.actor import Actor
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import Promoter, Withdrawal
from lianyi.ops.campaigns.refusals import NotPromoter, WithdrawalRefused
from lianyi.ops.campaigns.rules.withholding import withheld_fen
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.ledger.services import Leg, account_of, house, post
from lianyi.ops.members.selectors import Member

LEAST_FEN = 100


def become_promoter(*, key: str, actor: Actor, at: dt.datetime, member: Member, agreement: str) -> Promoter:
    """Agree to share for commission: no fee, no purchase, no stock, nobody to recruit. Raises NotAllowed, KeyReused."""
    actor.require_self(member.public_id, otherwise="member.write")

    def do() -> Result:
        row, is_new = Promoter.objects.get_or_create(member=member, defaults={"agreement": agreement[:40], "agreed_at": at})
        if not is_new and row.stopped_at is not None:
            Promoter.objects.filter(pk=row.pk).update(stopped_at=None, agreement=agreement[:40], agreed_at=at)
        if is_new or row.stopped_at is not None:
            record(name="promoter_joined", at=at, actor=actor, member_id=member.public_id, kind=agreement[:40])
        return {"promoter": row.pk}

    payload = {"member": member.public_id, "agreement": agreement}
    return Promoter.objects.select_related("member").get(
        pk=execute(key=key, name="campaigns.become_promoter", actor=actor, at=at, payload=payload, do=do)["promoter"]
    )


def stop_promoter(*, key: str, actor: Actor, at: dt.datetime, member: Member) -> None:
    """Earn no more on new orders; what was earned stays. Raises NotPromoter, NotAllowed, KeyReused."""
    actor.require_self(member.public_id, otherwise="member.write")

    def do() -> Result:
        if not Promoter.objects.filter(member=member, stopped_at__isnull=True).update(stopped_at=at):
            raise NotPromoter
        record(name="promoter_stopped", at=at, actor=actor, member_id=member.public_id)
        return {}

    execute(key=key, name="campaigns.stop_promoter", actor=actor, at=at, payload={"member": member.public_id}, do=do)


def request_withdrawal(*, key: str, actor: Actor, at: dt.datetime, member: Member, amount_fen: int) -> Withdrawal:
    """Ask for released commission to be paid out; the amount is set aside at once. One request at a time.

    Raises NotPromoter, WithdrawalRefused, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="ledger.write")

    def do() -> Result:
        if not Promoter.objects.filter(member=member).exists():
            raise NotPromoter
        if isinstance(amount_fen, bool) or amount_fen < LEAST_FEN:
            raise WithdrawalRefused(why=Text(zh="至少一元", en="at least one yuan"))
        if Withdrawal.objects.filter(member=member, state="requested").exists():
            raise WithdrawalRefused(why=Text(zh="已有一笔在处理", en="one is under way already"))
        if balance(account_of(member, "commission")) < amount_fen:
            raise WithdrawalRefused(
                why=Text(zh="可提佣金不足，冻结中的不能提", en="not that much is released; what is frozen cannot be withdrawn")
            )
        row = Withdrawal.objects.create(
            public_id=f"w_{secrets.token_urlsafe(9)}",
            member=member,
            amount_fen=amount_fen,
            tax_fen=withheld_fen(amount_fen, **_paid_this_year(member, at)),
            requested_at=at,
        )
        legs = [Leg(account_of(member, "commission"), -amount_fen), Leg(account_of(member, "wallet_due"), amount_fen)]
        post(key=f"withdrawal:{row.public_id}", at=at, actor=actor, kind="withdrawal_requested", legs=legs)
        record(name="withdrawal_requested", at=at, actor=actor, member_id=member.public_id, subject_id=row.public_id, amount_fen=amount_fen)
        return {"withdrawal": row.pk}

    payload = {"member": member.public_id, "amount_fen": amount_fen}
    done = execute(key=key, name="campaigns.request_withdrawal", actor=actor, at=at, payload=payload, do=do)
    return Withdrawal.objects.select_related("member").get(pk=done["withdrawal"])


def decide_withdrawal(*, key: str, actor: Actor, at: dt.datetime, withdrawal: Withdrawal, pay: bool, reference: str = "") -> Withdrawal:
    """Record that it was paid out (by a licensed payment service), or refuse it: then it is the member's again. Raises WithdrawalRefused, NotAllowed."""
    actor.require("ledger.write")

    def do() -> Result:
        state = "paid" if pay else "refused"
        chosen = Withdrawal.objects.filter(pk=withdrawal.pk, state="requested")
        if not chosen.update(state=state, decided_at=at, decided_by=actor.id, reference=reference[:64]):
            raise WithdrawalRefused(why=Text(zh="已有结论", en="it is decided already"))
        member, amount = withdrawal.member, withdrawal.amount_fen
        to = house("payout", member) if pay else account_of(member, "commission")
        legs = [Leg(account_of(member, "wallet_due"), -amount), Leg(to, amount)]
        post(key=f"withdrawal:{withdrawal.public_id}:{state}", at=at, actor=actor, kind=f"withdrawal_{state}", legs=legs)
        record(
            name="withdrawal_decided", at=at, actor=actor, member_id=member.public_id, subject_id=withdrawal.public_id, kind=state,
            amount_fen=amount, body={"tax_fen": withdrawal.tax_fen} if pay else None,
        )  # fmt: skip
        return {"withdrawal": withdrawal.pk}

    payload = {"withdrawal": withdrawal.public_id, "pay": pay, "reference": reference}
    execute(key=key, name="campaigns.decide_withdrawal", actor=actor, at=at, payload=payload, do=do)
    return Withdrawal.objects.select_related("member").get(pk=withdrawal.pk)


def _paid_this_year(member: Member, at: dt.datetime) -> dict[str, int]:
    """What was paid out to a member this calendar year, in how many months, and what was kept back."""
    rows = Withdrawal.objects.filter(member=member, state="paid", decided_at__year=at.year)
    months = {(row.decided_at.year, row.decided_at.month) for row in rows} | {(at.year, at.month)}
    return {"paid_fen": sum(row.amount_fen for row in rows), "withheld_before_fen": sum(row.tax_fen for row in rows), "months": len(months)}
