"""Reference tables: what is known about members, goods, contents, campaigns, creators, groups, accounts, competitors, targets."""

import numpy as np
import pyarrow as pa

from lianyi.kernel.clock import US_PER_DAY
from lianyi.lab.brand import brand
from lianyi.lab.cast.contents import AD, NOTE, POST, format_names
from lianyi.lab.cast.people import GENDERS, LEVELS, NEVER
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints
from lianyi.lab.life.state import State
from lianyi.lab.telling.facts import Spelling
from lianyi.lab.telling.outside import asked, surveys
from lianyi.lab.telling.words import filled
from lianyi.lab.worlds.world import GOALS_A_PERSON

# Where members of old came from.
OLD_CHANNELS = ("direct", "search", "feed", "social")


def tables(setting: Setting, state: State, spelling: Spelling, referrer: Ints) -> dict[str, pa.Table]:
    """Every reference table of a world, as of its last day.

    referrer : (n,) who brought each person, -1 nobody
    """
    found = {
        "members": _members(setting, state, spelling, referrer),
        "products": _products(spelling),
        "contents": _contents(setting, spelling),
        "campaigns": _campaigns(setting, spelling),
        "groups": _groups(setting, spelling),
        "partners": _partners(setting, spelling),
    }
    if setting.world.detail:
        found |= {
            "accounts": _accounts(setting),
            "competitors": _competitors(setting),
            "keywords": _keywords(setting),
            "surveys": _surveys(setting),
            "estimates": _estimates(setting),
            "targets": _targets(setting),
        }
    return {name: rows for name, rows in found.items() if len(rows)}


def _members(setting: Setting, state: State, spelling: Spelling, referrer: Ints) -> pa.Table:
    people = setting.people
    who = np.flatnonzero(state.joined != NEVER)
    places = brand("shop")["places"]
    seconds = who * 7919 % 50_000 + 8 * 3600
    named = pa.array(referrer[who], mask=referrer[who] < 0)
    interests = pa.array(brand("shop")["interests"])
    return pa.table(
        {
            "member_id": spelling.members.take(pa.array(who)),
            "joined_t": pa.array(spelling.start_us + state.joined[who] * US_PER_DAY + seconds * 1_000_000),
            "joined_d": pa.array((setting.calendar.first_day + state.joined[who]).astype(np.int32)),
            "referrer_id": spelling.members.take(named),
            "platform": spelling.platforms.take(pa.array(people.platform[who])),
            "channel": pa.array(OLD_CHANNELS).take(pa.array(who % len(OLD_CHANNELS))),
            "tier": pa.array(LEVELS).take(pa.array(people.level[who])),
            "city": pa.array([place[0] for place in places]).take(pa.array(people.place[who])),
            "region": pa.array([place[1] for place in places]).take(pa.array(people.place[who])),
            "gender": pa.array(GENDERS).take(pa.array(people.gender[who])),
            "birth_year": pa.array(people.birth_year[who]),
            "tags": interests.take(pa.array(people.interest[who])),
        }
    )


def _products(spelling: Spelling) -> pa.Table:
    rows = brand("shop")["products"]
    return pa.table(
        {
            "product_id": spelling.products,
            "title": [row["title"] for row in rows],
            "category": [row["category"] for row in rows],
            "brand": [brand("shop")["brand"]] * len(rows),
            "price_fen": pa.array([row["price_fen"] for row in rows], pa.int64()),
            "unit_cost_fen": pa.array([row["unit_cost_fen"] for row in rows], pa.int64()),
        }
    )


def _contents(setting: Setting, spelling: Spelling) -> pa.Table:
    contents = setting.contents
    some = pa.array(contents.day < setting.told)
    planned = spelling.start_us + contents.day * US_PER_DAY + contents.at_us
    accounts = {row["platform"]: row["account_id"] for row in brand("shop")["accounts"]}
    topics = list(brand("posts")["topics"])
    teams_own = (contents.use == POST) | (contents.use == NOTE)
    surface = [contents.surfaces[code] for code in contents.surface.tolist()]
    return pa.table(
        {
            "content_id": spelling.contents,
            "title": _titles(setting),
            "format": pa.array(format_names()).take(pa.array(contents.format)),
            "topic": pa.array(topics).take(pa.array(contents.topic)),
            "platform": surface,
            "account_id": pa.array(
                [accounts.get(name) if mine else None for name, mine in zip(surface, teams_own, strict=True)], pa.string()
            ),
            "partner_id": spelling.partners.take(pa.array(contents.partner, mask=contents.partner < 0)),
            "is_ugc": pa.array(np.zeros(contents.n, dtype=bool)),
            "is_hard_ad": pa.array(contents.hard_ad),
            "is_promoted": pa.array(contents.use == AD),
            "originality": np.round(contents.originality, 2),
            "planned_t": pa.array(planned),
            "published_t": pa.array(planned + contents.late_us),
            "published_d": pa.array((setting.calendar.first_day + contents.day).astype(np.int32)),
        }
    ).filter(some)


def _titles(setting: Setting) -> list[str]:
    contents, posts = setting.contents, brand("posts")
    wordings = [topic["titles"] for topic in posts["topics"].values()]
    titles = []
    columns = (contents.topic, contents.product, contents.interest, contents.stale)
    for number, (topic, product, interest, stale) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        choice = posts["stale"]["titles"] if stale else wordings[topic]
        titles.append(filled(choice[number % len(choice)], product, interest))
    return titles


def _campaigns(setting: Setting, spelling: Spelling) -> pa.Table:
    campaigns = setting.campaigns
    first = setting.calendar.first_day
    return pa.table(
        {
            "campaign_id": spelling.campaigns.slice(0, len(campaigns)),
            "title": pa.array([c.title for c in campaigns], pa.string()),
            "mechanic": pa.array([c.mechanic for c in campaigns], pa.string()),
            "starts_d": pa.array([first + c.from_day for c in campaigns], pa.int32()),
            "ends_d": pa.array([first + c.from_day + c.days - 1 for c in campaigns], pa.int32()),
            "budget_fen": pa.array([c.budget_fen for c in campaigns], pa.int64()),
            "allotted_units": pa.array([c.stock or None for c in campaigns], pa.int64()),
        }
    )


def _groups(setting: Setting, spelling: Spelling) -> pa.Table:
    circles, people = setting.circles, setting.people
    n = circles.groups
    interests = brand("shop")["interests"]
    theme = np.zeros(n, dtype=np.int64)
    inside = np.flatnonzero(circles.group >= 0)
    theme[circles.group[inside]] = people.interest[inside]
    platform = np.zeros(n, dtype=np.int64)
    return pa.table(
        {
            "group_id": spelling.groups.slice(0, n),
            "title": pa.array([f"云岫·{interests[theme[g]]}交流群 {g + 1:02d}" for g in range(n)], pa.string()),
            "platform": pa.array(["微信"]).take(pa.array(platform)),
            "theme": pa.array(interests).take(pa.array(theme)),
            "opened_d": pa.array([setting.calendar.first_day - 30 - 11 * (n - g) for g in range(n)], pa.int32()),
        }
    )


def _partners(setting: Setting, spelling: Spelling) -> pa.Table:
    number = setting.world.partners.number
    rows = brand("shop")["partners"]
    chosen = [rows[k % len(rows)] for k in range(number)]
    return pa.table(
        {
            "partner_id": spelling.partners.slice(0, number),
            "title": pa.array([row["title"] for row in chosen], pa.string()),
            "level": pa.array([row["level"] for row in chosen], pa.string()),
            "platform": pa.array([["小红书", "抖音"][k % 2] for k in range(number)], pa.string()),
            "category": pa.array(["护肤"] * number, pa.string()),
            "followers": pa.array([row["followers"] for row in chosen], pa.int64()),
            "commission_share": pa.array([row["commission_share"] for row in chosen], pa.float64()),
            "slot_fee_fen": pa.array([row["slot_fee_fen"] for row in chosen], pa.int64()),
        }
    )


def _weekly(setting: Setting) -> range:
    return range(0, setting.told, 7)


def _accounts(setting: Setting) -> pa.Table:
    accounts = [row for row in brand("shop")["accounts"] if row["platform"] in setting.contents.surfaces]
    weeks = _weekly(setting)
    gained = np.cumsum(setting.calendar.visits)
    return pa.table(
        {
            "account_id": [row["account_id"] for row in accounts for _ in weeks],
            "platform": [row["platform"] for row in accounts for _ in weeks],
            "d": pa.array([setting.calendar.first_day + day for _ in accounts for day in weeks], pa.int32()),
            "followers": pa.array([int(row["followers"] + row["gained"] * gained[day]) for row in accounts for day in weeks], pa.int64()),
        }
    )


def _competitors(setting: Setting) -> pa.Table:
    rng = setting.chance.generator("competitors")
    rows = []
    for name, times in brand("shop")["competitors"]:
        for day in _weekly(setting):
            jitter = 1 + 0.06 * rng.standard_normal(4)
            values = {
                "followers": 90_000 * times + 40 * times * day,
                "engagement_rate": 0.21 * jitter[0],
                "posts_published": round(26 * jitter[1]),
            }
            values |= {"aov": round(18_800 * jitter[2]), "content_ctr": 0.098 * jitter[3]}
            rows += [(name, "小红书", metric, setting.calendar.first_day + day, float(value)) for metric, value in values.items()]
    columns = list(zip(*rows, strict=True))
    return pa.table(
        {
            "competitor": list(columns[0]),
            "platform": list(columns[1]),
            "metric": list(columns[2]),
            "d": pa.array(columns[3], pa.int32()),
            "value": pa.array(columns[4], pa.float64()),
        }
    )


def _keywords(setting: Setting) -> pa.Table:
    words = brand("shop")["keywords"]
    rng = setting.chance.generator("keywords")
    weeks = _weekly(setting)
    return pa.table(
        {
            "keyword": [word for word in words for _ in weeks],
            "platform": ["小红书"] * (len(words) * len(weeks)),
            "d": pa.array([setting.calendar.first_day + day for _ in words for day in weeks], pa.int32()),
            "rank": pa.array([max(1, int(6 + 4 * k + rng.integers(-3, 4))) for k, _ in enumerate(words) for _ in weeks], pa.int64()),
            "search_volume": pa.array([int(rng.poisson(5200 / (k + 1))) for k, _ in enumerate(words) for _ in weeks], pa.int64()),
        }
    )


def _surveys(setting: Setting) -> pa.Table:
    days = surveys(setting.told)
    return pa.table(
        {
            "survey_id": pa.array([f"sv{n + 1}" for n in range(len(days))], pa.string()),
            "title": pa.array([f"会员满意度调研第 {n + 1} 期" for n in range(len(days))], pa.string()),
            "kind": pa.array(["csat"] * len(days), pa.string()),
            "sent": pa.array([asked(setting.people.n)] * len(days), pa.int64()),
            "d": pa.array([setting.calendar.first_day + day for day in days], pa.int32()),
        }
    )


def _estimates(setting: Setting) -> pa.Table:
    first = setting.calendar.first_day
    return pa.table(
        {
            "name": ["market_size"],
            "from_d": pa.array([first], pa.int32()),
            "to_d": pa.array([first + setting.told], pa.int32()),
            "value": [float(setting.people.n) * setting.told * 3_600],
            "source": ["模拟品牌的假定：同城同价位护肤品的线上零售额"],
        }
    )


def _targets(setting: Setting) -> pa.Table:
    """Goals of the second half such as a growth lead would have set before it began; money in yuan, as people write targets."""
    goals = setting.world.goals
    last, span = setting.calendar.first_day + setting.told, setting.told // 2
    each = [value * (setting.people.n if metric in GOALS_A_PERSON else 1) for metric, value in goals.items()]
    return pa.table(
        {
            "metric": pa.array(list(goals), pa.string()),
            "from_d": pa.array([last - span] * len(goals), pa.int32()),
            "to_d": pa.array([last] * len(goals), pa.int32()),
            "dimension": pa.nulls(len(goals), pa.string()),
            "member": pa.nulls(len(goals), pa.string()),
            "target": pa.array(each, pa.float64()),
        }
    )
