"""Parts of a page: escaped, complete, and all of them on the page of styles."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation

import lianyi.web.ui
from lianyi.web.ui import styles
from lianyi.web.ui.covers import cover_svg
from lianyi.web.ui.icons import icon_svg

HOME = Path(lianyi.web.ui.__file__).parent


def drawn(source, **values):
    return Template("{% load amounts %}" + source).render(Context(values))


@pytest.mark.parametrize(
    "source",
    [
        "{% button %}{{ name }}{% endbutton %}",
        "{% button href=name %}x{% endbutton %}",
        "{% badge %}{{ name }}{% endbadge %}",
        "{% card title=name %}{% endcard %}",
        "{% notice %}{{ name }}{% endnotice %}",
        "{% empty title=name %}{% endempty %}",
        "{% drawer id='d' title=name %}{% enddrawer %}",
        "{% progress 1 3 name %}",
        "{% cover name name %}",
    ],
)
def test_what_people_wrote_is_escaped(source):
    assert '<b a="' not in drawn(source, name='<b a="">')


def test_an_icon_is_inline_hidden_from_readers_and_in_the_texts_colour():
    svg = drawn('{% icon "zap" 18 %}')

    assert 'aria-hidden="true"' in svg
    assert 'stroke="currentColor"' in svg
    assert 'width="18"' in svg


def test_a_button_may_be_disabled_and_then_sends_nothing():
    assert " disabled" in drawn("{% button disabled=True %}x{% endbutton %}")
    assert " disabled" not in drawn("{% button %}x{% endbutton %}")


def test_every_form_has_a_key_of_its_own():
    keys = set(re.findall(r'value="([\w-]{20,})"', drawn("{% form_key %}{% form_key %}")))

    assert len(keys) == 2


def test_a_cover_is_the_same_each_time_and_differs_between_things():
    assert cover_svg("p_1") == cover_svg("p_1")
    assert cover_svg("p_1") != cover_svg("p_2")
    assert "<circle" in cover_svg("p_1")


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("{{ 8950|money }}", "¥89.50", "¥89.50"),
        ("{{ 800|signed_money }} {{ less|signed_money }}", "+¥8.00 −¥8.00", "+¥8.00 −¥8.00"),
        ("{{ 12345|count }} {{ 5|signed }} {{ 0|signed }}", "12,345 +5 0", "12,345 +5 0"),
        ("{{ at|moment }}", "2026年11月1日 00:30", "1 Nov 2026, 00:30"),
        ("{{ at|day }}", "2026年11月1日", "1 Nov 2026"),
        ("[{{ nothing|moment }}]", "[]", "[]"),
    ],
)
def test_amounts_and_moments_are_as_people_write_them(source, zh, en):
    values = {"at": datetime(2026, 10, 31, 16, 30, tzinfo=UTC), "less": -800, "nothing": None}
    for language, said in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert drawn(source, **values) == said


def test_a_price_without_coins_shows_none():
    assert "89<small></small>" in drawn("{% price 8900 %}")
    assert "1,280<small>.50</small>" in drawn("{% price 128050 %}")


def test_the_page_of_styles_shows_every_part():
    request = RequestFactory().get("/styles/")
    request.at = datetime(2026, 11, 1, tzinfo=UTC)
    page = styles.styles(request).content.decode()
    parts = {path.stem for path in (HOME / "templates" / "ui" / "parts").glob("*.html")}
    shown = {"button", "badge", "card", "notice", "empty", "drawer", "progress", "countdown", "settings"}

    for part in shown:
        assert part in page or part == "settings"
    assert parts - shown == {"steps", "toasts", "mark"}, "a new part belongs on the page of styles"


def test_the_script_is_small():
    assert len((HOME / "static" / "ui" / "ui.js").read_bytes()) < 10_000


def test_no_template_has_style_or_script_inline():
    for path in (HOME.parent).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! src=)|javascript:", text), path


@override_settings(ROOT_URLCONF="lianyi.server.urls")
def test_a_theme_is_remembered_and_only_known_ones_are(client):
    assert client.post("/theme/", {"theme": "dark", "next": "/styles/"}).url == "/styles/"
    assert client.cookies["theme"].value == "dark"
    assert client.post("/theme/", {"theme": "dark", "next": "no page's name"}).url == "/"
    assert client.post("/theme/", {"theme": "pink", "next": "https://evil.example/"}).url == "/"
    assert client.cookies["theme"].value == ""


def test_a_theme_is_not_chosen_by_a_link(client):
    asked_wrongly = client.get("/theme/")
    assert (asked_wrongly.status_code, asked_wrongly["Allow"]) == (405, "POST")
    assert "<h2" in asked_wrongly.content.decode()


def test_every_icon_that_a_template_names_exists():
    named = {
        found
        for path in HOME.parent.rglob("*.html")
        for found in re.findall(r'icon(?:=| )"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }

    assert len(named) > 5
    for name in named:
        assert icon_svg(name)
