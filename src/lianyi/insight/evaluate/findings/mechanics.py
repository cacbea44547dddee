"""Findings about how campaigns are made: teams, bargains, coupons, rules, prizes, stock."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianyi.insight.analyse.chance import adjusted, two_sided
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import of_figure
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.evaluate.result import Evidence, Figure, Finding
from lianyi.insight.measure.intervals import wilson
from lianyi.insight.measure.session import written_out
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

LEAST_TEAMS = 20
TEAMS_FILL, BARGAINS_SELL, COUPONS_USED = 0.5, 0.15, 0.10
LEAST_VIEWERS, FAR_BELOW = 100, 0.5
PRIZES_EAT = 0.3
DRAWS = ("lottery", "draw", "prize", "game", "wheel", "抽奖", "转盘", "游戏", "盲盒")
SOLD_LITTLE, SOLD_OUT = 0.4, 1.0

TEAMS = """
SELECT o.needed AS needed, count(*) AS opened, CAST(sum(CASE WHEN c.done_t IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS filled FROM (
    SELECT e.subject_id AS team, max(e.quantity) AS needed FROM events AS e
    WHERE e.name = 'team_opened' AND e.subject_id IS NOT NULL AND e.d >= $from_d AND e.d < $due_d GROUP BY e.subject_id
) AS o LEFT JOIN (
    SELECT e.subject_id AS team, min(e.t) AS done_t FROM events AS e
    WHERE e.name = 'team_completed' AND e.subject_id IS NOT NULL AND e.d >= $from_d GROUP BY e.subject_id
) AS c ON c.team = o.team
WHERE o.needed IS NOT NULL GROUP BY o.needed ORDER BY needed
"""
JOINING = """
SELECT v.campaign AS campaign, count(*) AS viewers, CAST(sum(v.joined) AS BIGINT) AS joined FROM (
    SELECT e.campaign_id AS campaign, e.actor AS who, max(CASE WHEN e.name = 'campaign_viewed' THEN 1 ELSE 0 END) AS viewed,
        max(CASE WHEN e.name = 'campaign_viewed' THEN 0 ELSE 1 END) AS joined
    FROM events AS e
    WHERE e.name IN ('campaign_viewed', 'campaign_joined', 'team_opened', 'team_joined', 'bargain_started') AND e.campaign_id IS NOT NULL
        AND e.actor IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.campaign_id, e.actor
) AS v WHERE v.viewed = 1 GROUP BY v.campaign ORDER BY campaign
"""
PRIZES = """
SELECT q.campaign AS campaign, max(k.mechanic) AS mechanic, sum(q.prize_fen) AS prize_fen, sum(q.net_fen) AS net_fen, sum(q.taking) AS taking
FROM (
    SELECT e.campaign_id AS campaign, CAST(sum(CASE WHEN e.name = 'cost_booked' AND e.kind = 'prize' THEN e.amount_fen ELSE 0 END) AS DOUBLE) AS prize_fen,
        CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen WHEN e.name = 'order_refunded' THEN 0 - e.amount_fen ELSE 0 END) AS DOUBLE) AS net_fen,
        count(DISTINCT CASE WHEN e.name = 'campaign_joined' THEN e.actor END) AS taking
    FROM events AS e
    WHERE e.name IN ('cost_booked', 'order_paid', 'order_refunded', 'campaign_joined') AND e.campaign_id IS NOT NULL
        AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.campaign_id
) AS q LEFT JOIN campaigns AS k ON k.campaign_id = q.campaign GROUP BY q.campaign ORDER BY campaign
"""
STOCK = """
SELECT a.campaign AS campaign, a.allotted AS allotted, coalesce(s.sold, 0) AS sold, k.ends_d AS ends_d, k.starts_d AS starts_d, s.last_d AS last_d
FROM (
    SELECT e.campaign_id AS campaign, CAST(sum(e.quantity) AS BIGINT) AS allotted, min(e.d) AS first_d FROM events AS e
    WHERE e.name = 'stock_allotted' AND e.campaign_id IS NOT NULL AND e.d < $to_d GROUP BY e.campaign_id
) AS a
LEFT JOIN (
    SELECT e.campaign_id AS campaign, CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS sold, max(e.d) AS last_d FROM events AS e
    WHERE e.name = 'order_paid' AND e.campaign_id IS NOT NULL AND e.d < $to_d GROUP BY e.campaign_id
) AS s ON s.campaign = a.campaign
LEFT JOIN campaigns AS k ON k.campaign_id = a.campaign
WHERE coalesce(k.ends_d, s.last_d, a.first_d) >= $from_d ORDER BY campaign
"""


def findings(case: Case) -> Iterator[Finding]:
    """What the making of campaigns costs: teams that do not fill, bargains that do not sell, rules nobody follows, prizes, stock."""
    days = {"from_d": case.window.from_day, "to_d": case.window.to_day}
    yield from _teams(case)
    yield from _weak(case, "bargain_success_rate", BARGAINS_SELL, "bargain_design", BARGAIN)
    yield from _weak(case, "coupon_redemption_rate", COUPONS_USED, "coupon_design", COUPON)
    yield from _rules(case, case.engine.run(JOINING, days).to_pylist(), written_out(JOINING, days))
    yield from _prizes(case, case.engine.run(PRIZES, days).to_pylist(), written_out(PRIZES, days))
    yield from _stock(case, case.engine.run(STOCK, days).to_pylist(), written_out(STOCK, days))


BARGAIN = Text(
    zh="多数砍价到最后没有买：门槛太高或时间太短，热闹没有变成订单。",
    en="Most bargains end without a purchase: the bar is too high or the time too short, and the noise brings no orders.",
)
COUPON = Text(
    zh="发出的券几乎没人用：人群、面额或门槛不对。", en="Hardly any coupon is used: the people, the value or the threshold is wrong."
)


def _weak(case: Case, metric: str, line: float, kind: str, why: Text) -> Iterator[Finding]:
    """A success rate whose whole interval lies under a line."""
    figure = case.figures.get(metric)
    if figure is None or figure.value is None or figure.interval is None or (figure.n or 0) < LEAST_TEAMS or figure.interval[1] >= line:
        return
    yield _rate_finding(figure, kind, why, line)


def _rate_finding(figure: Figure, kind: str, why: Text, line: float, evidence: Evidence | None = None, more: Text | None = None) -> Finding:
    low, high = figure.interval or (0.0, 1.0)
    return Finding(
        id=kind,
        kind=kind,
        severity="medium",
        title=sentence("%(name)s只有 %(value)s", "%(name)s is only %(value)s", name=figure.name, value=Share(figure.value or 0)),
        statement=sentence(
            "%(name)s %(value)s（%(low)s 至 %(high)s，n = %(n)s），低于 %(line)s。%(why)s%(more)s",
            "%(name)s is %(value)s (%(low)s to %(high)s, n = %(n)s), below %(line)s. %(why)s%(more)s",
            name=figure.name,
            value=Share(figure.value or 0),
            low=Share(low),
            high=Share(high),
            n=Count(figure.n or 0),
            line=Share(line),
            why=why,
            more=more or "",
        ),
        metric=figure.metric,
        money_at_stake=None,
        grade="B",
        evidence=evidence or of_figure(figure),
        area="campaigns",
    )


def _teams(case: Case) -> Iterator[Finding]:
    """Teams that mostly do not fill, or fill far less often where more people are needed."""
    figure = case.figures.get("group_success_rate")
    if figure is None or figure.value is None or figure.interval is None or (figure.n or 0) < LEAST_TEAMS:
        return
    days = {"from_d": case.window.from_day, "due_d": min(case.window.to_day, case.horizon_day)}
    if days["due_d"] <= days["from_d"]:
        return
    rows = [row for row in case.engine.run(TEAMS, days).to_pylist() if row["opened"] >= LEAST_TEAMS]
    larger = _apart(rows)
    if figure.interval[1] >= TEAMS_FILL and larger is None:
        return
    evidence = Evidence(
        sql=written_out(TEAMS, days),
        columns=(
            ("needed", Text(zh="成团人数", en="People needed"), "count"),
            ("opened", Text(zh="开团", en="Opened"), "count"),
            ("share", Text(zh="成团率", en="Filled"), "share"),
        ),
        rows=tuple({"needed": r["needed"], "opened": r["opened"], "share": r["filled"] / r["opened"]} for r in rows),
        n=figure.n,
        interval=figure.interval,
    )
    more = None
    if larger is not None:
        few, many = larger
        more = sentence(
            "%(few)s 人团成团 %(a)s，%(many)s 人团只有 %(b)s，差距超出偶然。",
            " Teams of %(few)s fill in %(a)s of cases, teams of %(many)s in %(b)s, beyond chance.",
            few=few["needed"],
            many=many["needed"],
            a=Share(few["filled"] / few["opened"]),
            b=Share(many["filled"] / many["opened"]),
        )
    yield _rate_finding(figure, "team_design", TEAM, TEAMS_FILL, evidence, more)


TEAM = Text(
    zh="成团人数、时限与分享入口决定成团率。",
    en="How many are needed, for how long, and how easily it is shared decide whether teams fill.",
)


def _apart(rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The smallest and the largest size, where the larger fills less often with intervals apart; None otherwise."""
    if len(rows) < 2:
        return None
    few, many = rows[0], rows[-1]
    apart = wilson(many["filled"], many["opened"], 0.99)[1] < wilson(few["filled"], few["opened"], 0.99)[0]
    return (few, many) if apart else None


def _rules(case: Case, rows: list[dict[str, Any]], sql: str) -> Iterator[Finding]:
    """A campaign that people look at and do not join, unlike the others."""
    known = [r for r in rows if r["viewers"] >= LEAST_VIEWERS]
    if len(known) < 2:
        return
    viewers, joined = sum(r["viewers"] for r in known), sum(r["joined"] for r in known)
    tests: list[float | None] = []
    for r in known:
        n, k, rest_n, rest_k = r["viewers"], r["joined"], viewers - r["viewers"], joined - r["joined"]
        pooled = joined / viewers
        spread = (pooled * (1 - pooled) * (1 / n + 1 / rest_n)) ** 0.5
        tests.append(two_sided((k / n - rest_k / rest_n) / spread) if spread > 0 else None)
    far = [
        (r, (joined - r["joined"]) / (viewers - r["viewers"]), q)
        for r, q in zip(known, adjusted(tests), strict=True)
        if q is not None and q <= 0.05 and r["joined"] / r["viewers"] < FAR_BELOW * (joined - r["joined"]) / (viewers - r["viewers"])
    ]
    if not far:
        return
    worst, usual, q = max(far, key=lambda f: f[0]["viewers"])
    names = names_of(case.engine, "campaign", [r["campaign"] for r in known])
    said = {
        "value": names[worst["campaign"]],
        "rate": Share(worst["joined"] / worst["viewers"]),
        "usual": Share(usual),
        "n": Count(worst["viewers"]),
    }
    yield Finding(
        id="rules_complex",
        kind="rules_complex",
        severity="medium",
        title=sentence(
            "活动“%(value)s”看的人多、参加的少：%(rate)s，其余 %(usual)s",
            "Campaign “%(value)s” is looked at and not joined: %(rate)s against %(usual)s elsewhere",
            **said,
        ),
        statement=sentence(
            "%(n)s 人看了“%(value)s”的活动页，%(rate)s 参加；其余活动为 %(usual)s，差距超出偶然。先看规则能否一句话说清、门槛是否过高。",
            "%(n)s people saw the page of “%(value)s” and %(rate)s joined, against %(usual)s elsewhere, beyond chance. "
            "See first whether its rules can be said in one sentence and its bar is not too high.",
            **said,
        ),
        metric="campaign_participants",
        money_at_stake=None,
        grade="D",
        evidence=Evidence(
            sql=sql,
            columns=(
                ("value", Text(zh="活动", en="Campaign"), "text"),
                ("viewers", Text(zh="看的人", en="Viewers"), "count"),
                ("share", Text(zh="参加", en="Joined"), "share"),
            ),
            rows=tuple({"value": names[r["campaign"]], "viewers": r["viewers"], "share": r["joined"] / r["viewers"]} for r in known[:8]),
            n=worst["viewers"],
            interval=wilson(worst["joined"], worst["viewers"], case.level),
            unit="ratio",
        ),
        area="campaigns",
        where=("campaign", worst["campaign"]),
        q=q,
    )


def _prizes(case: Case, rows: list[dict[str, Any]], sql: str) -> Iterator[Finding]:
    """A draw or game whose prizes ate a large part of what it sold."""
    heavy = [
        r
        for r in rows
        if r["prize_fen"] > 0
        and any(word in (r["mechanic"] or "").lower() for word in DRAWS)
        and r["prize_fen"] > PRIZES_EAT * max(r["net_fen"], 0.0)
    ]
    if not heavy:
        return
    worst = max(heavy, key=lambda r: r["prize_fen"])
    names = names_of(case.engine, "campaign", [r["campaign"] for r in rows])
    said = {
        "value": names[worst["campaign"]],
        "prize": Amount(worst["prize_fen"], case.currency),
        "net": Amount(worst["net_fen"], case.currency),
        "each": Amount(worst["prize_fen"] / max(1, worst["taking"]), case.currency),
        "n": Count(worst["taking"]),
    }
    yield Finding(
        id="prize_ladder",
        kind="prize_ladder",
        severity="medium",
        title=sentence(
            "活动“%(value)s”奖品花了 %(prize)s，只带来 %(net)s",
            "Prizes of “%(value)s” cost %(prize)s and it sold %(net)s",
            **said,
        ),
        statement=sentence(
            "活动“%(value)s”有 %(n)s 人参与，奖品成本 %(prize)s（人均 %(each)s），活动净销售额 %(net)s。奖品等级与中奖面没有拉动购买。",
            "%(n)s people took part in “%(value)s”; prizes cost %(prize)s (%(each)s a head) against net sales of %(net)s. "
            "The ladder of prizes did not move people to buy.",
            **said,
        ),
        metric="campaign_sales",
        money_at_stake=-round(worst["prize_fen"] - PRIZES_EAT * max(worst["net_fen"], 0.0)),
        grade="B",
        evidence=Evidence(
            sql=sql,
            columns=(
                ("value", Text(zh="活动", en="Campaign"), "text"),
                ("taking", Text(zh="参与", en="Taking part"), "count"),
                ("prize", Text(zh="奖品", en="Prizes"), "money"),
                ("net", Text(zh="净销售额", en="Net sales"), "money"),
            ),
            rows=tuple(
                {"value": names[r["campaign"]], "taking": r["taking"], "prize": r["prize_fen"], "net": r["net_fen"]} for r in heavy[:8]
            ),
            n=worst["taking"],
        ),
        area="campaigns",
        where=("campaign", worst["campaign"]),
    )


def _stock(case: Case, rows: list[dict[str, Any]], sql: str) -> Iterator[Finding]:
    """Stock that ran out, was oversold, or was left over when the campaign had ended."""
    ended = [r for r in rows if r["allotted"] and (r["ends_d"] is None or r["ends_d"] <= case.horizon_day)]
    over = [r for r in ended if r["sold"] < SOLD_LITTLE * r["allotted"] and r["ends_d"] is not None]
    out = [r for r in rows if r["allotted"] and r["sold"] >= SOLD_OUT * r["allotted"]]
    names = names_of(case.engine, "campaign", [r["campaign"] for r in rows])
    for kind, found in (("stock_short", out), ("stock_over", over)):
        if not found:
            continue
        worst = max(found, key=lambda r: abs(r["sold"] - r["allotted"]) if kind == "stock_over" else r["sold"] / r["allotted"])
        said = {
            "value": names[worst["campaign"]],
            "sold": Count(worst["sold"]),
            "allotted": Count(worst["allotted"]),
            "share": Share(worst["sold"] / worst["allotted"]),
            "n": Count(len(found)),
        }
        yield Finding(
            id=kind,
            kind=kind,
            severity="high" if kind == "stock_short" and worst["sold"] > worst["allotted"] else "medium",
            title=sentence(STOCK_TITLES[kind].zh, STOCK_TITLES[kind].en, **said),
            statement=sentence(STOCK_SAYS[kind].zh, STOCK_SAYS[kind].en, **said),
            metric="stock_sell_through",
            money_at_stake=None,
            grade="B",
            evidence=Evidence(
                sql=sql,
                columns=(
                    ("value", Text(zh="活动", en="Campaign"), "text"),
                    ("allotted", Text(zh="备货", en="Allotted"), "count"),
                    ("sold", Text(zh="售出", en="Sold"), "count"),
                    ("share", Text(zh="售罄率", en="Sell-through"), "share"),
                ),
                rows=tuple(
                    {"value": names[r["campaign"]], "allotted": r["allotted"], "sold": r["sold"], "share": r["sold"] / r["allotted"]}
                    for r in found[:8]
                ),
                n=len(found),
            ),
            area="campaigns",
            where=("campaign", worst["campaign"]),
        )


STOCK_TITLES = {
    "stock_short": Text(
        zh="活动“%(value)s”备货不够：备 %(allotted)s 件，卖出 %(sold)s 件", en="“%(value)s” ran out: %(allotted)s allotted, %(sold)s sold"
    ),
    "stock_over": Text(zh="活动“%(value)s”备货过多：只卖出 %(share)s", en="“%(value)s” was overstocked: %(share)s sold"),
}
STOCK_SAYS = {
    "stock_short": Text(
        zh="%(n)s 个活动的备货卖完或超卖，“%(value)s”备货 %(allotted)s 件、卖出 %(sold)s 件：卖完之后的需求没有记录，实际想要的人更多；"
        "超卖的订单要尽快处理。",
        en="%(n)s {campaign sold all it|campaigns sold all they} had or more; “%(value)s” had %(allotted)s pieces and sold %(sold)s. What was wanted afterwards "
        "is not on record: demand was higher. Orders beyond the stock need care at once.",
    ),
    "stock_over": Text(
        zh="%(n)s 个已结束的活动卖出不到四成，“%(value)s”备货 %(allotted)s 件、卖出 %(sold)s 件（%(share)s）。",
        en="%(n)s {campaign that has ended sold less than two fifths of its|campaigns that have ended sold less than two fifths of their} stock; “%(value)s” had %(allotted)s pieces and sold "
        "%(sold)s (%(share)s).",
    ),
}
