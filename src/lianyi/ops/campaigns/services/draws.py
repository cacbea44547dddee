"""Earning chances, drawing, claiming prizes, publishing the seed."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import F

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import LianyiError
from lianyi.kernel.ids import pseudonym
from lianyi.ops.campaigns.mechanics import lottery
from lianyi.ops.campaigns.models import Campaign, Chance, Earned, Entry, Prize, Spending
from lianyi.ops.campaigns.refusals import DrawNotOver, NoChanceLeft, PrizeNotClaimable
from lianyi.ops.campaigns.rules.commitment import merkle_root
from lianyi.ops.campaigns.selectors.campaigns import campaigns_by_id, get_campaign, list_running, terms_of
from lianyi.ops.campaigns.services import ledgering
from lianyi.ops.campaigns.services.admission import admit, admit_each, meet_first, no_staff, require_no_staff, staff_among
from lianyi.ops.campaigns.services.coupons import issue_from
from lianyi.ops.campaigns.services.spending import book_all
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.lane import Lane
from lianyi.ops.journal.running import carrying_out
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.journal.services import draft, record, record_all
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order, get_order, get_product
from lianyi.ops.shop.services import Line, pay_order, place_order

AT_ONCE = 200
ONCE = "once"


def enter(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> int:
    """Get the chances that a draw gives everybody once; answers how many are left to draw. Raises CampaignNotOpen, NotInAudience, KeyReused."""
    actor.require_self(member.public_id, otherwise="campaign.write")
    meet_first(campaign, "lottery", member, actor, at)

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        require_no_staff(now, member)
        terms = admit(now, "lottery", member, actor, at)
        if terms.earned_by == ONCE:
            earn(now, terms, member, ONCE, actor, at)
        row = Chance.objects.filter(campaign=now, member=member).first()
        return {"left": row.earned - row.used if row else 0}

    payload = {"campaign": campaign.public_id, "member": member.public_id}
    return int(execute(key=key, name="campaigns.enter_draw", actor=actor, at=at, payload=payload, do=do)["left"])


def earn(campaign: Campaign, terms: lottery.Terms, member: Member, source: str, actor: Actor, at: dt.datetime) -> int:
    """Chances from one source, once, up to the most that a member may have; inside the command that is running. Answers how many."""
    if Earned.objects.filter(campaign=campaign, member=member, source=source).exists():
        return 0
    Chance.objects.get_or_create(campaign=campaign, member=member)
    # Locked, so that an order and a check-in at the same moment do not each fill up the same room.
    row = Chance.objects.select_for_update(of=("self",)).get(campaign=campaign, member=member)
    n = min(terms.chances, terms.most_per_member - row.earned)
    if n <= 0:
        return 0
    earned = Earned.objects.create(campaign=campaign, member=member, source=source, n=n, at=at)
    Chance.objects.filter(pk=row.pk).update(earned=F("earned") + n)
    record_all([_earned(campaign.public_id, earned, actor)])
    return n


def on_paid(order: Order, actor: Actor, at: dt.datetime) -> None:
    """A paid order earns chances in draws that say so. Chances are never sold: an order is for its goods, at their price."""
    for campaign in list_running(at, "lottery"):
        terms = terms_of(campaign)
        if terms.earned_by == "order" and order.payable_fen > 0:
            earn(campaign, terms, order.member, f"order:{order.public_id}", actor, at)


def ticket_of(campaign: Campaign, member: Member) -> str:
    """Under what a member's draws of a campaign are published: the same at each draw, told by nobody without the workspace's key, and not their id."""
    return pseudonym(f"draw:{campaign.public_id}:{member.pk}", settings.WORKSPACE.key, prefix="t")


@dataclass(frozen=True, slots=True)
class Turn:
    """One member's draw. entering : a chance that everybody is given once is given now, if it was not yet."""

    campaign_pk: int
    campaign_id: str
    member: Member
    entering: bool

    @property
    def place(self) -> tuple[int, int]:
        """Campaign row and member row."""
        return self.campaign_pk, self.member.pk


def draw(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member, entering: bool = False) -> Entry:
    """Use one chance, in the hot lane. What it draws was decided when the seed was drawn; what it gives, by what is left of the ladder.

    entering : `enter` at the same time, for a draw that gives everybody chances once
    Raises NoChanceLeft, CampaignNotOpen, NotInAudience, NotAllowed, KeyReused; LaneFull and LaneSlow (try again, same key).
    """
    LANE.require_room()
    actor.require_self(member.public_id, otherwise="campaign.write")
    meet_first(campaign, "lottery", member, actor, at)
    payload = {"campaign": campaign.public_id, "member": member.public_id}
    turn = Turn(campaign.pk, campaign.public_id, member, entering)
    done = LANE.ask(Asked(key=key, name="campaigns.draw", actor=actor, at=at, payload=payload, request=turn))
    return Entry.objects.select_related("campaign", "member").get(pk=done["entry"])


def _lock(asked: Sequence[Asked]) -> list[Chance]:
    """Take the campaigns, which put draws in order, and then the members' chances, each ascending. SQLite has taken its one lock already."""
    turns = [one.request for one in asked]
    campaigns = {one.campaign_pk for one in turns}
    if connection.features.has_select_for_update:
        list(Campaign.objects.filter(pk__in=campaigns).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    chances = Chance.objects.filter(campaign_id__in=campaigns, member_id__in={one.member.pk for one in turns})
    return list(chances.select_for_update(no_key=True).order_by("pk"))


def _draw_each(asked: Sequence[Asked], held: Sequence[Chance]) -> list[Result | LianyiError]:
    """Draw for each who has a chance, in the order in which they asked. held : the chances."""
    campaigns = campaigns_by_id([one.request.campaign_id for one in asked])
    admitted = admit_each([(campaigns[one.request.campaign_id], one.request.member, one.at) for one in asked], "lottery")
    staff = staff_among([one.request.member for one in asked])
    chances = _Chances(asked, held)
    left: dict[int, dict[int, int]] = {one.pk: {} for one in campaigns.values()}
    for prize in Prize.objects.filter(campaign_id__in=left):
        left[prize.campaign_id][prize.place] = prize.units - prize.given
    verdicts: list[LianyiError | None] = []
    drawn: list[_Drawn] = []
    for one, terms in zip(asked, admitted, strict=True):
        turn: Turn = one.request
        campaign = campaigns[turn.campaign_id]
        if turn.member.pk in staff:
            verdicts.append(no_staff(campaign))
        elif isinstance(terms, LianyiError):
            verdicts.append(terms)
        elif (own_nth := chances.use(one, terms)) is None:
            verdicts.append(NoChanceLeft())
        else:
            campaign.entries += 1
            drawn.append(_Drawn(one, _drafted(campaign, terms, turn.member, own_nth, one.at, left[campaign.pk]), terms))
            verdicts.append(None)
    chances.write()
    _write(drawn)
    entries = iter(drawn)
    return [{"entry": next(entries).entry.pk} if verdict is None else verdict for verdict in verdicts]


@dataclass(frozen=True, slots=True)
class _Drawn:
    asked: Asked
    entry: Entry
    terms: lottery.Terms

    @property
    def rung(self) -> lottery.Rung | None:
        return None if self.entry.given is None else self.terms.rungs[self.entry.given]


class _Chances:
    """The chances of a batch's members, earned and used in memory, then written together."""

    def __init__(self, asked: Sequence[Asked], held: Sequence[Chance]) -> None:
        self.rows = {(row.campaign_id, row.member_id): row for row in held}
        entering = [one.request for one in asked if one.request.entering]
        given = Earned.objects.filter(
            source=ONCE, campaign_id__in={turn.campaign_pk for turn in entering}, member_id__in={turn.member.pk for turn in entering}
        )
        self.entered = set(given.values_list("campaign_id", "member_id")) if entering else set()
        self.earned: list[tuple[Asked, Earned]] = []
        self.changed: dict[tuple[int, int], Chance] = {}

    def use(self, one: Asked, terms: lottery.Terms) -> int | None:
        """Use one chance, after giving those that everybody gets once; which of the member's draws it is, None without a chance."""
        turn: Turn = one.request
        row = self.rows.get(turn.place) or Chance(campaign_id=turn.campaign_pk, member=turn.member)
        if turn.entering and terms.earned_by == ONCE and turn.place not in self.entered:
            n = min(terms.chances, terms.most_per_member - row.earned)
            if n > 0:
                row.earned += n
                self.entered.add(turn.place)
                self.earned.append((one, Earned(campaign_id=turn.campaign_pk, member=turn.member, source=ONCE, n=n, at=one.at)))
        if row.used >= row.earned:
            return None
        row.used += 1
        self.rows[turn.place] = self.changed[turn.place] = row
        return row.used

    def write(self) -> None:
        """Write what was earned and used, each table in one statement."""
        changed = sorted(self.changed.values(), key=lambda row: (row.pk or 0, row.campaign_id, row.member_id))
        Chance.objects.bulk_update([row for row in changed if row.pk], ["earned", "used"])
        insert_all([row for row in changed if not row.pk])
        insert_all([row for _, row in self.earned])
        facts = []
        for one, row in self.earned:
            with carrying_out(one.key):
                facts.append(_earned(one.request.campaign_id, row, one.actor))
        record_all(facts)


def _drafted(campaign: Campaign, terms: lottery.Terms, member: Member, own_nth: int, at: dt.datetime, left: dict[int, int]) -> Entry:
    """A draw that is not yet written; what it gives is taken off what is left."""
    public_id = f"{ticket_of(campaign, member)}#{own_nth}"
    drawn = lottery.rung_drawn(bytes.fromhex(campaign.seed), public_id, terms.rungs)
    given = lottery.first_left(drawn, left)
    if given is not None:
        left[given] -= 1
    return Entry(
        public_id=public_id,
        campaign=campaign,
        member=member,
        nth=campaign.entries,
        own_nth=own_nth,
        drawn=drawn,
        given=given,
        state="blank" if given is None else "won",
        at=at,
        claim_until=None if given is None else at + dt.timedelta(days=terms.claim_until_days),
    )


def _write(drawn: Sequence[_Drawn]) -> None:
    """All draws, prizes, costs and facts; points and coupons, which need no claiming, are handed over at once."""
    insert_all([one.entry for one in drawn])
    for campaign_pk, n in sorted(Counter(one.entry.campaign_id for one in drawn).items()):
        Campaign.objects.filter(pk=campaign_pk).update(entries=F("entries") + n)
    won = [one for one in drawn if one.entry.given is not None]
    for (campaign_pk, place), n in sorted(Counter((one.entry.campaign_id, one.entry.given) for one in won).items()):
        Prize.objects.filter(campaign_id=campaign_pk, place=place).update(given=F("given") + n)
    facts = []
    for one in drawn:
        with carrying_out(one.asked.key):
            facts.append(_told(one.entry, one.asked.actor))
    record_all(facts)
    book_all(
        [
            Spending(
                key=f"{one.entry.campaign.public_id}:draw:{one.entry.nth}",
                campaign=one.entry.campaign,
                kind="prize",
                amount_fen=one.rung.market_fen,
                at=one.entry.at,
            )
            for one in won
            if one.rung
        ]
    )
    for one in won:
        if one.rung and one.rung.kind in ("points", "coupon"):
            with carrying_out(one.asked.key):
                _hand_over(one.entry, one.rung, one.asked.actor, one.entry.at)


def _told(entry: Entry, actor: Actor) -> Fact:
    return draft(
        name="prize_drawn",
        at=entry.at,
        actor=actor,
        campaign_id=entry.campaign.public_id,
        member_id=entry.member.public_id,
        subject_id=entry.public_id,
        kind="blank" if entry.given is None else "won",
        value=None if entry.given is None else float(entry.given),
        body={"nth": entry.nth, "drawn": entry.drawn},
    )


def _earned(campaign_id: str, row: Earned, actor: Actor) -> Fact:
    return draft(
        name="chance_earned",
        at=row.at,
        actor=actor,
        campaign_id=campaign_id,
        member_id=row.member.public_id,
        subject_id=row.source,
        quantity=row.n,
    )


def claim_prize(*, key: str, actor: Actor, at: dt.datetime, entry: Entry) -> Order | None:
    """Claim what a draw won: goods come as an order that costs nothing and is paid at once. Answers that order; None for prizes without goods.

    Raises PrizeNotClaimable, NotAllowed, KeyReused.
    """
    actor.require_self(entry.member.public_id, otherwise="campaign.write")

    def do() -> Result:
        if not Entry.objects.filter(pk=entry.pk, state="won", claim_until__gt=at).update(state="claimed"):
            raise PrizeNotClaimable
        rung = terms_of(entry.campaign).rungs[entry.given]
        order_id = ""
        if rung.kind == "goods":
            order = place_order(
                key=f"{key}:order",
                actor=SYSTEM,
                at=at,
                member=entry.member,
                lines=[Line(get_product(rung.product_id), 1, 0)],
                campaign_id=entry.campaign.public_id,
                stock_of=f"campaign:{entry.campaign.public_id}",
            )
            order_id = order.public_id
            # It costs nothing and waits for nobody: left unpaid it would be closed, and the prize with it.
            pay_order(key=f"{key}:paid", actor=SYSTEM, at=at, order=order, reference=f"prize:{entry.pk}", amount_fen=0)
        record(
            name="prize_claimed", at=at, actor=actor, campaign_id=entry.campaign.public_id, member_id=entry.member.public_id,
            subject_id=entry.public_id, order_id=order_id,
        )  # fmt: skip
        return {"order": order_id}

    done = execute(key=key, name="campaigns.claim_prize", actor=actor, at=at, payload={"entry": entry.pk}, do=do)
    return get_order(done["order"]) if done["order"] else None


def forfeit_due(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> int:
    """Prizes that nobody claimed in time are forfeited; answers how many."""
    n = 0
    for entry in (
        Entry.objects.select_related("campaign", "member").filter(state="won", claim_until__lte=at).order_by("claim_until", "id")[:at_once]
    ):

        def do(entry: Entry = entry) -> Result:
            done = bool(Entry.objects.filter(pk=entry.pk, state="won").update(state="forfeited"))
            if done:
                record(
                    name="prize_forfeited",
                    at=at,
                    actor=actor,
                    campaign_id=entry.campaign.public_id,
                    member_id=entry.member.public_id,
                    subject_id=entry.public_id,
                )
            return {"done": done}

        n += execute(key=f"entry:{entry.pk}:forfeit", name="campaigns.forfeit", actor=actor, at=at, payload={"entry": entry.pk}, do=do)[
            "done"
        ]
    return n


def reveal(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign) -> Campaign:
    """Publish the seed, once nobody can draw or be helped any more. Raises DrawNotOver, NotAllowed, KeyReused."""
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        if now.state not in ("closed", "settled"):
            raise DrawNotOver
        if Campaign.objects.filter(pk=now.pk, revealed_at__isnull=True).update(revealed_at=at):
            ids = list(Entry.objects.filter(campaign=now).values_list("public_id", flat=True))
            body = {"seed": now.seed, "commitment": now.commitment, "entries": len(ids), "root": merkle_root(ids)}
            record(name="draw_revealed", at=at, actor=actor, campaign_id=now.public_id, body=body)
        return {"campaign": now.public_id}

    execute(key=key, name="campaigns.reveal", actor=actor, at=at, payload={"campaign": campaign.public_id}, do=do)
    return get_campaign(campaign.public_id)


def _hand_over(entry: Entry, rung: lottery.Rung, actor: Actor, at: dt.datetime) -> None:
    """Points and coupons need no claiming."""
    Entry.objects.filter(pk=entry.pk).update(state="claimed")
    ledgering.give("points", entry.member, rung.points, key=f"entry:{entry.pk}", actor=actor, at=at)
    if rung.coupon:
        issue_from(rung.coupon, entry.member, actor, at, source=f"prize:{entry.pk}"[:24])
    record(
        name="prize_claimed",
        at=at,
        actor=actor,
        campaign_id=entry.campaign.public_id,
        member_id=entry.member.public_id,
        subject_id=entry.public_id,
    )


LANE = Lane("draws", _lock, _draw_each)
