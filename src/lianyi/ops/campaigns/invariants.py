"""What must always be true of campaigns."""

from collections import Counter

from django.db.models import Count, F, Q, Sum

from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import lottery
from lianyi.ops.campaigns.models import (
    Accrual,
    Bargain,
    Campaign,
    Chance,
    CheckIn,
    Claim,
    Coupon,
    CouponPool,
    Entry,
    Grabbed,
    Help,
    Prize,
    Review,
    Reward,
    Seat,
    Spending,
    Team,
)
from lianyi.ops.campaigns.rules.commission import LEVELS_LIMIT, Plan, due_fen
from lianyi.ops.campaigns.rules.commitment import commitment
from lianyi.ops.campaigns.rules.machine import MACHINE
from lianyi.ops.campaigns.selectors.campaigns import terms_of
from lianyi.ops.campaigns.services.bargains import cuts_of
from lianyi.ops.journal.checking import Found, Invariant, Scope
from lianyi.ops.journal.selectors import iterate_facts
from lianyi.ops.ledger.selectors import sums_by_key

AT_ONCE = 2_000
# Which seats a team counts as joined, by its state.
COUNTED = {"open": {"paid"}, "full": {"paid", "refunded"}, "expired": {"refunded"}, "cancelled": set()}


def teams_count_their_members(scope: Scope, found: Found) -> None:
    """joined and held are the seats; a team is full exactly when joined = size, and was told of what it became once."""
    told = Counter(
        (fact.name, said["subject_id"]) for fact, said in iterate_facts("team_completed", "team_failed", "team_cancelled", "team_joined")
    )
    seats: dict[int, Counter[str]] = {}
    for team_pk, state in Seat.objects.values_list("team_id", "state"):
        seats.setdefault(team_pk, Counter())[state] += 1
    names = {"full": "team_completed", "expired": "team_failed", "cancelled": "team_cancelled"}
    for team in Team.objects.iterator(AT_ONCE):
        mine = seats.get(team.pk, Counter())
        joined = sum(mine[state] for state in COUNTED[team.state])
        found.expect(
            (team.joined, team.held) == (joined, mine["held"]),
            f"team {team.public_id} says {team.joined}+{team.held}, its seats {dict(mine)}",
        )
        found.expect(
            (team.state == "full") == (team.joined == team.size), f"team {team.public_id} is {team.state} with {team.joined}/{team.size}"
        )
        for state, name in names.items():
            n = told[name, team.public_id]
            found.expect(n == (team.state == state), f"team {team.public_id} is {team.state}, {name} was told {n} times")


def expired_teams_are_refunded(scope: Scope, found: Found) -> None:
    """Every paid order of a team that was not filled has exactly one refund."""
    seats = Seat.objects.filter(team__state="expired", state="refunded").select_related("order", "team")
    for seat in seats.annotate(refunds=Count("order__refunds", filter=Q(order__refunds__kind="order"))):
        found.expect(seat.refunds == 1, f"order {seat.order.public_id} of team {seat.team.public_id} has {seat.refunds} refunds")
    for seat in Seat.objects.filter(team__state__in=("expired", "cancelled"), state__in=("held", "paid")).select_related("team")[:100]:
        found.fault(f"seat {seat} of {seat.team.state} team is {seat.state}")


def nobody_sits_twice(scope: Scope, found: Found) -> None:
    """A member has one seat in a team at most, those given up apart."""
    found.checked += Seat.objects.count()
    twice = Seat.objects.exclude(state="released").values("team_id", "member_id").annotate(n=Count("id")).filter(n__gt=1)
    for row in twice[:100]:
        found.fault(f"member {row['member_id']} has {row['n']} seats in team {row['team_id']}")


def bargains_add_up(scope: Scope, found: Found) -> None:
    """What was cut is the sum of helps, each of them the cut that the seed says, and never below the floor."""
    helps: dict[int, list[tuple[int, int]]] = {}
    for bargain_pk, nth, cut in Help.objects.order_by("bargain_id", "nth").values_list("bargain_id", "nth", "cut_fen"):
        helps.setdefault(bargain_pk, []).append((nth, cut))
    for bargain in Bargain.objects.select_related("campaign").iterator(AT_ONCE):
        mine = helps.get(bargain.pk, [])
        cuts = cuts_of(bargain)
        found.expect(
            bargain.cut_fen == sum(cut for _, cut in mine) <= bargain.start_fen - bargain.floor_fen and bargain.helps == len(mine),
            f"bargain {bargain.public_id} says {bargain.cut_fen} by {bargain.helps}, its helps {mine}",
        )
        found.expect(
            mine == list(enumerate(cuts[: len(mine)], start=1)), f"bargain {bargain.public_id}: the cuts are not those of the seed"
        )


def helpers_help_once(scope: Scope, found: Found) -> None:
    """A member helps a bargain once at most, and never their own."""
    found.checked += Help.objects.count()
    for row in Help.objects.values("bargain_id", "helper_id").annotate(n=Count("id")).filter(n__gt=1)[:100]:
        found.fault(f"member {row['helper_id']} helped bargain {row['bargain_id']} {row['n']} times")
    for help_ in Help.objects.filter(Q(helper=F("bargain__member")) | ~Q(owner=F("bargain__member")))[:100]:
        found.fault(f"help {help_} is by the owner, or names another")


def invitations_are_single(scope: Scope, found: Found) -> None:
    """Who was invited has one inviter, the one who brought them, and never themself."""
    for claim in Claim.objects.select_related("invitee").iterator(AT_ONCE):
        found.expect(
            claim.inviter_id == claim.invitee.referrer_id and claim.inviter_id < claim.invitee_id,
            f"claim {claim}: the member was brought by {claim.invitee.referrer_id}",
        )


def rewards_are_the_plans(scope: Scope, found: Found) -> None:
    """A confirmed invitation has the rewards its terms promise, each given at most once, and the ledger says the same."""
    given = sums_by_key("reward:")
    links = Reward.objects.filter(side="inviter", step__gt=0).values("claim__campaign_id", "claim__inviter_id", "step")
    for row in links.annotate(n=Count("id")).filter(n__gt=1)[:100]:
        found.fault(f"member {row['claim__inviter_id']} reached link {row['step']} of the chain {row['n']} times")
    for claim in Claim.objects.select_related("campaign").prefetch_related("rewards").iterator(AT_ONCE):
        rewards = list(claim.rewards.all())
        if claim.confirmed_at is None:
            found.expect(not rewards, f"claim {claim} has rewards and was never confirmed")
            continue
        terms = terms_of(claim.campaign)
        wanted = {"invitee"} if terms.invitee_points or terms.invitee_coupon else set()
        sides = {one.side for one in rewards if one.step == 0}
        found.expect(wanted <= sides, f"claim {claim} lacks a reward")
        found.expect(
            all(one.state in ("denied", "given") for one in rewards) or claim.state == "confirmed",
            f"claim {claim} is void with rewards to come",
        )
    for reward in Reward.objects.exclude(points=0).iterator(AT_ONCE):
        posted = given.get(f"reward:{reward.pk}", 0)
        found.expect(
            posted == (reward.points if reward.state == "given" else 0), f"reward {reward.pk} is {reward.state}, the ledger gave {posted}"
        )


def draws_recompute(scope: Scope, found: Found) -> None:
    """No more prizes are given than there are; every draw follows from the seed whose hash was published, in its order."""
    for campaign in Campaign.objects.filter(mechanic="lottery"):
        seed = bytes.fromhex(campaign.seed)
        found.expect(
            commitment(seed, campaign.public_id) == campaign.commitment,
            f"campaign {campaign.public_id}: the seed is not the one committed to",
        )
        entries = list(Entry.objects.filter(campaign=campaign).order_by("nth"))
        found.expect(
            [one.nth for one in entries] == list(range(1, campaign.entries + 1)),
            f"campaign {campaign.public_id}: draws are not numbered without gaps",
        )
        replayed = lottery.replay(seed, [one.public_id for one in entries], terms_of(campaign).rungs)
        for entry, (_, drawn, given) in zip(entries, replayed, strict=True):
            found.expect((entry.drawn, entry.given) == (drawn, given), f"draw {entry.public_id} gave {entry.given}, the seed says {given}")
        counts = Counter(one.given for one in entries)
        for prize in Prize.objects.filter(campaign=campaign):
            found.expect(
                prize.given == counts[prize.place] <= prize.units, f"prize {prize}: {prize.given} given, {counts[prize.place]} drawn"
            )
    used = {(c, m): n for c, m, n in Entry.objects.values_list("campaign_id", "member_id").annotate(n=Count("id"))}
    for chance in Chance.objects.iterator(AT_ONCE):
        n = used.get((chance.campaign_id, chance.member_id), 0)
        found.expect(chance.used == n <= chance.earned, f"chance {chance}: {n} draws")


def coupons_are_used_once(scope: Scope, found: Found) -> None:
    """A coupon is used by one live order at most; as many were issued as there are, within the total and each member's share."""
    for coupon in Coupon.objects.filter(state="used").select_related("order").iterator(AT_ONCE):
        found.expect(coupon.order is not None and coupon.order.state != "closed", f"coupon {coupon.public_id} is used by no live order")
        found.expect(
            coupon.used_at is not None and coupon.used_at < coupon.expires_at, f"coupon {coupon.public_id} was used after its time"
        )
    issued = dict(Coupon.objects.values_list("campaign_id").annotate(n=Count("id")))
    for pool in CouponPool.objects.all():
        n = issued.get(pool.campaign_id, 0)
        found.expect(pool.issued == n <= pool.total, f"pool {pool}: {n} coupons")
    by_member = {(c, m): n for c, m, n in Coupon.objects.values_list("campaign_id", "member_id").annotate(n=Count("id"))}
    for row in Grabbed.objects.iterator(AT_ONCE):
        n = by_member.get((row.campaign_id, row.member_id), 0)
        found.expect(row.n == n <= row.allowed, f"member {row.member_id} was counted {row.n} coupons and has {n}")


def commission_adds_up(scope: Scope, found: Found) -> None:
    """Pending + released + taken back = accrued, two levels at most, an order's levels within rates and cap; the ledger says the same."""
    posted: Counter[str] = Counter()
    for key, amount in sums_by_key("order:").items():
        posted[":".join(key.split(":")[:4])] += amount
    per_order: Counter[int] = Counter()
    for accrual in Accrual.objects.select_related("order").iterator(AT_ONCE):
        net = posted[f"order:{accrual.order.public_id}:{accrual.kind}:{accrual.level}"]
        found.expect(
            net == accrual.amount - accrual.reversed, f"accrual {accrual}: {accrual.amount}-{accrual.reversed}, the ledger holds {net}"
        )
        if accrual.kind == "commission":
            plan = Plan(tuple(accrual.plan["rates_bp"]), accrual.plan["cap_fen"])
            per_order[accrual.order_id] += accrual.amount
            found.expect(
                1 <= accrual.level <= LEVELS_LIMIT and accrual.amount == due_fen(accrual.base_fen, plan)[accrual.level - 1],
                f"commission {accrual} is not what its plan says",
            )
            found.expect(
                not plan.cap_fen or per_order[accrual.order_id] <= plan.cap_fen,
                f"commission of order {accrual.order.public_id} is above its cap",
            )


def refunds_leave_nothing(scope: Scope, found: Found) -> None:
    """An order that went back whole leaves nobody points or commission."""
    for accrual in Accrual.objects.filter(order__state="refunded").select_related("order"):
        found.expect(
            accrual.reversed == accrual.amount,
            f"order {accrual.order.public_id} went back, {accrual} keeps {accrual.amount - accrual.reversed}",
        )


def held_rewards_are_under_review(scope: Scope, found: Found) -> None:
    """Whatever is held has an open review, and whatever a person decided is not held."""
    open_ = set(Review.objects.filter(state="open").values_list("subject", "subject_id"))
    held = {("reward", pk) for pk in Reward.objects.filter(state="held").values_list("pk", flat=True)}
    held |= {("accrual", pk) for pk in Accrual.objects.filter(state="held").values_list("pk", flat=True)}
    found.checked += len(held | open_)
    for subject, pk in held - open_:
        found.fault(f"{subject} {pk} is held and nobody looks at it")


def campaigns_walk_their_machine(scope: Scope, found: Found) -> None:
    """The facts of each campaign are a path of its machine, and end where it is."""
    legal = {(state, to) for (state, _), to in MACHINE.items()}
    now: dict[str, str] = {}
    for _, said in iterate_facts("campaign_changed"):
        id_, kind = said["campaign_id"], said["kind"]
        before = now.get(id_)
        # A revision tells of the state again.
        found.expect(before is None or before == kind or (before, kind) in legal, f"campaign {id_} went from {before} to {kind}")
        now[id_] = kind
    for campaign in Campaign.objects.all():
        found.expect(
            now.get(campaign.public_id) == campaign.state,
            f"campaign {campaign.public_id} is {campaign.state}, its facts say {now.get(campaign.public_id)}",
        )


def effects_are_told(scope: Scope, found: Found) -> None:
    """Every coupon, draw, help, invitation and check-in is told in exactly one fact, and nothing else is."""
    told = Counter(
        (fact.name, said["campaign_id"] if fact.name in {"referral_claimed", "checked_in"} else said["subject_id"])
        for fact, said in iterate_facts("coupon_issued", "prize_drawn", "bargain_helped", "referral_claimed", "checked_in")
    )
    there: Counter[tuple[str, str]] = Counter()
    for name, model, field in (
        ("coupon_issued", Coupon, "public_id"),
        ("prize_drawn", Entry, "public_id"),
        ("bargain_helped", Help, "bargain__public_id"),
        ("referral_claimed", Claim, "campaign__public_id"),
        ("checked_in", CheckIn, "campaign__public_id"),
    ):
        there.update((name, id_) for id_ in model.objects.values_list(field, flat=True).iterator(AT_ONCE))
    for name, id_ in there.keys() | told.keys():
        found.expect(there[name, id_] == told[name, id_], f"{name} of {id_}: {told[name, id_]} facts, {there[name, id_]} rows")


def teams_and_bargains_rebuild(scope: Scope, found: Found) -> None:
    """Replaying the facts gives every team's count and state, and every bargain's helps and cut."""
    ends = {"team_completed": "full", "team_failed": "expired", "team_cancelled": "cancelled"}
    joined: Counter[str] = Counter()
    states: dict[str, str] = {}
    helps: Counter[str] = Counter()
    cuts: Counter[str] = Counter()
    for fact, said in iterate_facts("team_joined", "team_left", *ends, "bargain_helped"):
        id_ = said["subject_id"]
        if fact.name in ends:
            states[id_] = ends[fact.name]
        elif fact.name == "bargain_helped":
            helps[id_] += 1
            cuts[id_] += said["amount_fen"]
        else:
            joined[id_] += 1 if fact.name == "team_joined" else -1
    for team in Team.objects.iterator(AT_ONCE):
        seen = (states.get(team.public_id, "open"), joined[team.public_id])
        found.expect((team.state, team.joined) == seen, f"team {team.public_id} is {team.state} with {team.joined}, its facts say {seen}")
    for bargain in Bargain.objects.iterator(AT_ONCE):
        told = (helps[bargain.public_id], cuts[bargain.public_id])
        found.expect((bargain.helps, bargain.cut_fen) == told, f"bargain {bargain.public_id}: its facts say {told}")


def budgets_are_what_was_spent(scope: Scope, found: Found) -> None:
    """What a budget counts as spent is the sum of what its campaigns spent."""
    spent = dict(Spending.objects.exclude(campaign__budget=None).values_list("campaign__budget_id").annotate(n=Sum("amount_fen")))
    for campaign in Campaign.objects.exclude(budget=None).select_related("budget"):
        budget = campaign.budget
        found.expect(
            budget.spent_fen == spent.get(budget.pk, 0),
            f"budget {budget.public_id} says {budget.spent_fen}, its campaigns {spent.get(budget.pk, 0)}",
        )


INVARIANTS = (
    Invariant(
        11,
        Text(zh="团的人数与座位一致，满员即成团", en="A team's count is its seats; full exactly when all have joined"),
        teams_count_their_members,
    ),
    Invariant(
        12, Text(zh="未成团的已付订单恰退一次", en="Every paid order of an unfilled team has one refund"), expired_teams_are_refunded
    ),
    Invariant(13, Text(zh="一人在一个团里至多一次", en="A member sits in a team once at most"), nobody_sits_twice),
    Invariant(14, Text(zh="砍掉的等于各刀之和，不低于底价", en="What was cut is the sum of helps, not below the floor"), bargains_add_up),
    Invariant(15, Text(zh="一人帮一单一次，不帮自己", en="One help per member and bargain, none of one's own"), helpers_help_once),
    Invariant(16, Text(zh="邀请人唯一，不是自己", en="One inviter, never oneself"), invitations_are_single),
    Invariant(17, Text(zh="奖励与条款一致，各一次", en="Rewards are those promised, each once"), rewards_are_the_plans),
    Invariant(18, Text(zh="奖品不超发，结果可由种子重算", en="No prize too many; every draw follows from the seed"), draws_recompute),
    Invariant(19, Text(zh="一张券至多用于一张有效订单", en="A coupon is used by one live order at most"), coupons_are_used_once),
    Invariant(23, Text(zh="佣金与积分收付相抵，至多两级", en="Commission and points add up, two levels at most"), commission_adds_up),
    Invariant(24, Text(zh="全退的订单不留积分和佣金", en="An order that went back leaves no points or commission"), refunds_leave_nothing),
    Invariant(25, Text(zh="每张券、每次抽奖与帮砍恰有一条事实", en="Every coupon, draw and help is told once"), effects_are_told),
    Invariant(26, Text(zh="活动的事实是一条合法路径", en="Each campaign's facts are a legal path"), campaigns_walk_their_machine),
    Invariant(27, Text(zh="由事实重算得到团与砍价", en="The facts rebuild teams and bargains"), teams_and_bargains_rebuild),
    Invariant(34, Text(zh="扣住的奖励都在复核", en="Whatever is held is under review"), held_rewards_are_under_review),
    Invariant(35, Text(zh="预算花费等于活动花费之和", en="A budget's spending is the sum of its campaigns'"), budgets_are_what_was_spent),
)
