"""What may be true in a world. Every number is a cause in the simulation, never a result of it."""

from dataclasses import dataclass, field

from lianyi.kernel.text import Text

# How people come: the codes of channels are their places here.
CHANNELS = ("direct", "search", "feed", "social", "group", "paid", "partner", "live")
MECHANICS = ("flash_sale", "group_buy", "bargain", "coupon", "referral", "live", "lottery")
# What may change in the course of a world.
DRIFTS = ("visits", "intent", "checkout", "joins", "quality", "replies", "stock", "tracking", "refunds", "speed")

# Goals that grow with the population.
GOALS_A_PERSON = ("net_sales", "new_members", "orders")


@dataclass(frozen=True, slots=True)
class People:
    """Who there is.

    joined_share   : share of the population that are members on the first day
    joins_a_day    : share of the others who join of themselves on a day
    visits_a_day   : mean visits of a member
    activity_shape : shape of the gamma law over members: small is uneven
    homophily      : how alike friends are: standard deviation, on the log scale, of the activity and buying that a circle shares
    anonymous_share: share of browsing before anyone has logged in: the device is known, the member only later
    platforms      : where members are at home, by weight
    """

    joined_share: float = 0.7
    joins_a_day: float = 0.0015
    visits_a_day: float = 0.22
    activity_shape: float = 0.6
    homophily: float = 0.0
    anonymous_share: float = 0.0
    platforms: dict[str, float] = field(
        default_factory=lambda: {"微信·苹果": 0.26, "微信·安卓": 0.30, "抖音": 0.2, "小红书": 0.14, "天猫": 0.1}
    )


@dataclass(frozen=True, slots=True)
class Buying:
    """How people buy: a BG/NBD-like law, thinned and lifted by what happens to them.

    orders_a_day, rate_shape : mean and shape of the gamma law of the members' own rates
    dropout_a, dropout_b : beta law of the chance to lapse after an order
    lapsed_share : members of old who have lapsed before the first day
    lines        : mean further lines of an order
    refund_share, complaint_share, review_share : of orders
    """

    orders_a_day: float = 0.012
    rate_shape: float = 0.8
    dropout_a: float = 0.8
    dropout_b: float = 6.0
    lapsed_share: float = 0.3
    lines: float = 0.35
    refund_share: float = 0.04
    complaint_share: float = 0.012
    review_share: float = 0.08


@dataclass(frozen=True, slots=True)
class Circles:
    """Who knows whom, and who chats where.

    friends      : mean number of friends (log-normal, at most 2,000)
    within_share : friends within one's own circle of 50
    group_share  : members who are in a chat group; group_size : members of one, at most 500
    posts_a_day  : mean messages of a group member
    questions_share, negative_share : of messages
    reply_share, reply_minutes : share of questions answered, and the median minutes to the answer
    promotions_a_week : posts of the team in every group
    """

    friends: float = 10.0
    within_share: float = 0.6
    group_share: float = 0.35
    group_size: int = 180
    posts_a_day: float = 0.05
    questions_share: float = 0.25
    negative_share: float = 0.03
    reply_share: float = 0.9
    reply_minutes: float = 18.0
    promotions_a_week: float = 3.0


@dataclass(frozen=True, slots=True)
class Contents:
    """What is published, and how it is met.

    posts_a_day    : team posts on all platforms together
    exposures_a_day: mean feed exposures of a member
    click_share    : clicks on an ordinary post
    fading_a_day   : how fast a post is shown less, as a rate
    quality_spread : standard deviation of log quality
    hard_ad_share, original_share : of posts
    """

    posts_a_day: float = 4.0
    exposures_a_day: float = 0.65
    click_share: float = 0.1
    fading_a_day: float = 0.25
    quality_spread: float = 0.4
    hard_ad_share: float = 0.15
    original_share: float = 0.82


@dataclass(frozen=True, slots=True)
class Influence:
    """What being reached does to the rate of buying: its logarithm rises by `weight` with each touch and falls back by half-lives.

    weights : channel -> weight of one touch; a channel that is not named has none
    half_life_days : of a touch
    most    : the logarithm rises by no more than this
    reach_share    : chance that a friend meets what a member shared
    withheld_share : random part of friends' shares that is not shown, so that their effect can be measured
    share_a, share_b : beta law of the chance to share what one read
    bought_share_times : a purchase is shared so many times as readily
    """

    weights: dict[str, float] = field(default_factory=dict)
    half_life_days: float = 3.0
    most: float = 1.2
    reach_share: float = 0.2
    withheld_share: float = 0.0
    share_a: float = 0.6
    share_b: float = 14.0
    bought_share_times: float = 4.0


@dataclass(frozen=True, slots=True)
class Inviting:
    """How members bring members.

    mean       : invitees who join, per new member, in the end
    dispersion : k of the negative binomial; small is uneven
    delay_days, delay_spread : median and log standard deviation from the inviter's joining to the invitee's
    """

    mean: float = 0.12
    dispersion: float = 0.5
    delay_days: float = 2.0
    delay_spread: float = 0.9


@dataclass(frozen=True, slots=True)
class Ads:
    """Bought reach.

    reach_a_day : share of members an advertisement reaches on a day
    targeting   : 0 anyone; 1 mostly those who buy often anyway
    cost_fen    : of one exposure
    """

    reach_a_day: float = 0.0
    targeting: float = 0.0
    cost_fen: float = 6.0


@dataclass(frozen=True, slots=True)
class Partners:
    """Creators who post for the brand.

    number, posts_a_week : how many, and the posts of each
    reach_share : share of members who follow one of them, on average
    """

    number: int = 0
    posts_a_week: float = 0.5
    reach_share: float = 0.04


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign.

    from_day, days : its span, counted from the first day of the world
    aware_share    : members who hear of it; holdout_share : members who, at random, are kept from it
    lift           : mean rise of the logarithm of the rate of buying, for the aware; negative would repel
    uneven         : 0 the same for all; 1 as uneven as their sensitivity to prices is
    pulled_share, pulled_days : how much less, and how long, those buy later who bought in it
    off_share      : discount
    invites        : invitees per aware member, in a referral campaign
    stock          : pieces allotted; 0 no limit
    partner        : place of the creator who hosts it, from 1; 0 none
    """

    id: str
    title: str
    mechanic: str
    from_day: int
    days: int
    aware_share: float = 0.5
    holdout_share: float = 0.1
    lift: float = 0.7
    uneven: float = 1.0
    pulled_share: float = 0.0
    pulled_days: int = 14
    off_share: float = 0.15
    invites: float = 0.0
    stock: int = 0
    partner: int = 0
    budget_fen: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Drift:
    """Something that changes: from a day on, a quantity is so many times what it was.

    what     : visits | intent | checkout | joins | quality | replies | stock | tracking | refunds | speed
    platform : only there; empty everywhere. product : place of the product, from 1 (stock only)
    ramp_days: days until the change is complete
    planted  : a problem that an evaluation should find; may be left out by name
    """

    id: str
    what: str
    times: float
    from_day: int = 0
    days: int = 10_000
    ramp_days: int = 0
    platform: str = ""
    product: int = 0
    planted: bool = False
    says: Text | None = None


@dataclass(frozen=True, slots=True)
class Nuisances:
    """What goes wrong with the records, not with the world.

    lost_share       : facts that never arrive
    untagged_share   : visits without their channel
    repeated_share   : facts delivered twice under one number
    skewed_share, skew_hours : devices whose clock is wrong, and by how much at most
    bots, bot_views  : visitors that are none, and how often each comes a day
    rings, ring_size : groups of made-up members around one inviter
    """

    lost_share: float = 0.0
    untagged_share: float = 0.0
    repeated_share: float = 0.0
    skewed_share: float = 0.0
    skew_hours: float = 6.0
    bots: int = 0
    bot_views: float = 40.0
    rings: int = 0
    ring_size: int = 8


@dataclass(frozen=True, slots=True)
class World:
    """What is true.

    start    : first day, YYYY-MM-DD; days : how many, unless said otherwise; members : population, unless said otherwise
    future_days : lived after the days told, so that what members will buy is known
    season   : how strongly the calendar moves visits and buying; 0 every day is alike
    detail   : how much is told: 1 everything; 0 no texts, costs, surveys, mentions and page timings
    goals    : metric -> target for the second half of the days; totals (GOALS_A_PERSON) for each person of the population, money in yuan
    """

    name: str
    says: Text
    start: str = "2026-04-01"
    days: int = 90
    members: int = 3000
    future_days: int = 0
    season: float = 1.0
    detail: int = 1
    people: People = field(default_factory=People)
    buying: Buying = field(default_factory=Buying)
    circles: Circles = field(default_factory=Circles)
    contents: Contents = field(default_factory=Contents)
    influence: Influence = field(default_factory=Influence)
    inviting: Inviting = field(default_factory=Inviting)
    ads: Ads = field(default_factory=Ads)
    partners: Partners = field(default_factory=Partners)
    nuisances: Nuisances = field(default_factory=Nuisances)
    campaigns: tuple[Campaign, ...] = ()
    drifts: tuple[Drift, ...] = ()
    goals: dict[str, float] = field(default_factory=dict)

    @property
    def causes(self) -> tuple[str, ...]:
        """What may be left out of a run, by name: campaigns, drifts, and the influence of each channel."""
        channels = (f"channel:{name}" for name in CHANNELS if self.influence.weights.get(name))
        return (*(f"campaign:{c.id}" for c in self.campaigns), *(f"drift:{d.id}" for d in self.drifts), *channels)
