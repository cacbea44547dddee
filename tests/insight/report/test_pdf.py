import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.evaluate.result import OK
from lianyi.insight.report import compose, write
from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.document import Column, Row, Table
from lianyi.insight.report.pdf import PdfExtraMissing, pdf, tables, typeset
from tests.insight.report import report_cases as cases

CASES = ("full", "orders_only", "nothing", "british", "hostile")
POPPLER = pytest.mark.skipif(not (shutil.which("pdftotext") and shutil.which("pdfinfo")), reason="poppler reads the pages back")


@cache
def path_of(case: str, language: str = "zh") -> Path:
    return write(getattr(cases, case)(), mkdtemp(), ["pdf"], language=language)[0]


def said(tool: str, *words: object) -> str:
    return subprocess.run([tool, *map(str, words)], capture_output=True, text=True, check=True).stdout


@cache
def text(case: str, language: str = "zh") -> str:
    """The words of the pages without the spaces that setting puts between scripts."""
    return re.sub(r"\s+", "", said("pdftotext", path_of(case, language), "-"))


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


@POPPLER
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_are_a4_and_named(language):
    told = dict(line.split(":", 1) for line in said("pdfinfo", path_of("british", language)).splitlines() if ":" in line)
    assert "A4" in told["Page size"]
    assert int(told["Pages"]) >= 3
    assert told["Tagged"].strip() == "yes"
    assert told["Title"].strip().startswith("Ripple & Sons Ltd")


@POPPLER
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_document_says_can_be_searched(language):
    document = compose(cases.british(), language=language)
    page = text("british", language)
    for part in document.parts():
        assert part is document.front or squeezed(part.title) in page
    for reference in document.references:
        assert squeezed(reference.title) in page
        assert reference.code in page
    for sentence in document.front.blocks[0].sentences:
        assert squeezed(sentence.text) in page


@POPPLER
def test_every_figure_with_a_value_has_its_definition_and_its_query_in_the_file_attached(tmp_path):
    page = text("orders_only")
    said("pdfdetach", "-save", "1", "-o", tmp_path / "queries.sql", path_of("orders_only"))
    queries = (tmp_path / "queries.sql").read_text(encoding="utf-8")
    for figure in cases.orders_only().figures:
        if figure.status == OK:
            assert squeezed(figure.says.zh) in page
            assert figure.sql in queries
    numbers = set(re.findall(r"^-- (Q\d+)$", queries, re.MULTILINE))
    assert numbers
    assert all(number in page for number in numbers)


@pytest.mark.slow
@POPPLER
def test_charts_are_vectors():
    assert said("pdfimages", "-list", path_of("full")).splitlines()[2:] == []


@pytest.mark.slow
@POPPLER
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_character_is_missing_from_the_fonts(language):
    assert "\ufffd" not in text("full", language)
    fonts = said("pdffonts", path_of("full", language)).splitlines()[2:]
    assert fonts
    assert all(re.search(r"\s+yes\s+yes\s+yes\s", line) for line in fonts), "embedded, subset, with a way back to the characters"


@POPPLER
def test_what_a_shop_wrote_is_text_and_never_markup():
    page = text("hostile")
    assert squeezed('=HYPERLINK("http://evil.example")').replace('"', "") in page.replace("“", "").replace("”", "").replace('"', "")
    assert "<script>alert(1)</script>" in page
    assert "http://evil.example" not in said("pdfinfo", "-url", path_of("hostile"))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["orders_only", "british"])
def test_the_same_evaluation_gives_the_same_pages(case):
    assert pdf(compose(getattr(cases, case)())) == path_of(case).read_bytes()


def test_an_evaluation_of_nothing_still_makes_pages():
    assert path_of("nothing").read_bytes().startswith(b"%PDF-1.7")


def test_without_the_optional_part_the_refusal_says_what_to_install(tmp_path, monkeypatch):
    def absent(name: str):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(typeset, "importlib", type("Nothing", (), {"import_module": staticmethod(absent)}))
    with pytest.raises(PdfExtraMissing) as refused:
        write(cases.british(), tmp_path, ["pdf"])
    assert "lianyi[pdf]" in refused.value.say("en")
    assert list(tmp_path.iterdir()) == []


# ---- tables on a page of fixed width -----------------------------------------------------------------------------

KINDS = st.sampled_from(["money", "count", "ratio", "text", "date", "spark"])


@given(st.lists(st.tuples(KINDS, st.integers(1, 40)), min_size=1, max_size=24), st.integers(1, 4))
def test_a_table_is_cut_so_that_every_column_is_there_once_and_every_piece_fits_sparklines_giving_way(kinds, rows):
    columns = (Column("name", "名称", "text"), *(Column(f"c{i}", "标" * (1 + width // 4), unit) for i, (unit, width) in enumerate(kinds)))
    cells = [[{"text": "字" * min(width, 12), "tone": "plain"} for _, width in [("text", 4), *kinds]] for _ in range(rows)]
    table = Table("t", "", columns, tuple(Row({c.key: Label("x") for c in columns}) for _ in range(rows)))

    made = tables.pieces(table, cells, lambda _: "")

    headings = [[column["heading"] for column in piece["columns"]] for piece in made]
    assert all(piece[0] == "名称" for piece in headings)
    shown = [heading for piece in headings for heading in piece[1:]]
    plain = [column.heading for column in columns[1:] if column.unit != "spark"]
    assert shown == plain or (len(made) == 1 and shown == [column.heading for column in columns[1:]])
    for piece in made:
        fixed = [column["width"]["points"] for column in piece["columns"] if "points" in column["width"]]
        assert sum(fixed) <= tables.PAGE or len(fixed) == 1
    assert [piece["id"] for piece in made] == ["t", *[""] * (len(made) - 1)]


def test_totals_stand_only_under_whole_tables():
    columns = (Column("name", "", "text"), Column("n", "", "count", total="sum"))
    table = Table("t", "", columns, tuple(Row({"name": Label("x"), "n": Quantity(k, "count")}) for k in (1, 2, 3)))
    cells = [[{"text": "x", "tone": "plain"}, {"text": str(k), "tone": "plain"}] for k in (1, 2, 3)]

    assert tables.pieces(table, cells, lambda q: str(q.value))[0]["foot"][1]["text"] == "6"
    assert tables.pieces(table, cells[:2], lambda q: str(q.value))[0]["foot"] is None
