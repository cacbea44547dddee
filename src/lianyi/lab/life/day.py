"""What happened on one day, as columns. People are their places in the population; instants are microseconds after midnight."""

from dataclasses import dataclass

from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags

# How far a visit went.
PAGE, PRODUCT, CART, CHECKOUT, PLACED, PAID = range(1, 7)


@dataclass(frozen=True, slots=True)
class Joins:
    """(j,) each: who became a member. referrer -1 nobody; campaign -1 none."""

    who: Ints
    channel: Ints
    referrer: Ints
    campaign: Ints
    at_us: Ints


@dataclass(frozen=True, slots=True)
class Touches:
    """(t,) each: contents that reached people.

    referrer : who shared it, -1 nobody
    seen     : False where it was withheld, at random, to measure what sharing does
    clicked  : it was opened
    luck     : (t,) uniform, for what a reader does next
    """

    who: Ints
    channel: Ints
    content: Ints
    referrer: Ints
    seen: Flags
    clicked: Flags
    at_us: Ints
    luck: Reals

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True, slots=True)
class Visits:
    """(v,) each: browsing that did not set out to buy. stage : PAGE | PRODUCT | CART; product -1 where none was looked at."""

    who: Ints
    channel: Ints
    stage: Ints
    product: Ints
    at_us: Ints


@dataclass(frozen=True, slots=True)
class Heard:
    """(h,) each: who came to know of a campaign. taking_part : and joined it."""

    who: Ints
    campaign: Ints
    channel: Ints
    taking_part: Flags
    at_us: Ints


@dataclass(frozen=True, slots=True)
class Orders:
    """(o,) each: attempts to buy, and (l,) their lines.

    number   : of the order, counted from the first day
    stage    : PAID, or where the attempt ended: CHECKOUT, PLACED
    stopped  : 0 not, 1 the way to checkout, 2 stock, 3 a team that did not fill
    team     : number of the group-buy team, -1 none; opens : it is the first of its team
    referrer, partner, campaign : whose touch it followed, -1 none
    refund_days : days after which everything goes back, -1 never
    amount_fen  : sum of its lines
    line_order  : (l,) place in the columns above
    product, quantity, line_fen : (l,)
    """

    number: Ints
    who: Ints
    stage: Ints
    stopped: Ints
    channel: Ints
    referrer: Ints
    partner: Ints
    campaign: Ints
    team: Ints
    opens: Flags
    refund_days: Ints
    amount_fen: Ints
    cost_fen: Ints
    at_us: Ints
    line_order: Ints
    product: Ints
    quantity: Ints
    line_fen: Ints

    @property
    def paid(self) -> Flags:
        """(o,) which were paid."""
        paid: Flags = self.stage == PAID
        return paid

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, slots=True)
class Reading:
    """(r,) each: what readers did with what they had opened. All are places in the day's touches."""

    liked: Ints
    collected: Ints
    commented: Ints
    shared: Ints


@dataclass(frozen=True, slots=True)
class Chats:
    """(m,) each: messages in groups. tone : 0 chatter, 1 question, 2 complaint, 3 praise. luck : (m,) uniform."""

    who: Ints
    tone: Ints
    at_us: Ints
    luck: Reals


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that happened on a day; `d` counts from the first day of the world."""

    d: int
    joins: Joins
    left: Ints
    invited: Ints  # (i,) inviter of each invitation sent
    touches: Touches
    reading: Reading
    heard: Heard
    visits: Visits
    orders: Orders
    order_shares: Ints  # (s,) places in the orders that were shared
    chats: Chats
