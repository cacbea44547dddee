"""Members as the team looks at them: long lists, and conditions that segments are made of."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from lianyi.kernel.pages import PER_PAGE, Page, order_of, page_of
from lianyi.ops.members.models import Consent, Identity, Member, Tag

ORDERED_BY = {"joined": "joined_at", "tier": "tier"}


def members_where(
    *,
    tier: str = "",
    tag: str = "",
    without_tag: str = "",
    channel: str = "",
    joined_from: dt.datetime | None = None,
    joined_before: dt.datetime | None = None,
    consents_to: str = "",
) -> QuerySet[Any]:
    """Members who are here and meet every condition that is given, as a query. consents_to : a purpose to which their newest word is yes."""
    found = Member.objects.filter(erased_at__isnull=True)
    if tier:
        found = found.filter(tier=tier)
    if tag:
        found = found.filter(Exists(Tag.objects.filter(member=OuterRef("pk"), name=tag)))
    if without_tag:
        found = found.exclude(Exists(Tag.objects.filter(member=OuterRef("pk"), name=without_tag)))
    if channel:
        found = found.filter(channel=channel)
    if joined_from:
        found = found.filter(joined_at__gte=joined_from)
    if joined_before:
        found = found.filter(joined_at__lt=joined_before)
    if consents_to:
        newest = Consent.objects.filter(member=OuterRef("pk"), purpose=consents_to).order_by("-at", "-id").values("granted")[:1]
        found = found.annotate(says=Subquery(newest)).filter(says=True)
    return found


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
) -> Page[Member]:
    """Members who are here, with their tags. words : the beginning of an id; among : a segment's members. Three queries, however many rows.

    Raises UnknownName for an order that the list does not have.
    """
    chosen = members_where(tier=tier, tag=tag, channel=channel) if among is None else among
    if words:
        chosen = chosen.filter(public_id__startswith=words)
    if since:
        chosen = chosen.filter(joined_at__date__gte=since)
    return page_of(chosen.prefetch_related("tags").order_by(order_of(ORDERED_BY, sort), "-id"), number, size)


def count_by_tier() -> list[tuple[str, int]]:
    """Tiers that members are in, with how many, the largest first."""
    here = Member.objects.filter(erased_at__isnull=True)
    return list(here.values("tier").annotate(n=Count("id")).order_by("-n", "tier").values_list("tier", "n"))


def count_by_tag() -> list[tuple[str, int]]:
    """Tags that members have, with how many, the commonest first."""
    return list(Tag.objects.values("name").annotate(n=Count("id")).order_by("-n", "name").values_list("name", "n"))


def list_channels() -> list[str]:
    """Channels by which members came."""
    return sorted(set(Member.objects.exclude(channel="").values_list("channel", flat=True).distinct()))


def list_consents(member: Member) -> dict[str, Consent]:
    """What a member last said about each use of their data; a use they were never asked about is left out."""
    return {one.purpose: one for one in Consent.objects.filter(member=member).order_by("at", "id")}


def list_identity_kinds(member: Member) -> list[str]:
    """The ways in which a member can be recognised."""
    return list(Identity.objects.filter(member=member).order_by("kind").values_list("kind", flat=True).distinct())


def tags_of(members: Sequence[Member]) -> dict[int, list[str]]:
    """Tags by the member's row, in order of the alphabet; of members that were read with theirs."""
    return {member.pk: sorted(one.name for one in member.tags.all()) for member in members}
