"""What every analysis says as JSON: the same envelope everywhere, and one headline with its interval, n and grade."""

from typing import Any

from lianyi.insight.analyse.estimate import Estimate
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text

# The keys that every answer has; what is its own comes between `headline` and `explain`.
ENVELOPE = ("schema", "version", "snapshot", "window", "n", "grade", "headline", "explain")


def answer(
    name: str,
    *,
    version: int,
    n: int,
    headline: tuple[str, Estimate],
    explain: Text,
    own: dict[str, Any],
    window: Window | None = None,
    snapshot: int | None = None,
) -> dict[str, Any]:
    """The documented shape `lianyi.NAME/1` of an analysis.

    version  : of the method: another number may give other figures for the same data
    n        : observations
    headline : the one figure to quote, by name; its grade is that of the answer, and it may say why it cannot be estimated
    own      : what this analysis says beyond the envelope
    window, snapshot : None where the answer is about a file, not about the history
    >>> from lianyi.insight.analyse.estimate import missing
    >>> nobody = Text(zh="没有人", en="nobody")
    >>> told = answer("funnel", version=1, n=0, headline=("conversion", missing(nobody)), explain=nobody, own={"steps": []})
    >>> told["schema"], told["headline"]["figure"], told["headline"]["because"]["en"], told["grade"]
    ('lianyi.funnel/1', 'conversion', 'nobody', 'D')
    """
    figure, estimate = headline
    return {
        "schema": f"lianyi.{name}/1",
        "version": version,
        "snapshot": snapshot,
        "window": None if window is None else {"from": window.start.isoformat(), "to": window.end.isoformat()},
        "n": n,
        "grade": estimate.grade,
        "headline": {"figure": figure, **estimate.to_json()},
        **own,
        "explain": {"zh": explain.zh, "en": explain.en},
    }
