"""Earning chances, drawing, claiming prizes, publishing the seed."""

import datetime as dt

from django.conf import settings
from django.db.models import F

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.ids import pseudonym
from lianyi.ops.campaigns.mechanics import lottery
from lianyi.ops.campaigns.models import Campaign, Chance, Earned, Entry, Prize
from lianyi.ops.campaigns.refusals import DrawNotOver, NoChanceLeft, PrizeNotClaimable
from lianyi.ops.campaigns.rules.commitment import merkle_root
from lianyi.ops.campaigns.selectors.campaigns import get_campaign, list_running, terms_of
from lianyi.ops.campaigns.services import ledgering
from lianyi.ops.campaigns.services.admission import admit, require_no_staff
from lianyi.ops.campaigns.services.coupons import issue_from
from lianyi.ops.campaigns.services.spending import book
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order, get_order, get_product
from lianyi.ops.shop.services import Line, pay_order, place_order

AT_ONCE = 200


def enter(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> int:
    """Get the chances that a draw gives everybody once; answers how many are left to draw. Raises CampaignNotOpen, NotInAudience, KeyReused."""
    actor.require_self(member.public_id, otherwise="campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        require_no_staff(now, member)
        terms = admit(now, "lottery", member, actor, at)
        if terms.earned_by == "once":
            earn(now, terms, member, "once", actor, at)
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
    Earned.objects.create(campaign=campaign, member=member, source=source, n=n, at=at)
    Chance.objects.filter(pk=row.pk).update(earned=F("earned") + n)
    record(
        name="chance_earned", at=at, actor=actor, campaign_id=campaign.public_id, member_id=member.public_id, subject_id=source, quantity=n
    )
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


def draw(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> Entry:
    """Use one chance. What it draws was decided when the seed was drawn; what it gives, by what is left of the ladder.

    Raises NoChanceLeft, CampaignNotOpen, NotInAudience, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        require_no_staff(now, member)
        terms = admit(now, "lottery", member, actor, at)
        if not Chance.objects.filter(campaign=now, member=member, used__lt=F("earned")).update(used=F("used") + 1):
            raise NoChanceLeft
        own_nth = Chance.objects.get(campaign=now, member=member).used
        # The row of the campaign puts draws in order; what is left of the ladder is read under it.
        nth = _next(now)
        public_id = f"{ticket_of(now, member)}#{own_nth}"
        drawn = lottery.rung_drawn(bytes.fromhex(now.seed), public_id, terms.rungs)
        left = {prize.place: prize.units - prize.given for prize in Prize.objects.filter(campaign=now)}
        given = lottery.first_left(drawn, left)
        entry = Entry.objects.create(
            public_id=public_id,
            campaign=now,
            member=member,
            nth=nth,
            own_nth=own_nth,
            drawn=drawn,
            given=given,
            state="blank" if given is None else "won",
            at=at,
            claim_until=None if given is None else at + dt.timedelta(days=terms.claim_until_days),
        )
        if given is not None:
            Prize.objects.filter(campaign=now, place=given).update(given=F("given") + 1)
            book(now, "prize", terms.rungs[given].market_fen, key=f"{now.public_id}:draw:{nth}", at=at)
        record(
            name="prize_drawn", at=at, actor=actor, campaign_id=now.public_id, member_id=member.public_id, subject_id=public_id,
            kind="blank" if given is None else "won", value=None if given is None else float(given), body={"nth": nth, "drawn": drawn},
        )  # fmt: skip
        if given is not None and terms.rungs[given].kind in ("points", "coupon"):
            _hand_over(entry, terms.rungs[given], actor, at)
        return {"entry": entry.pk}

    payload = {"campaign": campaign.public_id, "member": member.public_id}
    return Entry.objects.select_related("campaign", "member").get(
        pk=execute(key=key, name="campaigns.draw", actor=actor, at=at, payload=payload, do=do)["entry"]
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


def _next(campaign: Campaign) -> int:
    """The next number of a campaign's draws, without gaps; its row is ours until we commit."""
    Campaign.objects.filter(pk=campaign.pk).update(entries=F("entries") + 1)
    return int(Campaign.objects.filter(pk=campaign.pk).values_list("entries", flat=True).get())
