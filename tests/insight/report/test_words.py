import re
from pathlib import Path

import lianyi.insight.report as report
from lianyi.insight.measure import catalogue
from lianyi.insight.measure.inputs import inputs
from lianyi.insight.report.compose.gaps import file_of, files
from lianyi.insight.report.words import FAMILIES, load
from lianyi.stream.contracts import contracts, reference_tables

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(report.__file__).parent.rglob("*") if path.suffix in {".py", ".j2"})
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def test_both_languages_name_the_same_placeholders():
    unlike = [
        f"{s}.{k}"
        for s, entries in load().items()
        for k, t in entries.items()
        if sorted(PLACEHOLDER.findall(t.zh)) != sorted(PLACEHOLDER.findall(t.en))
    ]
    assert unlike == []


def test_every_word_is_used():
    built = {
        key for prefix in ("value", "against", "baseline", "review") for key in load()[prefix] if re.search(rf'f"{prefix}\.\{{', SOURCE)
    }
    unused = [
        f"{s}.{k}"
        for s, entries in load().items()
        if s not in FAMILIES
        for k in entries
        if f'"{s}.{k}"' not in SOURCE and f"'{s}.{k}'" not in SOURCE and k not in built
    ]
    assert unused == []


def test_every_family_is_looked_up_in_code():
    assert [family for family in FAMILIES if f'of("{family}"' not in SOURCE] == []


def test_chinese_words_hold_chinese_and_english_words_do_not():
    han = re.compile(r"[\u4e00-\u9fff]")
    entries = {f"{s}.{k}": t for s, group in load().items() for k, t in group.items()}
    assert [key for key, text in entries.items() if han.search(text.en.replace("涟漪", ""))] == []
    assert [
        key for key, text in entries.items() if not han.search(PLACEHOLDER.sub("", text.zh)) and key not in {"scope.part", "value.n"}
    ] == []


def test_every_section_of_the_catalogue_has_words():
    assert {entry.section for entry in catalogue().values()} <= set(load()["section"])


def test_files_name_only_events_and_tables_that_exist():
    assert sorted(name for file in files() for name in file.events - set(contracts())) == []
    assert sorted(name for file in files() for name in file.tables - set(reference_tables())) == []
    assert sorted(name for file in files() for name in file.inputs - set(inputs())) == []


def test_every_input_of_the_catalogue_has_a_file_that_brings_it():
    assert [wanted.id for wanted in inputs().values() if file_of(wanted.says) is None] == []
