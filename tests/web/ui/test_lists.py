"""Lists: what an address may ask for, how a page is cut, and files that no spreadsheet runs."""

import csv
import datetime as dt
import io

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.pages import Page, order_of, page_of
from lianyi.kernel.text import Text
from lianyi.web.ui.lists import Bar, Column, Filter, Listing, cell_of, harmless, to_csv

NAME = Text(zh="名称", en="Name")
ROWS = [{"name": f"n{n}", "fen": n * 100} for n in range(120)]
THINGS = Listing(
    name=Text(zh="东西", en="things"),
    sort="-fen",
    empty=Text(zh="加一件。", en="Add one."),
    columns=(
        Column(id="name", name=NAME, value=lambda row: row["name"], sort=True),
        Column(id="fen", name=Text(zh="金额", en="Amount"), value=lambda row: row["fen"], unit="money", sort=True),
    ),
    filters=(
        Filter(id="words", name=NAME),
        Filter(id="kind", name=NAME, kind="choice", choices={"a": Text(zh="甲", en="A")}),
        Filter(id="since", name=NAME, kind="day"),
    ),
)


class Rows(list):
    def count(self):
        return len(self)


def fetch(asked):
    return page_of(Rows(ROWS), asked.number, asked.size)


def get(query=""):
    return RequestFactory().get(f"/things/?{query}")


def test_a_page_has_its_rows_and_the_way_to_its_neighbours():
    table = THINGS.table(get("page=2&words=n&sort=name"), fetch)

    assert (len(table.rows), table.page.first_row, table.page.last_row, table.page.total) == (50, 51, 100, 120)
    assert table.before == "?words=n&sort=name&page=1"
    assert table.after == "?words=n&sort=name&page=3"


@pytest.mark.parametrize(("number", "expected"), [(0, 1), (1, 1), (3, 3), (99, 3)])
def test_a_page_beyond_the_last_is_the_last(number, expected):
    assert page_of(Rows(ROWS), number).number == expected


def test_an_empty_list_is_one_page_without_rows():
    page = page_of(Rows(), 1)

    assert (page.rows, page.last, page.first_row, page.last_row) == ((), 1, 0, 0)


def test_asking_for_a_column_again_turns_its_order_round():
    assert THINGS.table(get("sort=name"), fetch).headings[0].href == "?sort=-name"
    assert THINGS.table(get("sort=-name"), fetch).headings[0].href == "?sort=name"
    assert THINGS.table(get(), fetch).headings[0].at == ""


@pytest.mark.parametrize("query", ["sort=cost", "kind=b", "sort=--fen"])
def test_a_name_that_a_list_does_not_have_is_refused(query):
    with pytest.raises(UnknownName):
        THINGS.asked(get(query).GET)


def test_a_day_that_is_none_is_refused_and_a_page_that_is_none_is_the_first():
    with pytest.raises(BadInput):
        THINGS.asked(get("since=soon").GET)
    assert THINGS.asked(get("since=2026-06-01&page=x").GET).given["since"] == dt.date(2026, 6, 1)
    assert THINGS.asked(get("page=²").GET).number == 1


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("x")'])
def test_words_that_a_spreadsheet_could_run_are_made_harmless(words):
    text = to_csv(THINGS.columns[:1], [{"name": words}])

    assert list(csv.reader(io.StringIO(text)))[1][0] == "'" + words
    assert harmless("a=1") == "a=1"


def test_a_file_holds_every_row_with_numbers_as_numbers():
    file = THINGS.file(get("page=2"), fetch, "things")
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))

    assert len(rows) == 121
    assert rows[3] == ["n2", "2.00"]
    assert file["Content-Disposition"] == 'attachment; filename="things.csv"'


def test_a_negative_amount_is_a_number_and_stays_one():
    assert to_csv(THINGS.columns[1:], [{"fen": -50}]).splitlines()[1] == "-0.50"


def test_an_order_is_a_name_of_the_closed_list():
    assert order_of({"paid": "paid_at"}, "paid") == "paid_at"
    with pytest.raises(UnknownName):
        order_of({"paid": "paid_at"}, "password")
    assert isinstance(page_of(Rows(ROWS)), Page)


@pytest.mark.parametrize(
    ("more", "drawn"),
    [
        ({}, "&lt;b&gt;"),
        ({"link": lambda row: "/x/?a=1&b=2"}, '<a href="/x/?a=1&amp;b=2">&lt;b&gt;</a>'),
        ({"tone": lambda value: "good"}, '<span class="badge is-good">&lt;b&gt;</span>'),
        ({"tone": lambda value: ""}, '<span class="badge">&lt;b&gt;</span>'),
        ({"unit": "code"}, "<code>&lt;b&gt;</code>"),
        ({"under": lambda row: "<i>"}, '&lt;b&gt;<span class="quiet small block">&lt;i&gt;</span>'),
        ({"bar": lambda row: Bar(2.6, 10)}, '&lt;b&gt;<progress value="3" max="10" aria-label="名称"></progress>'),
    ],
)
def test_a_cell_is_drawn_by_what_its_column_says_and_what_people_wrote_is_escaped(more, drawn):
    with translation.override("zh-hans"):
        assert cell_of(Column(id="x", name=NAME, value=lambda row: "<b>", **more), {}).html == drawn


def test_a_column_that_may_be_missing_stands_where_a_row_has_something_there():
    columns = (
        Column(id="name", name=Text(zh="名称", en="Name"), value=lambda row: row[0]),
        Column(id="note", name=Text(zh="备注", en="Note"), value=lambda row: row[1], optional=True),
    )
    listing = Listing(name=Text(zh="东西", en="things"), empty=Text(zh="加一件。", en="Add one."), columns=columns)

    def heads(*rows):
        return [heading.column.id for heading in listing.table(get(), lambda asked: page_of(Rows(rows), 1)).headings]

    assert heads(("a", None), ("b", "")) == ["name"]
    assert heads(("a", None), ("b", "x")) == ["name", "note"]


def test_a_list_without_rows_says_what_there_is_none_of_and_asks_for_no_filter():
    table = THINGS.table(get(), lambda asked: page_of(Rows(), 1))

    with translation.override("zh-hans"):
        page = render_to_string("ui/lists/list.html", {"table": table})

    assert "还没有东西" in page
    assert '<form class="filters"' not in page
