"""The text room: what was written is read, corrected by a person, and taken along as labels for training."""

import csv
import io

import pytest
from django.core.cache import cache, caches

from lianyi.insight.analyse.text.reading import digest_of
from lianyi.ops.review.selectors import text_labels
from lianyi.stream import workspace as workspaces
from lianyi.stream.intake import import_files
from tests.web.console.conftest import browser

PAGE = "/console/insight/texts/"
SPAN = "from=2026-05-01&to=2026-06-01"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A workspace with what others wrote of the brand in May."""
    home = tmp_path_factory.mktemp("mentions")
    workspace = workspaces.create(home / "workspace", brand="山茶")
    words = ["质量很好，非常满意"] * 3 + ["太差了，失望", "=1+1 太差了"]
    rows = ["发布时间,平台,内容,品牌"] + [f"2026-05-{n + 3:02d} 10:00:00,小红书,{text},山茶" for n, text in enumerate(words)]
    file = home / "mentions.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    report = import_files(workspace, [file], kind="mentions", received_t=1_780_000_000_000_000)
    assert [one.accepted for one in report.files] == [5]
    return workspace


@pytest.fixture
def room(written, settings, team):
    settings.WORKSPACE = written
    cache.clear()
    caches["answers"].clear()
    return team


def test_texts_are_read_with_shares_and_intervals_and_found_by_words_and_feeling(room):
    client = browser(room["reader"])

    page = client.get(f"{PAGE}?{SPAN}").content.decode()
    negative = client.get(f"{PAGE}?{SPAN}&label=negative").content.decode()

    assert "60%" in page
    assert "3 times" in page
    assert "misreads 10% to 15%" in page
    assert ("太差了，失望" in negative, "质量很好，非常满意" in negative) == (True, False)
    assert "No text matches" in client.get(f"{PAGE}?{SPAN}&words=物流").content.decode()
    assert "No texts in this time" in client.get(f"{PAGE}?from=2026-05-20&to=2026-05-21").content.decode()
    assert client.get(f"{PAGE}?label=angry").status_code == 422


def test_a_person_corrects_a_reading_takes_it_back_and_the_text_itself_is_not_kept(room):
    client, digest = browser(room["operator"]), digest_of("太差了，失望")
    address = f"{PAGE}?{SPAN}"

    answer = client.post(f"{PAGE}label/", {"key": "a", "digest": digest, "label": "neutral", "next": address})

    assert answer.url == address
    assert text_labels() == {digest: "neutral"}
    assert "labelled by a person" in client.get(address).content.decode()
    assert client.post(f"{PAGE}label/", {"key": "b", "digest": digest, "label": "angry"}).status_code == 422
    client.post(f"{PAGE}label/", {"key": "c", "digest": digest, "label": ""})
    assert text_labels() == {}


def test_labels_are_taken_along_as_training_reads_them_and_no_spreadsheet_runs_them(room):
    client = browser(room["growth_lead"])
    for n, (text, label) in enumerate((("质量很好，非常满意", "positive"), ("=1+1 太差了", "negative"))):
        client.post(f"{PAGE}label/", {"key": f"k{n}", "digest": digest_of(text), "label": label})

    rows = list(csv.reader(io.StringIO(client.get(f"{PAGE}labels.csv?{SPAN}").content.decode("utf-8-sig"))))

    assert rows == [["text", "label"], ["质量很好，非常满意", "1"], ["'=1+1 太差了", "0"]]


def test_a_shop_without_texts_says_so(team, brand):
    assert "No texts in this time" in browser(team["analyst"]).get(PAGE).content.decode()
