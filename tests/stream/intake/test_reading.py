"""Files as they come: encodings, delimiters, titles above the headings, workbooks, JSON, Parquet, damaged ones."""

import datetime as dt
import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianyi.stream.intake.delimited import _cut, lines_in, sniff
from lianyi.stream.intake.encodings import second_look
from lianyi.stream.intake.faults import (
    ColumnUnknown,
    ConstantUnknown,
    FileDamaged,
    FileEmpty,
    FileMissing,
    FormatUnknown,
    HeaderMissing,
    KindUnsure,
    MappingUnusable,
)
from tests.stream.intake.intake_cases import balanced, csv_text

HEAD = ["订单号", "会员编号", "付款时间", "实付金额", "商品名称"]
ROW = ["1", "m1", "2024-05-01 10:05", "80.00", "茶"]
EXPECTED = [("order_paid", "1", 8000, "m1")]


def paid(shop):
    return shop.facts("order_paid", columns="name, order_id, amount_fen, member_id")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_encoding_reads_the_same(shop, encoding):
    report = shop.take(shop.file("a.csv", csv_text(HEAD, ROW), encoding=encoding), kind="orders")
    assert paid(shop) == EXPECTED
    assert (
        report.files[0].encoding
        == {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 BOM", "gbk": "GB18030", "gb18030": "GB18030", "utf-16": "UTF-16"}[encoding]
    )
    assert '"title":"茶"' in shop.facts("order_paid", columns="body")[0][0]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters_are_found(shop, delimiter):
    text = delimiter.join(HEAD) + "\n" + delimiter.join(ROW) + "\n" + delimiter.join(["2", *ROW[1:]]) + "\n"
    shop.take(shop.file("a.txt", text), kind="orders")
    assert len(paid(shop)) == 2


def test_titles_above_the_headings_and_stray_spaces_do_not_count(shop):
    text = "订单报表导出\n导出时间：2024-06-01,,,\n\n 订单号 ,会员编号, 付款时间 ,实付金额（元）,商品名称\n" + ",".join(ROW) + "\n"
    report = shop.take(shop.file("a.csv", text), kind="orders")
    assert paid(shop) == EXPECTED
    assert (report.files[0].read, report.files[0].mapping["实付金额（元）"]) == (1, "paid_amount")


def test_a_workbook_is_read_from_the_sheet_whose_headings_fit(shop):
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表由系统导出"])
    sheet = book.create_sheet("订单")
    sheet.append(["订单导出"])
    sheet.append(HEAD)
    sheet.append(["1", "m1", dt.datetime.fromisoformat("2024-05-01 10:05"), 80.0, "茶"])
    sheet.append([123456789012345678, "m1", dt.datetime.fromisoformat("2024-05-01 10:05"), 80.0, "茶"])
    sheet.append(["合计", None, None, 160.0, None])
    book.save(shop.path / "a.xlsx")
    report = shop.take(shop.path / "a.xlsx", kind="orders")
    assert paid(shop) == EXPECTED
    assert shop.ask("SELECT t FROM events WHERE name = 'order_paid'") == [{"t": 1714529100000000}]
    file = report.files[0]
    assert (file.sheet, file.read, file.ignored, file.reject_counts, file.rejects[0].line) == ("订单", 3, 1, {"lost_digits": 1}, 4)


def test_json_lines_and_a_json_array_read_the_same(shop):
    records = [
        dict(zip(HEAD, ROW, strict=True)),
        {"订单号": "2", "会员编号": "m2", "付款时间": 1714529100, "实付金额": 3.5, "商品名称": None},
    ]
    shop.take(shop.file("a.jsonl", "\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\nnot json\n"), kind="orders")
    first = paid(shop)
    assert first == [*EXPECTED, ("order_paid", "2", 350, "m2")]
    report = shop.take(shop.file("a.json", json.dumps(records, ensure_ascii=False)), kind="orders")
    assert (report.written, report.files[0].duplicates) == (0, 2)


def test_parquet_and_gzip_and_zip_read_the_same(shop):
    pq.write_table(pa.table({h: [v] for h, v in zip(HEAD, ROW, strict=True)}), shop.path / "a.parquet")
    shop.take(shop.path / "a.parquet", kind="orders")
    assert paid(shop) == EXPECTED
    assert shop.take(shop.file("a.csv.gz", csv_text(HEAD, ROW)), kind="orders").written == 0
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders.csv", csv_text(HEAD, ROW))
    assert shop.take(shop.file("a.zip", packed.getvalue()), kind="orders").written == 0


def test_lines_are_physical_lines_also_after_quoted_line_ends_and_blank_lines(shop):
    text = (
        ",".join(HEAD)
        + '\n1,m,2024-05-01,5,"two\nlines"\n\n2,m,not a date,5,x\n3,m,2024-05-01,5,"a ""quoted""\r\nthing"\n4,m,2024-05-01,oops,x\n5,m\n'
    )
    report = shop.take(shop.file("a.csv", text), kind="orders")
    assert [(r.line, r.field, r.value) for r in report.files[0].rejects] == [
        (5, "paid_t", "not a date"),
        (8, "paid_amount", "oops"),
        (9, "", "5,m"),
    ]
    assert (report.files[0].read, report.files[0].accepted) == (5, 2)


def test_a_quotation_mark_that_never_closes_costs_one_line(shop):
    text = ",".join(HEAD) + '\n1,m,2024-05-01,5,"open\n2,m,2024-05-01,5,x\n'
    report = shop.take(shop.file("a.csv", text), kind="orders")
    assert report.files[0].reject_counts == {"quote_open": 1}
    assert [r[1] for r in paid(shop)] == ["2"]


def test_rows_with_empty_cells_too_many_are_whole(shop):
    text = ",".join(HEAD) + "\n" + ",".join(ROW) + ",,\n" + "2," + ",".join(ROW[1:]) + ",more\n"
    report = shop.take(shop.file("a.csv", text), kind="orders")
    assert paid(shop) == EXPECTED
    assert report.files[0].reject_counts == {"too_many_cells": 1}


def test_damaged_characters_reject_their_row_only(shop):
    good = csv_text(HEAD, *[[str(i), *ROW[1:]] for i in range(200)]).encode()
    bad = good + b"201,m,2024-05-01,5," + b"\xff\xfe\r\n"
    report = shop.take(shop.file("a.csv", bad), kind="orders")
    assert (report.files[0].accepted, report.files[0].reject_counts) == (200, {"encoding": 1})


def test_western_letters_are_no_chinese():
    assert second_look(["Café, Pérez, señor, £5".encode("cp1252")]).name == "Windows-1252"
    assert second_look(["订单编号，买家：小明".encode("gbk")]).name == "GB18030"


def test_a_file_that_cannot_be_read_says_so_and_writes_nothing(shop):
    whole = gzip.compress(csv_text(HEAD, *[[str(i), *ROW[1:]] for i in range(500)]).encode())
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    cases = [
        (shop.path / "none.csv", FileMissing),
        (shop.file("empty.csv", ""), FileEmpty),
        (shop.file("only_headings.csv", ",".join(HEAD) + "\n"), FileEmpty),
        (shop.file("cut.gz.csv", whole[:-40]), FileDamaged),
        (shop.file("cut.xlsx", book.getvalue()[:1500]), FileDamaged),
        (shop.file("binary.csv", bytes(range(256)) * 10), FormatUnknown),
        (shop.file("numbers.csv", "1,2,3\n4,5,6\n"), HeaderMissing),
    ]
    good = shop.file("good.csv", csv_text(HEAD, ROW))
    for path, fault in cases:
        with pytest.raises(fault) as told:
            shop.take(good, path, kind="orders")
        for language in ("zh", "en"):
            assert "%(" not in told.value.say(language)
    assert not shop.workspace.events_path.exists()
    assert not shop.workspace.rejects_path.exists()
    assert list(shop.workspace.scratch_path.iterdir()) == []


def test_a_kind_that_is_not_clear_is_refused_with_candidates(shop):
    with pytest.raises(KindUnsure) as told:
        shop.take(shop.file("a.csv", "foo,bar\nx,y\n"))
    assert "--as" in told.value.say("en")


def test_a_mapping_file_is_closed_and_says_what_is_wrong(shop):
    file = shop.file("a.csv", csv_text(HEAD, ROW))
    for text, word in [
        ('kindd = "orders"', "did you mean kind"),
        ('kind = "orders"\n[columns]\n"订单号" = "order_ip"', "order_id"),
        ("header = false", "names"),
        ("kind = 3", "str"),
    ]:
        with pytest.raises(MappingUnusable) as told:
            shop.take(file, mapping=shop.file("m.toml", text))
        assert word in told.value.say("en")
    with pytest.raises(ColumnUnknown):
        shop.take(file, mapping=shop.file("m.toml", 'kind = "orders"\n[columns]\n"没有的列" = "order_id"'))
    with pytest.raises(ConstantUnknown):
        shop.take(file, kind="orders", constants={"platfrom": "x"})


def test_a_dry_run_reports_and_writes_nothing(shop):
    report = shop.take(shop.file("a.csv", csv_text(HEAD, ROW, ["2", "m", "?", "1", ""])), kind="orders", dry_run=True)
    assert (report.files[0].accepted, report.files[0].rejected, report.files[0].rejects_file, report.snapshot) == (1, 1, None, None)
    assert not shop.workspace.events_path.exists()
    assert not shop.workspace.rejects_path.exists()
    assert not list(shop.workspace.imports_path.glob("*.json"))


def test_the_report_has_the_documented_shape(shop):
    report = shop.take(shop.file("a.csv", csv_text(HEAD, ROW)), kind="orders").to_json()
    assert {"kind", "files"} <= set(report)
    assert {"path", "encoding", "read", "accepted", "rejected", "duplicates", "mapping", "checks", "rejects_file"} <= set(
        report["files"][0]
    )
    assert report["files"][0]["checks"] == [{"name": "member known", "share": 1.0}]
    json.dumps(report)


def test_progress_is_told_and_ends_with_everything(shop):
    seen = []
    rows = [[str(i), *ROW[1:]] for i in range(1000)]
    report = shop.take(shop.file("a.csv", csv_text(HEAD, *rows)), kind="orders", progress=seen.append)
    assert balanced(report)
    assert seen[-1].rows == 1000
    assert seen[-1].done_bytes == seen[-1].total_bytes > 0


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (b'a,"b\nc",d\ne', b'a,"b\nc",d\n'),
        (b'a,5" tall,d\ne', b'a,5" tall,d\n'),
        (b'a,"open\nb\n', b""),
        (b'x,y\na,"open\nb\n', b"x,y\n"),
        (b"a\r\nb\r\nc", b"a\r\nb\r\n"),
        (b'a,""\n"",b\nc', b'a,""\n"",b\n'),
    ],
)
def test_a_piece_ends_with_a_record(text, whole):
    assert text[: _cut(text, ",", quoted=True, final=False)] == whole


def test_lines_are_counted_as_editors_count_them():
    assert lines_in(b"a\r\nb\rc\n") == 3


def test_a_comma_inside_cells_does_not_fool_the_sniffer():
    assert sniff(["a;b;c\n", "1,5;2,5;3,5\n", "1,5;2,5;3,5\n"]) == ";"


def test_a_piece_is_cut_alike_by_both_ways_of_looking():
    from lianyi.stream.intake.delimited import _cut_slowly

    for text in (b'a,"b\nc",d\ne', b'"x\ny\nz","p\nq"\nr,"s\n', b'a,"b ""q\n"" c"\nx', b'1" tall,"2\n3"\n4,5\n"6', b'"a"b"\n,"c\nd"\n'):
        assert _cut(text, ",", quoted=True, final=True) == _cut_slowly(text, ",", quoted=True, final=True)


def test_files_of_an_old_macintosh_are_read(shop):
    shop.take(shop.file("a.csv", (",".join(HEAD) + "\r" + ",".join(ROW) + '\r2,m1,2024-05-01 10:05,5,"x ""y"""\r')), kind="orders")
    assert [r[1] for r in paid(shop)] == ["1", "2"]
