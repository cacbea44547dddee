"""Deciding doubts: a person lets a reward go or refuses it, with a note."""

import datetime as dt

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import Review, Reward
from lianyi.ops.campaigns.refusals import ReviewDecided
from lianyi.ops.campaigns.services import accruals, referrals
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record


class NoteMissing(BadInput):
    """A decision about a member needs its reason."""

    code = "note_missing"
    message = Text(zh="请写明理由；会员有权知道。", en="State the reason; the member has a right to know it.")


def decide(*, key: str, actor: Actor, at: dt.datetime, review: Review, release: bool, note: str) -> Review:
    """Let what is held go, or refuse it. Raises ReviewDecided, NoteMissing, NotAllowed, KeyReused."""
    actor.require("risk.review")
    if not note.strip():
        raise NoteMissing

    def do() -> Result:
        state = "released" if release else "denied"
        chosen = Review.objects.filter(pk=review.pk, state="open")
        if not chosen.update(state=state, decided_at=at, decided_by=actor.id or "system", note=note.strip()[:300]):
            raise ReviewDecided
        if review.subject == "reward":
            reward = Reward.objects.select_related("claim__campaign", "member").get(pk=review.subject_id)
            if release:
                referrals.hand_over(reward, actor, at)
            else:
                referrals.deny(reward, reward.claim.campaign, "review", actor, at)
        else:
            accrual = accruals.get_locked(review.subject_id)
            if release:
                accruals.free(accrual, actor, at)
            else:
                accruals.deny(accrual, actor, at)
        record(
            name="review_decided", at=at, actor=actor, member_id=review.member.public_id, campaign_id=review.campaign.public_id,
            subject_id=review.public_id, kind=state, body={"note": note.strip()[:300]},
        )  # fmt: skip
        return {"review": review.public_id}

    payload = {"review": review.public_id, "release": release, "note": note}
    execute(key=key, name="campaigns.decide", actor=actor, at=at, payload=payload, do=do)
    return Review.objects.select_related("member", "campaign").get(pk=review.pk)
