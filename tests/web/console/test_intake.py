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
from lianyi.ops.members.models import Member
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
    ("name", "swelling"), [("a.csv.gz", bomb_gzip), ("a.zip", bomb_zip), ("a.xlsx", bomb_zip)], ids=["gzip", "zip", "xlsx"]
)
def test_a_file_that_swells_is_refused_and_leaves_nothing(name, swelling, fresh, team):
    answer = browser(team["analyst"]).post("/console/intake/upload/", {"key": "k", "file": SimpleUploadedFile(name, swelling())})

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


MEMBERS = "member_id,joined_at,tier\n13800000001,2026-05-01 10:00:00,金卡\n13800000002,2026-05-02 10:00:00,\n13800000003,,\n".encode()


def imported(client, content, name, kind):
    """A file that went all the way; the page it ends on."""
    upload = brought(client, content, name=name, key=f"{name}1")
    client.post(f"/console/intake/{upload.public_id}/choose/", {"key": f"{name}2", "kind": kind})
    client.post(f"/console/intake/{upload.public_id}/import/", {"key": f"{name}3"})
    return get_upload(upload.public_id), client.get(f"/console/intake/{upload.public_id}/").content.decode()


def test_imported_members_and_products_are_there_for_the_team_and_the_page_counts_them(fresh, team):
    client = browser(team["operator"])
    upload, page = imported(client, MEMBERS, "members.csv", "members")
    goods, _ = imported(client, "product_id,title,price\np1,面霜,99.00\n".encode(), "products.csv", "products")

    assert upload.state == "done"
    assert upload.report["taken"] | {"left_out": {}} == {"members": 2, "groups": 0, "seats": 0, "left": 0, "products": 0, "left_out": {}}
    assert "Taken over by the operations" in page
    assert "members without a day of joining" in page
    assert Member.objects.count() == 2
    assert goods.report["taken"]["products"] == 1
    assert "面霜" in client.get("/console/shop/products/").content.decode()
    assert "New members 0 · groups 0" in client.get("/console/intake/").content.decode()


def test_who_may_not_write_members_imports_and_a_colleague_takes_over(fresh, team):
    upload, page = imported(browser(team["analyst"]), MEMBERS, "members.csv", "members")

    assert upload.state == "done"
    assert not Member.objects.exists()
    assert "were not taken over" in page
    assert "Take over now" not in browser(team["analyst"]).get("/console/intake/").content.decode()

    colleague = browser(team["operator"])
    assert "Take over now" in colleague.get("/console/intake/").content.decode()
    colleague.post("/console/intake/take-over/", {"key": "k"})
    assert Member.objects.count() == 2
    assert "New members 2 · groups 0" in colleague.get("/console/intake/").content.decode()


def test_orders_are_imported_without_a_word_about_members(fresh, team):
    client = browser(team["operator"])
    upload = brought(client, orders())
    client.post(f"/console/intake/{upload.public_id}/choose/", {"key": "k2", **MAPPED})
    client.post(f"/console/intake/{upload.public_id}/import/", {"key": "k3"})

    assert get_upload(upload.public_id).report["taken"] == {}
    assert "Taken over" not in client.get(f"/console/intake/{upload.public_id}/").content.decode()


def test_what_goes_wrong_in_taking_over_is_not_the_imports_fault_and_is_told(fresh, team, monkeypatch):
    def fails(*_, **__):
        raise OSError("planted")

    monkeypatch.setattr(jobs, "take_over", fails)
    upload, page = imported(browser(team["operator"]), MEMBERS, "members.csv", "members")

    assert upload.state == "done"
    assert "it is our fault" in page
