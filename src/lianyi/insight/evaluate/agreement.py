"""How far the methods agree: shown, never averaged away."""

import itertools
from collections.abc import Sequence

from lianyi.insight.evaluate.result import Agreement, Method
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text


def agreement_of(methods: Sequence[Method]) -> Agreement | None:
    """Highest and lowest of the methods that could be evaluated, and the pairs whose intervals lie apart; None for fewer than two.

    There is no mean of the seven: they measure different things, and where they differ the difference is the news.
    """
    scored = [(m, m.score) for m in methods if m.score is not None]
    if len(scored) < 2:
        return None
    highest, lowest = max(scored, key=lambda pair: pair[1]), min(scored, key=lambda pair: pair[1])
    apart = tuple(
        (a.id, b.id)
        for (a, _), (b, _) in itertools.combinations(scored, 2)
        if a.interval is not None and b.interval is not None and (a.interval[1] < b.interval[0] or b.interval[1] < a.interval[0])
    )
    return Agreement(
        highest=highest[0].id,
        lowest=lowest[0].id,
        spread=highest[1] - lowest[1],
        apart=apart,
        says=_says(highest, lowest, len(scored), len(apart)),
    )


def _says(highest: tuple[Method, float], lowest: tuple[Method, float], n: int, apart: int) -> Text:
    zh = "%(n)s 种方法给出 %(low)s 到 %(high)s 分：最高是“%(best)s”，最低是“%(worst)s”。"
    en = "%(n)s methods score between %(low)s and %(high)s: “%(best)s” highest, “%(worst)s” lowest. "
    if apart:
        zh += "其中 %(apart)s 对的区间互不重叠，分歧是真实的：它们看的是不同的事，不取平均。"
        en += "Pairs whose intervals lie apart: %(apart)s. The methods do differ: they look at different things and are not averaged."
    else:
        zh += "区间都有重叠，看不出真正的分歧。"
        en += "All intervals overlap: no real difference can be seen."
    return sentence(
        zh,
        en,
        n=n,
        low=f"{lowest[1]:.0f}",
        high=f"{highest[1]:.0f}",
        best=highest[0].name,
        worst=lowest[0].name,
        apart=apart,
    )
