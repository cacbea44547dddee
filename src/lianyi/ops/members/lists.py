"""Members as the team looks at them: long lists, and conditions that segments are made of."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lianyi.kernel.pages import PER_PAGE, Page, order_of, page_of
from lianyi.ops.journal.days import begins
from lianyi.ops.journal.prefixes import begins_with
from lianyi.ops.members.models import Consent, Identity, Member, Tag

ORDERED_BY = {"joined": "joined_at", "tier": "tier"}


def members_where(
    *,
    among: QuerySet[Any] | None = None,
    tier: str = "",
    tag: str = "",
    without_tag: str = "",
    channel: str = "",
    joined_from: dt.datetime | None = None,
    joined_before: dt.datetime | None = None,
    consents_to: str = "",
) -> QuerySet[Any]:
    """Members who are here and meet every condition that is given, as a query.

    among : members to choose from, all who are here unless given; consents_to : a purpose to which their newest word is yes
    """
    found = Member.objects.filter(erased_at__isnull=True) if among is None else among
    if tier:
        found = found.filter(tier=tier)
    if tag:
        found = found.filter(pk__in=Tag.objects.filter(name=tag).values("member_id"))
    if without_tag:
        found = found.exclude(pk__in=Tag.objects.filter(name=without_tag).values("member_id"))
    if channel:
        found = found.filter(channel=channel)
    if joined_from:
        found = found.filter(joined_at__gte=joined_from)
    if joined_before:
        found = found.filter(joined_at__lt=joined_before)
    if consents_to:
        later = Consent.objects.filter(member=OuterRef("member"), purpose=OuterRef("purpose")).filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id"))
        )
        agreed = Consent.objects.filter(~Exists(later), purpose=consents_to, granted=True)
        found = found.filter(pk__in=agreed.values("member_id"))
    return found


def rows_named(words: str) -> QuerySet[Any]:
    """Rows of members whose id begins with some letters, as a query."""
    return Member.objects.filter(begins_with("public_id", words)).values("pk")


def page_members(
    *,
    words: str = "",
    tier: str = "",
    tag: str = "",
    channel: str = "",
    since: dt.date | None = None,
    sort: str = "-joined",
    number: int = 1,
    size: int = PER_PAGE,
    among: QuerySet[Any] | None = None,
    chosen: Sequence[str] | None = None,
) -> Page[Member]:
    """Members who are here, with their tags. words : the beginning of an id; among : a segment's members; chosen : ids of these only.

    Three queries, however many rows.

    Raises UnknownName for an order that the list does not have.
    """
    found = members_where(among=among, tier=tier, tag=tag, channel=channel)
    if words:
        found = found.filter(begins_with("public_id", words))
    if since:
        found = found.filter(joined_at__gte=begins(since))
    if chosen is not None:
        found = found.filter(public_id__in=chosen)
    return page_of(found.prefetch_related("tags").order_by(order_of(ORDERED_BY, sort), "-id"), number, size)


def count_by_tier() -> list[tuple[str, int]]:
    """Tiers that members are in, with how many, the largest first."""
    here = Member.objects.filter(erased_at__isnull=True)
    return list(here.values("tier").annotate(n=Count("id")).order_by("-n", "tier").values_list("tier", "n"))


def count_by_tag() -> list[tuple[str, int]]:
    """Tags that members have, with how many, the commonest first."""
    return list(Tag.objects.values("name").annotate(n=Count("id")).order_by("-n", "name").values_list("name", "n"))


def list_channels() -> list[str]:
    """Channels by which members came."""
    here = Member.objects.filter(erased_at__isnull=True).exclude(channel="")
    return sorted(set(here.values_list("channel", flat=True).distinct()))


def list_consents(member: Member) -> dict[str, Consent]:
    """What a member last said about each use of their data; a use they were never asked about is left out."""
    return {one.purpose: one for one in Consent.objects.filter(member=member).order_by("at", "id")}


def list_identity_kinds(member: Member) -> list[str]:
    """The ways in which a member can be recognised."""
    return list(Identity.objects.filter(member=member).order_by("kind").values_list("kind", flat=True).distinct())


def tags_of(members: Sequence[Member]) -> dict[int, list[str]]:
    """Tags by the member's row, in order of the alphabet; of members that were read with theirs."""
    return {member.pk: sorted(one.name for one in member.tags.all()) for member in members}
