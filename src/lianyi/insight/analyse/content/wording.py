"""The wording of contents: titles and texts that were recorded, in the order in which they were published."""

from dataclasses import dataclass, replace

from lianyi.insight.analyse.content.duplicates import Duplicates, duplicates
from lianyi.insight.analyse.content.originality import Originality, originality_in_order
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Engine

# Everything up to the end of the window: what came before it is what could have been copied.
WORDING = """
SELECT w.content_id AS content_id, min(w.t) AS t, min(w.d) AS d, min(w.title) AS title, min(w.text) AS text
FROM (
    SELECT c.content_id, c.published_t AS t, c.published_d AS d, c.title, CAST(NULL AS VARCHAR) AS text FROM contents AS c
    WHERE c.published_d < $to_d
    UNION ALL
    SELECT coalesce(e.content_id, e.subject_id) AS content_id, e.t AS t, e.d AS d, (e.body ->> '$.title') AS title, (e.body ->> '$.text') AS text
    FROM events AS e WHERE e.name IN ('content_published', 'ugc_posted') AND e.d < $to_d
) AS w
WHERE w.content_id IS NOT NULL
GROUP BY w.content_id
ORDER BY d, t, content_id
"""


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts in the order of publishing. ids, texts: of one length; inside: how many at the end lie in the window."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    inside: int


def wording(engine: Engine, window: Window) -> Wording:
    """What contents say: title and text, up to the end of the window, those of the window last."""
    rows = engine.run(WORDING, {"to_d": window.to_day}).to_pylist()
    said = [(r["content_id"], "\n".join(part for part in (r["title"], r["text"]) if part), r["d"]) for r in rows]
    kept = [(id_, text, d) for id_, text, d in said if text]
    inside = sum(d >= window.from_day for _, _, d in kept)
    return Wording(tuple(id_ for id_, _, _ in kept), tuple(text for _, text, _ in kept), inside)


def content_originality(engine: Engine, window: Window) -> Originality:
    """The contents of a window, each against everything published before it; see `originality_in_order`."""
    found = wording(engine, window)
    before = len(found.texts) - found.inside
    judged = originality_in_order(found.texts[before:], ids=found.ids[before:], corpus=found.texts[:before])
    return replace(judged, window=window, snapshot=engine.snapshot.version)


def content_duplicates(engine: Engine, window: Window, *, threshold: float = 0.6) -> Duplicates:
    """The contents of a window that mostly repeat each other; see `duplicates`."""
    found = wording(engine, window)
    before = len(found.texts) - found.inside
    alike = duplicates(found.texts[before:], ids=found.ids[before:], threshold=threshold)
    return replace(alike, window=window, snapshot=engine.snapshot.version)
