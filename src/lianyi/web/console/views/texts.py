"""The text room: what people write, read by feeling and by words, over time; a person says where the reading is wrong."""

import csv as csv_files
import io
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from lianyi.insight.analyse.text.extra import TextExtraMissing
from lianyi.insight.analyse.text.opinion import LEXICON_ONLY, SOURCES
from lianyi.insight.analyse.text.reading import Mood, Said, holds, labelled, moods, said_in, terms
from lianyi.insight.analyse.text.topics import STABLE, Topics, topics
from lianyi.insight.report import pictures
from lianyi.kernel.clock import date_of
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.review.selectors import TEXT_LABELS, text_labels
from lianyi.ops.review.services import label_text
from lianyi.stream.engines.base import Engine
from lianyi.web.console.asking import Horizon, find_horizon, kept
from lianyi.web.console.explorers.drawing import drawn
from lianyi.web.console.explorers.shown import figure
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.windows import PRESETS, Span, chosen_span, spark_grain
from lianyi.web.ui.lists import harmless
from lianyi.web.ui.look import safe_next
from lianyi.web.ui.templatetags.words import spoken

PER_PAGE = 30
MOST_LETTERS = 40
SOURCE_NAMES = {
    "comments": Text(zh="评论", en="Comments"),
    "messages": Text(zh="群消息", en="Messages"),
    "reviews": Text(zh="评价", en="Reviews"),
    "mentions": Text(zh="提及", en="Mentions"),
    "posts": Text(zh="会员发帖", en="Members' posts"),
}
LABELS = {
    "positive": Text(zh="正面", en="Positive"),
    "neutral": Text(zh="看不出", en="Neutral"),
    "negative": Text(zh="负面", en="Negative"),
}
TONES = {"positive": "good", "neutral": "", "negative": "bad"}
# As `lianyi train sentiment` reads them.
TRAINED_AS = {"positive": "1", "neutral": "2", "negative": "0"}


@require_GET
@opened_to("member.read")
def texts(request: HttpRequest) -> HttpResponse:
    """Texts of a time, by source, feeling and words. Raises UnknownName."""
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, "28d")
    source, label = _choice(request, "source", SOURCE_NAMES), _choice(request, "label", LABELS)
    words = request.GET.get("words", "").strip()[:MOST_LETTERS]
    of_source = labelled(_said(horizon, span, source), text_labels())
    about = [one for one in of_source if holds(one, words)]
    shown = [one for one in about if not label or one.label == label]
    grain = spark_grain(span.window) if span.window.days > 45 else "week"
    over_time, (whole,) = moods(about, span.window, grain), moods(about, span.window, "total")
    number = _page_number(request, len(shown))
    chosen = {name: value for name, value in (("source", source), ("label", label), ("words", words)) if value}
    page = {
        "span": span,
        "presets": PRESETS,
        "keep": urlencode(chosen) + "&" if chosen else "",
        "horizon_on": date_of(horizon.last_day),
        "sources": SOURCE_NAMES,
        "labels": LABELS,
        "source": source,
        "label": label,
        "words": words,
        "any": bool(of_source),
        "n": whole.texts,
        "figures": [
            figure(Text(zh="正面占比", en="Positive"), whole.positive, "ratio"),
            figure(Text(zh="负面占比", en="Negative"), whole.negative, "ratio"),
        ],
        "picture": _picture(over_time, grain) if sum(mood.texts > 0 for mood in over_time) > 1 else "",
        "moods": [(date_of(mood.from_day), mood.texts, _figures(mood)) for mood in over_time],
        "terms": [(kind, LABELS[kind], found) for kind, found in terms(about).items() if found],
        "to_words": f"?{span.query}&" + urlencode({name: value for name, value in chosen.items() if name != "words"}),
        "topics": _topics(horizon, span, source, of_source) if request.GET.get("topics") and of_source else None,
        "topics_href": f"?{span.query}&{urlencode(chosen)}&topics=1",
        "rows": [_row(one) for one in shown[(number - 1) * PER_PAGE : number * PER_PAGE]],
        "total": len(shown),
        "before": f"?{span.query}&{urlencode(chosen)}&page={number - 1}" if number > 1 else "",
        "after": f"?{span.query}&{urlencode(chosen)}&page={number + 1}" if number * PER_PAGE < len(shown) else "",
        "caveat": LEXICON_ONLY,
        "by_person": sum(one.by_person for one in of_source),
        "may_label": may(request, "member.write"),
        "may_save": may(request, "member.export"),
        "query": span.query,
    }
    return render(request, "console/texts.html", page)


@require_POST
@opened_to("member.write")
def label(request: HttpRequest) -> HttpResponse:
    """Say what a text feels, or take it back. Raises UnknownName, BadInput."""
    label_text(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        digest=request.POST.get("digest", ""),
        label=request.POST.get("label", ""),
    )
    return redirect(safe_next(request, request.path.rsplit("/", 2)[0] + "/"))


@require_GET
@opened_to("member.export")
def labels(request: HttpRequest) -> HttpResponse:
    """The texts that people labelled, for `lianyi train sentiment --text text --label label`; of the span, as texts live in the history."""
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, "90d")
    file = io.StringIO()
    sheet = csv_files.writer(file, lineterminator="\r\n")
    sheet.writerow(["text", "label"])
    for one in labelled(_said(horizon, span, ""), text_labels()):
        if one.by_person:
            sheet.writerow([harmless(one.text), TRAINED_AS[one.label]])
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="labels-{span.first.isoformat()}-{span.last.isoformat()}.csv"'
    return response


def _said(horizon: Horizon, span: Span, source: str) -> list[Said]:
    sources = (source,) if source else tuple(SOURCES)
    return kept(horizon, f"said {span.window} {','.join(sources)}", partial(said_in, window=span.window, sources=sources))


def _topics(horizon: Horizon, span: Span, source: str, found: list[Said]) -> dict[str, Any]:
    """What the texts are about, or why that cannot be told."""
    try:
        told: Topics = kept(horizon, f"topics {span.window} {source}", partial(_topics_of, texts=[one.text for one in found]))
    except TextExtraMissing as fault:
        return {"because": fault.say(spoken()), "rows": []}
    return {
        "because": told.because.say(spoken()) if told.because else "",
        "rows": [(one, " ".join(one.keywords[:2]), one.stability < STABLE) for one in told.topics],
    }


def _topics_of(engine: Engine, texts: list[str]) -> Topics:
    return topics(texts)


def _choice(request: HttpRequest, name: str, known: dict[str, Text]) -> str:
    given = request.GET.get(name, "")
    if given and given not in known:
        raise UnknownName(what="filter", given=given, allowed=list(known))
    return given


def _page_number(request: HttpRequest, total: int) -> int:
    given = request.GET.get("page", "1")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    return min(max(1, number), max(1, -(-total // PER_PAGE)))


def _row(one: Said) -> dict[str, Any]:
    return {
        "said": one,
        "label": LABELS[one.label],
        "tone": TONES[one.label],
        "sources": [SOURCE_NAMES[source] for source in one.sources],
        "last": date_of(one.days[-1]),
        "others": [(id_, LABELS[id_]) for id_ in TEXT_LABELS if id_ != one.label or not one.by_person],
    }


def _figures(mood: Mood) -> list[Any]:
    return [figure(LABELS["positive"], mood.positive, "ratio"), figure(LABELS["negative"], mood.negative, "ratio")]


def _picture(found: list[Mood], grain: str) -> str:
    lines = tuple(
        pictures.Line(LABELS[kind].say(spoken()), tuple(getattr(mood, kind).value for mood in found), tuple(True for _ in found), role)
        for kind, role in (("negative", "now"), ("positive", "other"))
    )
    return drawn(pictures.Trend(tuple(date_of(mood.from_day).isoformat() for mood in found), grain, "ratio", lines))
