"""What a change in sales is worked out from: levels by period and by the value of a dimension.

Period 0 is the baseline and 1 the window itself. Sums of squares of what one buyer (or one order without a buyer) brought say how
much a level may move by chance: money comes in buyers, and a few of them may be large.
"""

# Every paid or refunded line there is, once: the first purchase of a buyer and the origin of a refund may lie before either period.
ORDERS = """
SELECT e.name AS name, e.d AS d, e.order_id AS order_id, e.amount_fen AS amount_fen, e.quantity AS quantity, e.platform AS platform,
    e.channel AS channel, e.campaign_id AS campaign_id, e.partner_id AS partner_id, e.product_id AS product_id, {member} AS buyer
FROM events AS e WHERE e.name IN ('order_paid', 'order_refunded')
"""

# One row a paid or refunded line of either period, with who bought, whether they had visited in the period, and the dimensions.
# A refund that does not state where it was bought takes it from the order.
LINES = """
WITH spans AS (
    SELECT o.*, CAST(0 AS INTEGER) AS period, CAST($from_0 AS INTEGER) AS since_d FROM change_orders AS o WHERE o.d >= $from_0 AND o.d < $to_0
    UNION ALL
    SELECT o.*, CAST(1 AS INTEGER) AS period, CAST($from_1 AS INTEGER) AS since_d FROM change_orders AS o WHERE o.d >= $from_1 AND o.d < $to_1
),
refunded AS (SELECT DISTINCT s.order_id AS refunded_id FROM spans AS s WHERE s.name = 'order_refunded'),
origin AS (
    SELECT e.order_id AS origin_id, min(e.platform) AS of_platform, min(e.channel) AS of_channel, min(e.campaign_id) AS of_campaign,
        min(e.partner_id) AS of_partner, min(e.buyer) AS of_buyer,
        CASE WHEN count(DISTINCT e.product_id) = 1 THEN min(e.product_id) END AS of_product
    FROM change_orders AS e JOIN refunded AS r ON e.order_id = r.refunded_id WHERE e.name = 'order_paid' GROUP BY e.order_id
),
whole AS (
    SELECT s.period AS period, s.since_d AS since_d, CASE WHEN s.name = 'order_refunded' THEN 1 ELSE 0 END AS is_refund, s.order_id AS order_no,
        coalesce(s.amount_fen, 0) AS fen, coalesce(s.quantity, 1) AS pieces, coalesce(s.buyer, o.of_buyer) AS who,
        coalesce(s.platform, o.of_platform) AS platform, coalesce(s.channel, o.of_channel) AS channel,
        coalesce(s.campaign_id, o.of_campaign) AS campaign, coalesce(s.partner_id, o.of_partner) AS partner,
        coalesce(s.product_id, o.of_product) AS product
    FROM spans AS s LEFT JOIN origin AS o ON s.name = 'order_refunded' AND s.order_id = o.origin_id
),
visitors AS (
    SELECT DISTINCT v.period AS visit_period, v.visitor AS visitor FROM (
        SELECT CAST(0 AS INTEGER) AS period, e.actor AS visitor FROM events AS e
        WHERE e.name IN ({visit}) AND e.d >= $from_0 AND e.d < $to_0
        UNION ALL
        SELECT CAST(1 AS INTEGER) AS period, e.actor AS visitor FROM events AS e
        WHERE e.name IN ({visit}) AND e.d >= $from_1 AND e.d < $to_1
    ) AS v WHERE v.visitor IS NOT NULL
),
first_paid AS (SELECT o.buyer AS payer, min(o.d) AS first_d FROM change_orders AS o WHERE o.name = 'order_paid' GROUP BY o.buyer)
SELECT w.period AS period, w.is_refund AS is_refund, w.order_no AS order_no, w.fen AS fen, w.pieces AS pieces, w.who AS who,
    w.platform AS platform, w.channel AS channel, w.campaign AS campaign, w.partner AS partner, w.product AS product, p.category AS category,
    CASE WHEN w.who IS NULL THEN NULL WHEN f.first_d IS NULL OR f.first_d >= w.since_d THEN 'new' ELSE 'returning' END AS new_returning,
    CASE WHEN v.visitor IS NULL THEN 'not_seen' ELSE 'seen' END AS seen
FROM whole AS w
LEFT JOIN products AS p ON w.product = p.product_id
LEFT JOIN first_paid AS f ON w.who = f.payer
LEFT JOIN visitors AS v ON w.who = v.visitor AND w.period = v.visit_period
"""

LEVELS = """
WITH clusters AS (
    SELECT l.period AS period, {value} AS value, coalesce(l.who, concat('order ', l.order_no)) AS cluster,
        CASE WHEN l.who IS NULL THEN 0 ELSE 1 END AS known,
        count(DISTINCT CASE WHEN l.is_refund = 0 THEN l.order_no END) AS orders,
        CAST(sum(CASE WHEN l.is_refund = 0 THEN l.fen ELSE 0 END) AS BIGINT) AS paid_fen,
        CAST(sum(CASE WHEN l.is_refund = 1 THEN l.fen ELSE 0 END) AS BIGINT) AS refund_fen
    FROM change_lines AS l
    GROUP BY l.period, {value}, coalesce(l.who, concat('order ', l.order_no)), CASE WHEN l.who IS NULL THEN 0 ELSE 1 END
)
SELECT c.period AS period, c.value AS value,
    CAST(sum(CASE WHEN c.known = 1 AND c.orders > 0 THEN 1 ELSE 0 END) AS BIGINT) AS buyers,
    CAST(sum(CASE WHEN c.known = 1 THEN c.orders ELSE 0 END) AS BIGINT) AS orders,
    CAST(sum(CASE WHEN c.known = 1 THEN c.paid_fen ELSE 0 END) AS BIGINT) AS paid_fen,
    CAST(sum(CASE WHEN c.known = 0 THEN c.orders ELSE 0 END) AS BIGINT) AS nameless_orders,
    CAST(sum(CASE WHEN c.known = 0 THEN c.paid_fen ELSE 0 END) AS BIGINT) AS nameless_fen,
    CAST(sum(c.refund_fen) AS BIGINT) AS refund_fen,
    sum(CAST(c.paid_fen - c.refund_fen AS DOUBLE) * CAST(c.paid_fen - c.refund_fen AS DOUBLE)) AS squares,
    count(*) AS clusters
FROM clusters AS c GROUP BY c.period, c.value ORDER BY c.period, c.value
"""

# The first visit of every visitor in a period: it says where a visitor counts. Its instant is found first, so that only what happened
# then is put in order, and not every visit there was.
FIRST_VISITS = """
WITH firsts AS (
    SELECT CAST(0 AS INTEGER) AS first_period, e.actor AS first_actor, min(e.t) AS first_t
    FROM events AS e WHERE e.name IN ({visit}) AND e.actor IS NOT NULL AND e.d >= $from_0 AND e.d < $to_0 GROUP BY e.actor
    UNION ALL
    SELECT CAST(1 AS INTEGER) AS first_period, e.actor AS first_actor, min(e.t) AS first_t
    FROM events AS e WHERE e.name IN ({visit}) AND e.actor IS NOT NULL AND e.d >= $from_1 AND e.d < $to_1 GROUP BY e.actor
)
SELECT r.period AS period, r.visitor AS visitor, r.platform AS platform, r.channel AS channel FROM (
    SELECT f.first_period AS period, e.actor AS visitor, e.platform AS platform, e.channel AS channel,
        row_number() OVER (PARTITION BY f.first_period, e.actor ORDER BY e.event_id) AS nth
    FROM events AS e JOIN firsts AS f ON e.actor = f.first_actor AND e.t = f.first_t
    WHERE e.name IN ({visit})
        AND ((e.d >= $from_0 AND e.d < $to_0 AND f.first_period = 0) OR (e.d >= $from_1 AND e.d < $to_1 AND f.first_period = 1))
) AS r WHERE r.nth = 1
"""

# Visitors of each period by the dimension value of their first visit, and how many of them bought in it.
VISITED = """
WITH paying AS (SELECT DISTINCT l.period AS paid_period, l.who AS payer FROM change_lines AS l WHERE l.is_refund = 0 AND l.who IS NOT NULL)
SELECT v.period AS period, v.{dimension} AS value, count(*) AS visitors, count(p.payer) AS buyers
FROM change_visits AS v LEFT JOIN paying AS p ON v.visitor = p.payer AND v.period = p.paid_period
GROUP BY v.period, v.{dimension} ORDER BY v.period, value
"""

VISITORS = """
SELECT count(DISTINCT CASE WHEN e.d >= $from_0 AND e.d < $to_0 THEN e.actor END) AS before_n,
    count(DISTINCT CASE WHEN e.d >= $from_1 AND e.d < $to_1 THEN e.actor END) AS now_n
FROM events AS e WHERE e.name IN ({visit})
"""
