"""The wizard: a file is looked at, its columns are said, the money is checked, and only then it is imported, once."""

import datetime as dt
import gzip
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianyi.flows import jobs
from lianyi.flows.interrupted import note_interrupted
from lianyi.flows.tidy_history import find_tidying, tidy
from lianyi.ops.intake.selectors import get_upload, list_uploads
from lianyi.stream import workspace as workspaces
from lianyi.stream.intake import list_imports
from lianyi.stream.log.lock import maintaining
from lianyi.stream.log.table import EventLog
from tests.web.console.conftest import browser

HEADINGS = "订单编号,买家会员名,下单时间,总额,实付,退款,备注一"


def orders(lines=12):
    rows = [
        f"A{n},b{n % 4},2026-05-{n + 1:02d} 09:00:00,100.00,{'80.00' if n % 3 == 0 else '100.00'},{'20.00' if n % 3 == 0 else ''},x"
        for n in range(lines)
    ]
    return "\n".join([HEADINGS, *rows, "A99,b1,不是日期,10.00,10.00,,x"]).encode("gb18030")


@pytest.fixture
def fresh(tmp_path, settings, team):
    """A workspace that nobody has touched."""
    settings.WORKSPACE = workspaces.create(tmp_path / "w", brand="新店")
    return settings.WORKSPACE


def brought(client, content, name="店铺订单.csv", key="k1"):
    client.post("/console/intake/upload/", {"key": key, "file": SimpleUploadedFile(name, content)})
    return list_uploads()[0]


MAPPED = {"kind": "orders", "column-2": "paid_t", "column-3": "total_amount", "column-4": "paid_amount", "column-5": "refund_amount"}


def test_a_chinese_export_goes_all_the_way_and_its_columns_are_remembered(fresh, team):
    client = browser(team["analyst"])
    upload = brought(client, orders())
    client.post(f"/console/intake/{upload.public_id}/choose/", {"key": "k2", **MAPPED})
    checked = get_upload(upload.public_id)
    page = client.get(f"/console/intake/{upload.public_id}/").content.decode()

    assert (checked.state, checked.report["file"]["accepted"], checked.report["file"]["rejected"]) == ("ready", 12, 1), checked.fault
    assert "paid + refund = total" in page
    assert checked.report["file"]["money_contract"] == "net_of_refund"
    assert not EventLog(fresh).snapshot().files, "nothing was written yet"

    client.post(f"/console/intake/{upload.public_id}/import/", {"key": "k3"})
    done = get_upload(upload.public_id)
    (record,) = list_imports(fresh)
    rejects = client.get(f"/console/intake/rejects/{record.name}/0/")

    assert (done.state, done.progress) == ("done", 100)
    assert done.report["written"] > 12
    assert "不是日期" in b"".join(rejects.streaming_content).decode("utf-8-sig")
    assert not (fresh.path / "uploads" / upload.public_id).exists(), "the file is let go once the history holds it"

    again = brought(client, orders(), key="k4")
    assert again.choices["columns"]["实付"] == "paid_amount"
    assert again.choices["remembered"] is True
    assert again.report["file"]["accepted"] == 0, "known already"


def test_what_cannot_be_understood_says_why_and_can_be_put_right(fresh, team):
    client = browser(team["operator"])
    upload = brought(client, "甲,乙\n1,2\n".encode())

    assert upload.state == "unusable"
    assert upload.fault["zh"]
    client.post(f"/console/intake/{upload.public_id}/drop/", {"key": "k2"})
    assert get_upload(upload.public_id).state == "dropped"
    assert list_uploads() == []


def test_an_import_is_asked_for_once(fresh, team):
    client = browser(team["analyst"])
    upload = brought(client, orders())
    client.post(f"/console/intake/{upload.public_id}/choose/", {"key": "k2", **MAPPED})
    client.post(f"/console/intake/{upload.public_id}/import/", {"key": "k3"})

    assert client.post(f"/console/intake/{upload.public_id}/import/", {"key": "k4"}).status_code == 409
    assert len(list_imports(fresh)) == 1


def bomb_gzip():
    return gzip.compress(b"a,b\n" + b"1,2\n" * 12_000_000, 9)


def bomb_zip():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", b"0" * 40_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv.gz", bomb_gzip()), ("a.zip", bomb_zip()), ("a.xlsx", bomb_zip())], ids=["gzip", "zip", "xlsx"]
)
def test_a_file_that_swells_is_refused_and_leaves_nothing(name, content, fresh, team):
    answer = browser(team["analyst"]).post("/console/intake/upload/", {"key": "k", "file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert list_uploads() == []
    assert list((fresh.path / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00"), ("a.csv.gz", b"\x1f\x8b\x08broken"), ("a.zip", b"PK\x03\x04broken")],
)
def test_what_is_no_table_is_refused(name, content, fresh, team):
    assert (
        browser(team["analyst"]).post("/console/intake/upload/", {"key": "k", "file": SimpleUploadedFile(name, content)}).status_code == 422
    )


def test_a_body_that_is_too_large_is_refused_from_its_head(fresh, team):
    large = {"CONTENT_LENGTH": str(2 << 30)}

    assert browser(team["analyst"]).post("/console/intake/upload/", {"key": "k"}, **large).status_code == 413
    assert browser().post("/console/intake/upload/", {"key": "k"}, CONTENT_LENGTH=str(2 << 20)).status_code == 413, (
        "nobody signed in: small bodies only"
    )


def test_a_name_stays_a_name(fresh, team):
    upload = brought(browser(team["analyst"]), orders(), name="../../../etc/订单 1.csv")

    assert upload.name == "订单_1.csv"
    assert (fresh.path / "uploads" / upload.public_id / upload.name).is_file()


def test_examples_of_personal_columns_are_not_kept(fresh, team):
    upload = brought(browser(team["analyst"]), b"order_id,phone,paid_at,paid_amount\nA1,13800001234,2026-05-01 10:00:00,5\n")

    assert "13800001234" not in str(upload.look)
    assert "A1" in str(upload.look)


def test_a_record_cannot_lead_out_of_the_folder_of_rejects(fresh, team):
    client = browser(team["analyst"])

    assert client.get("/console/intake/rejects/..%2f..%2fworkspace/0/").status_code == 404


def test_what_follows_an_import_finds_its_facts_and_its_failure_is_not_the_imports(fresh, team, settings, monkeypatch):
    seen = []

    def follow(at):
        seen.append(bool(EventLog(fresh).snapshot().files))
        raise OSError("planted")

    monkeypatch.setattr("lianyi.web.console.cockpit.warm", follow)
    settings.AFTER_IMPORT = "lianyi.web.console.cockpit.warm"
    client = browser(team["analyst"])
    upload = brought(client, orders())
    client.post(f"/console/intake/{upload.public_id}/choose/", {"key": "k2", **MAPPED})
    client.post(f"/console/intake/{upload.public_id}/import/", {"key": "k3"})

    assert seen == [True]
    assert get_upload(upload.public_id).state == "done"


@pytest.mark.parametrize(("large", "state"), [(10, "done"), (10_000, None)])
def test_after_a_large_import_the_history_is_tidied_and_the_page_says_so(large, state, fresh, team, monkeypatch):
    monkeypatch.setattr(jobs, "LARGE_IMPORT_FACTS", large)
    client = browser(team["analyst"])
    upload = brought(client, orders())
    client.post(f"/console/intake/{upload.public_id}/choose/", {"key": "k2", **MAPPED})
    client.post(f"/console/intake/{upload.public_id}/import/", {"key": "k3"})

    found = find_tidying(fresh)
    page = client.get("/console/intake/").content.decode()

    assert (found.state if found else None) == state
    assert found.did["projections_built"] > 0 if found else "not done yet" in page
    assert ("summaries renewed" in page) == (state == "done")


def test_the_history_is_tidied_by_one_at_a_time(fresh):
    with maintaining(fresh.path):
        assert tidy(fresh, at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)) is False
    assert find_tidying(fresh) is None

    assert tidy(fresh, at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)) is True
    assert find_tidying(fresh).state == "done"


def test_a_tidying_that_was_stopped_says_so_and_is_begun_by_a_button(fresh, team):
    (fresh.path / "tidied.json").write_text(json.dumps({"state": "running", "at": "2026-07-01T12:00:00+08:00", "did": {}}))
    client = browser(team["analyst"])
    assert "Tidy now" not in client.get("/console/intake/").content.decode()

    note_interrupted(fresh, at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    page = client.get("/console/intake/").content.decode()
    client.post("/console/intake/tidy/", {"key": "k"})

    assert "stopped in the middle" in page
    assert "Tidy now" in page
    assert find_tidying(fresh).state == "done"
