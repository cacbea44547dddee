"""Attribution over a window of the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.attribution.credit import METHOD_VERSION, MODEL_NAMES, MODELS, ModelCredit, credit, over_credit, whole_parts
from lianyi.insight.analyse.attribution.gather import TOUCHES, journeys_in
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.word_of_mouth.word_of_mouth import word_of_mouth
from lianyi.insight.measure import dimension, dimensions
from lianyi.insight.measure.session import session_of
from lianyi.kernel.clock import Window
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

GRADE = "D"  # descriptive: whatever the model, credit is not cause


@dataclass(frozen=True, slots=True)
class Attribution:
    """Credit by model and channel, with what is credited to nobody.

    orders, value_fen : orders paid in the window, and their value less what was refunded
    untouched         : orders without a touch in the lookback, or of nobody known; their value beside it
    journeys          : journeys that ended in an order, and that did not
    undecided         : journeys without an order whose lookback is not over yet; not counted
    over_credit       : by model and channel, where hold-outs say what a channel really added
    """

    window: Window
    by: str
    lookback_days: float
    orders: int
    value_fen: int
    untouched: int
    untouched_fen: int
    journeys: tuple[int, int]
    undecided: int
    touches: int
    models: tuple[ModelCredit, ...]
    snapshot: int
    over_credit: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Orders with a touch."""
        return self.journeys[0]

    def to_table(self) -> pa.Table:
        """One row a model and channel: model, channel, orders, share, low, high, value_fen, removal."""
        rows = []
        for model in self.models:
            fen = whole_parts([c.value for c in model.credits], self.value_fen - self.untouched_fen) if model.credits else []
            rows += [
                {
                    "model": model.model,
                    "channel": c.channel,
                    "orders": c.orders,
                    "share": c.share,
                    "low": c.interval[0] if c.interval else None,
                    "high": c.interval[1] if c.interval else None,
                    "value_fen": value,
                    "removal": c.removal,
                }
                for c, value in zip(model.credits, fen, strict=True)
            ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: `{"models": [{"model", "channels": [{channel, orders, share, interval, value_fen, removal}]}], ...}`."""
        table = self.to_table().to_pylist()
        return answer(
            "attribution",
            version=METHOD_VERSION,
            n=self.n,
            headline=self._leading(),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "models": [
                    {
                        "model": m.model,
                        "channels": [
                            {
                                "channel": r["channel"],
                                "orders": r["orders"],
                                "share": r["share"],
                                "interval": None if r["low"] is None else [r["low"], r["high"]],
                                "value_fen": r["value_fen"],
                                "removal": r["removal"],
                            }
                            for r in table
                            if r["model"] == m.model
                        ],
                    }
                    for m in self.models
                ],
                "over_credit": {m: {c: e.to_json() for c, e in of.items()} for m, of in self.over_credit.items()},
                "by": self.by,
                "lookback_days": self.lookback_days,
                "orders": self.orders,
                "value_fen": self.value_fen,
                "untouched": {"orders": self.untouched, "value_fen": self.untouched_fen},
                "journeys": {"with_order": self.journeys[0], "without_order": self.journeys[1], "undecided": self.undecided},
                "touches": self.touches,
            },
        )

    def _leading(self) -> tuple[str, Estimate]:
        """The share of the channel with most credit, by Markov where it was asked for, else by the first model."""
        model = next((m for m in self.models if m.model == "markov"), self.models[0] if self.models else None)
        if model is None or not model.credits or model.credits[0].share is None:
            return "leading_share", missing(
                Text(zh="订单之前没有触点记录", en="no touch is on record before any order"), n=self.orders, grade=GRADE
            )
        lead = model.credits[0]
        return f"{model.model}_share_of_{lead.channel}", Estimate(lead.share, lead.interval, self.n, GRADE)

    def explain(self) -> Text:
        """What was shared, who leads, and what this is not."""
        if not self.n:
            return sentence(
                "区间内 %(orders)s 笔订单之前 %(days)s 天都没有渠道触点记录，无法归因。",
                "No channel touch is on record in the %(days)s days before any of the %(orders)s orders; there is nothing to attribute.",
                orders=Count(self.orders),
                days=f"{self.lookback_days:g}",
            )
        leaders = {m.model: m.credits[0] for m in self.models}
        model, lead = next((x, leaders[x]) for x in ("markov", *leaders) if x in leaders)
        told = sentence(
            "%(n)s 笔订单有触点，%(none)s 笔没有。按 %(model)s，“%(channel)s”占 %(share)s。归因是佣金与路径的记账，不是增量；增量要看对照组。",
            "%(n)s orders had a touch, %(none)s had none. By the %(model)s model “%(channel)s” gets %(share)s. Attribution is bookkeeping for commission and paths, "
            "not what a channel added; only a hold-out shows that.",
            n=Count(self.n),
            none=Count(self.untouched),
            model=MODEL_NAMES[model],
            channel=dimension(self.by).called(lead.channel) if self.by in dimensions() else lead.channel,
            share=Share(lead.share or 0.0),
        )
        factor = self.over_credit.get(model, {}).get("social")
        if factor is not None and factor.value is not None and factor.interval is not None:
            told = sentence(
                "%(told)s好友分享有随机隐去的对照：%(model)s 记给它的是它真正带来的 %(times)s 倍（%(low)s 至 %(high)s）。",
                "%(told)s Friends' shares were withheld at random in part: the %(model)s model credits them with %(times)s times what they brought "
                "(%(low)s to %(high)s).",
                told=told,
                model=MODEL_NAMES[model],
                times=f"{factor.value:.1f}",
                low=f"{factor.interval[0]:.1f}",
                high=f"{factor.interval[1]:.1f}",
            )
        if self.journeys[1]:
            return told
        more = Text(
            zh="没有未成交路径的记录，马尔可夫与夏普利只反映覆盖面。",
            en=" No journey without an order is on record, so Markov and Shapley reflect reach only.",
        )
        return sentence("%(told)s%(more)s", "%(told)s%(more)s", told=told, more=more)


TABLE = pa.schema(
    [
        ("model", pa.string()),
        ("channel", pa.string()),
        ("orders", pa.float64()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("value_fen", pa.int64()),
        ("removal", pa.float64()),
    ]
)


def attribution(
    engine: Engine,
    window: Window,
    *,
    by: str = "channel",
    lookback_days: float = 7.0,
    models: Sequence[str] = MODELS,
    half_life_days: float = 7.0,
    touches: Sequence[str] = TOUCHES,
    incremental: Mapping[str, Estimate] | None = None,
    seed: int = 0,
) -> Attribution:
    """Which channels were touched before the orders paid in the window, and how each model shares the credit.

    by            : a dimension of single facts: channel, platform, partner, campaign, content ...
    lookback_days : an order's journey is what its actor touched in these days before it; 0 to 365
    touches       : event names that count as a touch; facts of one visit (same channel, under half an hour apart) are one touch
    incremental   : orders each channel really added, from hold-outs; then the over-credit factor is shown. By default what friends' shares
                    brought (channel social), where a random part of them was withheld
    Orders without a touch are credited to nobody and reported. Value is what was paid less what was refunded of the same orders.
    Raises  UnknownName, BadInput, TooManyChannels
    Grade   D whatever the model: see the method cards of `rules`, `markov`, `shapley`.
    Cost    one scan of the touches, ordered and thinned out by the engine within its memory; some 100 bytes for each touch that is left.
    """
    if incremental is None:
        incremental = _known_from_shares(engine, window) if by == "channel" else {}
    journeys, cut = journeys_in(engine, window, by=by, lookback_days=lookback_days, touches=touches)
    found = credit(journeys, models=models, half_life_days=half_life_days, seed=seed) if len(journeys.touches) else ()
    return Attribution(
        window=window,
        by=by,
        lookback_days=lookback_days,
        orders=cut.orders,
        value_fen=round(cut.value),
        untouched=cut.untouched,
        untouched_fen=round(cut.untouched_value),
        journeys=(int(journeys.conversions.sum()), int(journeys.nulls.sum())),
        undecided=cut.undecided,
        touches=cut.touches,
        models=found if float(journeys.conversions.sum()) else (),
        snapshot=engine.snapshot.version,
        over_credit={m.model: over_credit(m, {c: e for c, e in incremental.items() if c in journeys.channels}) for m in found},
    )


def _known_from_shares(engine: Engine, window: Window) -> dict[str, Estimate]:
    if not session_of(engine).presence.facts(engine).get("share_withheld"):
        return {}
    return {"social": word_of_mouth(engine, window).brought}
