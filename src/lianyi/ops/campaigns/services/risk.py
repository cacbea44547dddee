"""Noting what accounts share, weighing doubts, and what people decide about them."""

import datetime as dt
import secrets

from django.conf import settings

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.ids import pseudonym
from lianyi.ops.campaigns.models import Campaign, Claim, Review, Trait
from lianyi.ops.campaigns.rules.risk import KEEP_DAYS, KINDS, Doubt, doubt, rings
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MOST_LINKS = 20_000


def note_trait(*, at: dt.datetime, member: Member, kind: str, value: str) -> None:
    """Keep a keyed hash of something an account was seen with (device, payment account, address, network); the value itself is not kept.

    Raises UnknownName for another kind.
    """
    if kind not in KINDS:
        raise UnknownName(what="trait", given=kind, allowed=list(KINDS))
    if value:
        key = pseudonym(f"{kind}:{value}", settings.WORKSPACE.key, prefix=kind[:2])
        Trait.objects.update_or_create(
            kind=kind, key=key, member=member, create_defaults={"first_at": at, "last_at": at}, defaults={"last_at": at}
        )


def forget_traits(*, at: dt.datetime) -> int:
    """Delete what is older than it serves; answers how many. Where nothing is, it only reads, so that it may be asked every second."""
    old = Trait.objects.filter(last_at__lt=at - dt.timedelta(days=KEEP_DAYS))
    return old.delete()[0] if old.exists() else 0


def weigh(earner: Member, other: Member, at: dt.datetime) -> Doubt:
    """What is held against a reward of one member that rests on what another did."""
    if earner.pk == other.pk:
        return doubt({"same_payment": 1})
    theirs = {(one.kind, one.key) for one in Trait.objects.filter(member=other)}
    own = {(one.kind, one.key) for one in Trait.objects.filter(member=earner)}
    counts = {f"same_{kind}": 1 for kind in ("payment", "device", "address") if any(one[0] == kind for one in own & theirs)}
    counts["ring"] = len(_ring(other.public_id, other.pk))
    for kind, code in (("device", "device_crowd"), ("network", "network_crowd")):
        keys = [key for one, key in theirs if one == kind]
        since = other.joined_at - DAY
        crowd = Trait.objects.filter(kind=kind, key__in=keys, first_at__gte=since, first_at__lt=other.joined_at + DAY)
        counts[code] = crowd.values("member_id").distinct().count() if keys else 0
    counts["invite_rush"] = Claim.objects.filter(inviter=earner, at__gte=other.joined_at - HOUR, at__lte=other.joined_at + HOUR).count()
    counts["comes_back"] = int(_is_known_device(other, theirs))
    counts["refund_after_reward"] = Claim.objects.filter(inviter=earner, state="void").count()
    return doubt(counts)


def open_review(subject: str, subject_id: int, member: Member, campaign: Campaign, found: Doubt, actor: Actor, at: dt.datetime) -> Review:
    """Hand a doubt to a person, inside the command that is running; the member is told and may appeal."""
    review = Review.objects.create(
        public_id=f"v_{secrets.token_urlsafe(9)}",
        subject=subject,
        subject_id=subject_id,
        member=member,
        campaign=campaign,
        score=found.score,
        band=found.band,
        reasons=list(found.reasons),
        opened_at=at,
    )
    record(
        name="review_opened",
        at=at,
        actor=actor,
        member_id=member.public_id,
        campaign_id=campaign.public_id,
        subject_id=review.public_id,
        kind=found.band,
        value=float(found.score),
        body={"reasons": ", ".join(found.reasons), "what": subject},
    )
    return review


BLANK = "–"


def appeal(*, key: str, actor: Actor, at: dt.datetime, review: Review, words: str) -> Review:
    """The member says why it is otherwise. Raises NotAllowed, KeyReused."""
    actor.require_self(review.member.public_id, otherwise="risk.review")

    def do() -> Result:
        if Review.objects.filter(pk=review.pk, state="open").update(appeal=words.strip()[:500], appealed_at=at):
            record(
                name="review_appealed",
                at=at,
                actor=actor,
                member_id=review.member.public_id,
                campaign_id=review.campaign.public_id,
                subject_id=review.public_id,
            )
        return {"review": review.public_id}

    execute(key=key, name="campaigns.appeal", actor=actor, at=at, payload={"review": review.public_id, "words": words}, do=do)
    return Review.objects.select_related("member", "campaign").get(pk=review.pk)


def forget_words(member: Member) -> int:
    """Reviews no longer hold what this member wrote, nor what they were told in free words; inside the command that is running. Answers how many.

    How each was decided, when and by whom stays.
    """
    reviews = Review.objects.filter(member=member)
    reviews.exclude(note="").update(note=BLANK)
    return reviews.exclude(appeal="").update(appeal="")


def _ring(account: str, pk: int) -> frozenset[str]:
    """The accounts that hang together with one over what they share, at any distance; looked at outwards, a step at a time."""
    links: set[tuple[str, str, str]] = set()
    members, seen = {pk}, set[int]()
    while members - seen and len(links) < MOST_LINKS:
        edge, seen = members - seen, seen | members
        keys = Trait.objects.filter(member_id__in=edge).exclude(kind="network").values_list("kind", "key")
        for kind, key in set(keys):
            for public_id, member_pk in Trait.objects.filter(kind=kind, key=key).values_list("member__public_id", "member_id"):
                links.add((public_id, kind, key))
                members.add(member_pk)
    return rings(links).get(account, frozenset({account}))


def _is_known_device(member: Member, theirs: set[tuple[str, str]]) -> bool:
    """Whether a new account comes with a device or payment account that an older, other account had long before it joined."""
    keys = [key for kind, key in theirs if kind in ("device", "payment")]
    return Trait.objects.filter(key__in=keys, first_at__lt=member.joined_at - DAY).exclude(member=member).exists()
