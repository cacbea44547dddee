"""What goes wrong with the records: lost, untagged, repeated, wrongly dated facts, and visitors that are none."""

import numpy as np
import pyarrow as pa

from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints
from lianyi.lab.draws import counts
from lianyi.lab.telling.facts import Stated, chosen
from lianyi.lab.telling.teller import Teller
from lianyi.lab.worlds.world import CHANNELS

SECOND = US_PER_SECOND
# Facts that the shop's own systems record are never lost and never wrongly dated: what pages and apps report is.
REPORTED = (
    "content_exposed", "content_clicked", "content_viewed", "page_viewed", "product_viewed", "cart_added", "checkout_started",
    "campaign_viewed", "page_timed", "live_entered", "live_left", "content_liked", "content_collected", "content_shared",
)  # fmt: skip
VISITING = ("content_viewed", "page_viewed", "product_viewed", "cart_added", "checkout_started", "order_placed", "order_paid")


def tell_bots(teller: Teller, day: int) -> None:
    """Visitors that are none: devices that open a page every few seconds for an hour, never logged in."""
    setting = teller.setting
    asked = setting.world.nuisances
    if not asked.bots:
        return
    rng = setting.chance.generator("bots", day)
    times = counts(rng.random(asked.bots), asked.bot_views, most=400)
    bot = np.repeat(np.arange(asked.bots), times)
    begins = rng.integers(0, 22 * 3600, asked.bots)[bot] * SECOND
    t = teller.instant(day, begins + rng.integers(0, 3600, len(bot)) * SECOND)
    rings = 2 * asked.rings
    session = teller.new_sessions(asked.bots)[bot]
    products = rng.integers(0, len(setting.goods.price_fen), len(bot))
    teller.facts.add(
        "product_viewed",
        t,
        device=setting.people.n + rings + bot,
        platform=bot % len(setting.drifts.platforms),
        channel=CHANNELS.index("direct"),
        session=session,
        product=products,
    )


def disturbed(teller: Teller, day: int, stated: list[Stated]) -> list[Stated]:
    """The facts of a day as they are recorded: some lost, some without their channel, some with a wrong time.

    Tracking that drifts ("tracking") loses the facts that pages report on its platform.
    """
    asked, setting = teller.setting.world.nuisances, teller.setting
    level = setting.drifts.by_platform("tracking", day)
    if not (asked.lost_share or asked.untagged_share or asked.skewed_share or (level != 1).any()):
        return stated
    recorded = []
    before = 0
    for facts in stated:
        # A fact's luck is that of its place in the day.
        place = before + np.arange(len(facts))
        before += len(facts)
        if facts.name not in REPORTED and facts.name not in VISITING:
            recorded.append(facts)
            continue
        u, v, _, _ = setting.chance.each("nuisances", day, place)
        columns = dict(facts.columns)
        nothing = np.full(len(facts), -1)
        if facts.name in VISITING:
            columns["channel"] = np.where(v < asked.untagged_share, -1, columns.get("channel", nothing))
        if facts.name in REPORTED:
            if asked.skewed_share:
                # A wrong clock is wrong by the same hours all along; it runs ahead, for what has not yet happened cannot arrive late here.
                member = np.broadcast_to(columns.get("member", nothing), len(facts))
                wrong = setting.chance.each("clocks", 0, np.maximum(member, 0))
                ahead = (member >= 0) & (wrong[0] < asked.skewed_share)
                columns["t"] = columns["t"] + np.where(ahead, (wrong[1] * asked.skew_hours * 3600e6).astype(np.int64), 0)
            platform = np.broadcast_to(columns.get("platform", nothing), len(facts))
            kept_share = (1 - asked.lost_share) * np.where(platform >= 0, level[np.maximum(platform, 0)], 1.0)
            recorded.append(Stated(facts.name, chosen(columns, u < kept_share)))
        else:
            recorded.append(Stated(facts.name, columns))
    return recorded


def repeated(setting: Setting, batch: pa.RecordBatch) -> Ints:
    """Which facts of a batch are delivered twice: their places."""
    share = setting.world.nuisances.repeated_share
    if not share:
        return np.zeros(0, dtype=np.int64)
    first = int.from_bytes(batch["event_id"][0].as_py()[-5:])
    return np.flatnonzero(setting.chance.each("repeated", 0, first + np.arange(len(batch)))[0] < share)


def end_of(day: int) -> int:
    """The instant at which a day ends, in microseconds since the first midnight."""
    return (day + 1) * US_PER_DAY
