"""What the history knows of a member that the operations do not: facts that came from outside, such as orders of before."""

import datetime as dt
from functools import partial
from typing import Any

from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.web.console.asking import find_horizon, kept
from lianyi.web.console.timeline import Event, fact_words
from lianyi.web.ui.templatetags.words import spoken

MOST = 60
# Facts that say something of a person to who serves them; single views and exposures do not.
TOLD = (
    "member_joined", "order_paid", "order_refunded", "coupon_issued", "coupon_redeemed", "campaign_joined", "checked_in", "group_joined", "group_left",
    "invite_sent", "review_posted", "content_commented", "content_shared", "survey_answered", "complaint_opened", "complaint_resolved", "tier_changed",
)  # fmt: skip
OUTSIDE = Text(zh="导入的历史", en="imported history")
# Of the facts as they were stored: whose the devices are need not be known for it, which for a large history takes seconds.
QUERY = f"""
SELECT s.t AS t, s.name AS name, s.amount_fen AS amount_fen, s.quantity AS quantity FROM stored AS s
WHERE s.member_id = $member AND s.seq IS NULL AND s.name IN ({", ".join(f"'{name}'" for name in TOLD)})
    AND s.member_id NOT IN (SELECT e.member_id FROM erased AS e)
ORDER BY s.t DESC, s.event_id LIMIT {MOST}
"""


def outside(member_id: str) -> list[Event]:
    """Facts about a member that did not come from here, the newest first; none in an empty workspace.

    Kept for the snapshot. Cost: a scan of one column, 0.1 s on a million facts. Raises StillWorking where the page's patience ends first.
    """
    horizon = find_horizon()
    if horizon is None:
        return []
    return [
        Event(
            dt.datetime.fromtimestamp(row["t"] / 1e6, dt.UTC), fact_words(row["name"]), OUTSIDE.say(spoken()), row["amount_fen"], row["quantity"],
            "", "", "",
        )
        for row in kept(horizon, f"outside {member_id}", partial(_told, member_id=member_id))
    ]  # fmt: skip


def _told(engine: Engine, member_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = engine.run(QUERY, {"member": member_id}).to_pylist()
    return rows
