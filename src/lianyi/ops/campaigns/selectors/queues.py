"""What waits for a decision of a person: doubts about rewards, and commission to be paid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from lianyi.kernel.errors import NotThere
from lianyi.kernel.pages import PER_PAGE, Page, order_of, page_of
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import Accrual, Entry, Review, Reward, Withdrawal
from lianyi.ops.campaigns.refusals import ReviewUnknown
from lianyi.ops.campaigns.selectors.referrals import find_review

REVIEWS_BY = {"opened": "opened_at", "score": "score"}
WITHDRAWALS_BY = {"requested": "requested_at", "amount": "amount_fen"}


@dataclass(frozen=True, slots=True)
class Stake:
    """What a doubt is about. points, amount_fen : what is held; said : a prize's or a coupon's name, "" for none; order_id : that it rests on."""

    points: int = 0
    amount_fen: int = 0
    said: str = ""
    order_id: str = ""


def page_reviews(
    *,
    state: str = "",
    words: str = "",
    sort: str = "-opened",
    number: int = 1,
    size: int = PER_PAGE,
    chosen: Sequence[str] | None = None,
) -> Page[Review]:
    """Doubts with their member and campaign. words : the beginning of a member's id; chosen : ids of these only.

    Raises UnknownName for an order the list does not have.
    """
    reviews = Review.objects.select_related("member", "campaign").order_by(order_of(REVIEWS_BY, sort), "-id")
    if state:
        reviews = reviews.filter(state=state)
    if words:
        reviews = reviews.filter(member__public_id__startswith=words)
    if chosen is not None:
        reviews = reviews.filter(public_id__in=chosen)
    return page_of(reviews, number, size)


def count_reviews_open() -> int:
    """Doubts that nobody decided yet."""
    return Review.objects.filter(state="open").count()


def get_review(public_id: str) -> Review:
    """A doubt by public id. Raises ReviewUnknown."""
    found = find_review(public_id)
    if found is None:
        raise ReviewUnknown(review=public_id)
    return found


def stake_of(review: Review) -> Stake:
    """What is held because of a doubt."""
    if review.subject == "reward":
        reward = Reward.objects.select_related("claim__order").get(pk=review.subject_id)
        order = reward.claim.order
        return Stake(points=reward.points, said=reward.badge or reward.coupon, order_id=order.public_id if order else "")
    if review.subject == "accrual":
        accrual = Accrual.objects.select_related("order").get(pk=review.subject_id)
        left = accrual.amount - accrual.reversed
        kept = {"points": left} if accrual.kind == "points" else {"amount_fen": left}
        return Stake(**kept, order_id=accrual.order.public_id)
    entry = Entry.objects.filter(pk=review.subject_id).first()
    return Stake(said=str(entry) if entry else "")


def page_withdrawals(
    *, state: str = "", words: str = "", sort: str = "-requested", number: int = 1, size: int = PER_PAGE
) -> Page[Withdrawal]:
    """Withdrawals with their member, those to decide among them. Raises UnknownName for an order the list does not have."""
    chosen = (
        Withdrawal.objects.select_related("member")
        .annotate(net_fen=F("amount_fen") - F("tax_fen"))
        .order_by(order_of(WITHDRAWALS_BY, sort), "-id")
    )
    if state:
        chosen = chosen.filter(state=state)
    if words:
        chosen = chosen.filter(member__public_id__startswith=words)
    return page_of(chosen, number, size)


def get_withdrawal(public_id: str) -> Withdrawal:
    """A withdrawal with its member. Raises NotThere."""
    found = Withdrawal.objects.filter(public_id=public_id).select_related("member").first()
    if found is None:
        raise NotThere(what=Text(zh="提现申请", en="withdrawal"), given=public_id)
    return found


def count_withdrawals_waiting() -> int:
    """Withdrawals that nobody decided yet."""
    return Withdrawal.objects.filter(state="requested").count()
