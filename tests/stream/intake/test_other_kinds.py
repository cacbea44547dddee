"""Events, posts, members, costs and the rest: the right fact or reference row from each."""

from pathlib import Path

import pytest

from lianyi.kernel.ids import pseudonym
from lianyi.stream.contracts import contracts
from lianyi.stream.intake import KINDS, list_imports, load_mapping, save_mapping
from lianyi.stream.intake.catalogue import kind
from lianyi.stream.intake.contents import YearMissing
from lianyi.stream.intake.events import synonyms
from lianyi.stream.intake.mapping import Mapping, layouts
from tests.stream.intake.intake_cases import balanced, csv_text


def test_every_kind_and_layout_is_well_formed():
    assert {kind(name).name for name in KINDS} == set(KINDS)
    assert {layout.kind for layout in layouts()} <= set(KINDS)
    assert set(synonyms().values()) <= set(contracts())
    for name in KINDS:
        assert kind(name).facts or kind(name).tables


def test_custom_events_keep_their_names_and_their_extra_columns(shop):
    head = ["user_id", "event", "timestamp", "session_id", "colour", "email"]
    file = shop.file(
        "a.csv",
        csv_text(
            head,
            ["u1", "spin_wheel", "2024-05-01T10:00:00Z", "s1", "red", "a@b.c"],
            ["u1", "page_viewed", "2024-05-01T10:00:01Z", "s1", "", ""],
        ),
    )
    report = shop.take(file, kind="events")
    assert [(c.name, c.count) for c in report.files[0].custom_events] == [("spin_wheel", 1)]
    assert shop.facts(columns="name, version, member_id, session_id, body") == [
        ("page_viewed", 1, "u1", "s1", None),
        ("spin_wheel", 0, "u1", "s1", '{"colour":"red"}'),
    ]
    assert report.files[0].mapping["email"] == "ignored"
    assert shop.take(file, kind="events").written == 0


def test_a_mapping_renames_events_and_keeps_the_original(shop):
    file = shop.file(
        "a.csv", csv_text(["user_id", "event", "timestamp", "item_id"], ["u", "pv", "1717113600", "p1"], ["u", "pv", "1717113601", ""])
    )
    mapping = shop.file("m.toml", 'kind = "events"\n[events]\npv = "product_viewed"\n')
    report = shop.take(file, mapping=mapping)
    assert shop.facts(columns="name, product_id, body") == [("product_viewed", "p1", '{"original":"pv"}')]
    assert report.files[0].reject_counts == {"contract": 1}
    assert (report.files[0].rejects[0].line, report.files[0].rejects[0].field) == (3, "product_id")


def test_identical_events_are_all_kept_and_imported_once(shop):
    file = shop.file("a.csv", csv_text(["user_id", "event", "timestamp"], *[["u", "click", "1717113600"]] * 3))
    assert shop.take(file, kind="events").written == 3
    assert shop.take(file, kind="events").written == 0


def test_our_own_record_maps_one_to_one(shop):
    head = ["name", "t", "member_id", "order_id", "quantity", "amount_fen", "kind", "value", "body"]
    file = shop.file(
        "a.csv",
        csv_text(
            head,
            ["order_paid", "1717113600000000", "m", "o", 2, 990, "", "", '{"line":1}'],
            ["survey_answered", "1717113600000000", "m", "", "", "", "nps", 9, ""],
        ),
    )
    shop.take(file, kind="events")
    assert shop.facts(columns="name, t, order_id, quantity, amount_fen, kind, value, body") == [
        ("order_paid", 1717113600000000, "o", 2, 990, None, None, '{"line":1}'),
        ("survey_answered", 1717113600000000, None, None, None, "nps", 9.0, None),
    ]


def test_totals_of_posts_are_booked_once_and_later_only_what_is_new(shop):
    head = ["笔记标题", "首次发布时间", "体裁", "曝光量", "阅读量", "点赞", "收藏"]
    shop.take(shop.file("a.csv", csv_text(head, ["春茶", "2024年05月01日10时00分00秒", "图文", "1.2万", 300, 10, "-"])))
    report = shop.take(shop.file("b.csv", csv_text(head, ["春茶", "2024年05月01日10时00分00秒", "图文", "1.5万", 300, 12, 4])))
    assert report.kind == "contents"
    assert shop.ask(
        "SELECT name, CAST(sum(quantity) AS BIGINT) AS n FROM events WHERE name <> 'content_published' GROUP BY 1 ORDER BY 1"
    ) == [
        {"name": "content_collected", "n": 4},
        {"name": "content_exposed", "n": 15_000},
        {"name": "content_liked", "n": 12},
        {"name": "content_viewed", "n": 300},
    ]
    assert shop.ask("SELECT count(*) AS n FROM events WHERE name = 'content_published'") == [{"n": 1}]
    assert shop.ask("SELECT DISTINCT body FROM events WHERE name = 'content_liked'") == [{"body": '{"period":"total"}'}]


def test_daily_figures_of_posts_are_flows_on_their_days(shop):
    head = ["作品id", "发布时间", "日期", "播放量"]
    file = shop.file("a.csv", csv_text(head, ["v1", "2024-05-01", "2024-05-01", 10], ["v1", "2024-05-01", "2024-05-02", 7]))
    shop.take(file, kind="contents")
    assert shop.ask("SELECT d, quantity FROM events WHERE name = 'content_viewed' ORDER BY d") == [
        {"d": 19844, "quantity": 10},
        {"d": 19845, "quantity": 7},
    ]
    assert shop.take(file, kind="contents").written == 0
    assert shop.ask("SELECT count(*) AS n FROM events WHERE name = 'content_published'") == [{"n": 1}]


def test_posts_dated_without_a_year_ask_for_it(shop):
    file = shop.file("a.csv", csv_text(["Type", "Post Month", "Post Hour", "like"], ["Photo", 12, 3, 5]))
    with pytest.raises(YearMissing) as told:
        shop.take(file, kind="contents")
    assert "--set published_year=" in told.value.say("zh")


def test_members_join_and_the_phone_becomes_the_same_stand_in_as_in_orders(shop):
    shop.take(
        shop.file(
            "m.csv",
            csv_text(["手机号", "姓名", "注册时间", "会员等级", "推荐人"], ["138 0000 0000", "张三", "2024-05-01 10:00", "金卡", "m9"]),
        ),
        kind="members",
    )
    shop.take(
        shop.file("o.csv", csv_text(["订单号", "收货人手机", "付款时间", "实付金额"], ["1", "+86-13800000000", "2024-05-02", 5])),
        kind="orders",
    )
    name = pseudonym("13800000000", shop.workspace.key)
    assert shop.ask("SELECT DISTINCT member_id FROM events") == [{"member_id": name}]
    assert shop.ask("SELECT member_id, tier, joined_d, referrer_id FROM members") == [
        {"member_id": name, "tier": "金卡", "joined_d": 19844, "referrer_id": "m9"}
    ]
    assert shop.facts("member_joined", columns="member_id, referrer_id") == [(name, "m9")]


def test_a_changed_member_row_is_accepted_and_an_unchanged_one_is_a_duplicate(shop):
    head = ["会员编号", "会员等级"]
    assert shop.take(shop.file("a.csv", csv_text(head, ["1", "金"], ["2", "银"])), kind="members").files[0].accepted == 2
    report = shop.take(shop.file("b.csv", csv_text(head, ["1", "金"], ["2", "金"])), kind="members")
    assert (report.files[0].accepted, report.files[0].duplicates) == (1, 1)
    assert balanced(report)


def test_costs_are_booked_by_kind_in_the_words_people_use(shop):
    rows = [
        ["2024-05-01", "千川", "1,000", "是"],
        ["2024-05", "坑位费", "¥500", ""],
        ["2024-05-03", "顺丰快递费", 20, "否"],
        ["2024-05-04", "莫名其妙", 1, ""],
    ]
    report = shop.take(shop.file("a.csv", csv_text(["日期", "费用类型", "金额", "是否获客"], *rows)))
    assert report.kind == "costs"
    assert shop.facts("cost_booked", columns="kind, amount_fen, subject_id") == [
        ("kol_fee", 50000, None),
        ("media", 100000, "acquisition"),
        ("other", 100, None),
        ("shipping", 2000, None),
    ]
    assert any("莫名其妙" in n.zh for n in report.files[0].notes)


@pytest.mark.slow
def test_reference_kinds_land_in_their_tables(shop):
    shop.take(shop.file("acc.csv", csv_text(["账号", "平台", "日期", "粉丝数"], ["茶铺", "小红书", "2024-05-01", "1.2万"])))
    shop.take(shop.file("comp.csv", csv_text(["竞品", "平台", "指标", "日期", "数值"], ["甲", "抖音", "声量", "2024-05-01", 12])))
    shop.take(
        shop.file(
            "tar.csv", csv_text(["指标", "开始日期", "结束日期", "目标值", "负责人"], ["gmv", "2024-05-01", "2024-06-01", "10万", "小王"])
        )
    )
    shop.take(shop.file("key.csv", csv_text(["关键词", "日期", "排名", "搜索量"], ["春茶", "2024-05-01", 3, 900])))
    shop.take(shop.file("par.csv", csv_text(["达人", "粉丝数", "佣金比例", "坑位费"], ["小鹿", "50万", "20%", "3000"])), kind="partners")
    shop.take(
        shop.file(
            "camp.csv", csv_text(["活动", "玩法", "开始时间", "结束时间", "预算"], ["五一", "拼团", "2024-05-01", "2024-05-06", "8000"])
        ),
        kind="campaigns",
    )
    assert shop.ask("SELECT * FROM accounts") == [
        {"account_id": "茶铺", "platform": "小红书", "d": 19844, "followers": 12_000, "following": None, "posts": None}
    ]
    assert shop.ask("SELECT competitor, value FROM competitors") == [{"competitor": "甲", "value": 12.0}]
    assert shop.ask("SELECT metric, from_d, to_d, target, owner FROM targets") == [
        {"metric": "gmv", "from_d": 19844, "to_d": 19875, "target": 100_000.0, "owner": "小王"}
    ]
    assert shop.ask("SELECT keyword, rank, search_volume FROM keywords") == [{"keyword": "春茶", "rank": 3, "search_volume": 900}]
    assert shop.ask("SELECT partner_id, followers, commission_share, slot_fee_fen FROM partners") == [
        {"partner_id": "小鹿", "followers": 500_000, "commission_share": 0.2, "slot_fee_fen": 300_000}
    ]
    assert shop.ask("SELECT campaign_id, mechanic, starts_d, budget_fen FROM campaigns") == [
        {"campaign_id": "五一", "mechanic": "拼团", "starts_d": 19844, "budget_fen": 800_000}
    ]


def test_mentions_and_surveys_become_facts(shop):
    shop.take(
        shop.file(
            "m.csv",
            csv_text(
                ["发布时间", "平台", "情感倾向", "内容", "作者粉丝数"],
                ["2024-05-01", "微博", "正面", "好喝", 100],
                ["2024-05-01", "微博", "负面", "难喝", ""],
            ),
        ),
        kind="mentions",
    )
    shop.take(
        shop.file(
            "s.csv", csv_text(["问卷", "提交时间", "题目", "得分"], ["q1", "2024-05-01", "推荐意愿", 9], ["q1", "2024-05-01", "满意度", 4])
        ),
        kind="surveys",
    )
    assert shop.facts("mention_seen", columns="kind, body") == [
        ("negative", '{"text":"难喝"}'),
        ("positive", '{"text":"好喝","author_followers":100}'),
    ]
    assert shop.facts("survey_answered", columns="subject_id, kind, value") == [("q1", "csat", 4.0), ("q1", "nps", 9.0)]
    assert shop.ask("SELECT survey_id, d FROM surveys") == [{"survey_id": "q1", "d": 19844}]


def test_group_buys_open_fill_and_end(shop):
    head = ["团号", "团长", "商品编号", "参团人", "开团时间", "成团时间", "成团人数", "状态"]
    shop.take(
        shop.file(
            "a.csv",
            csv_text(
                head,
                ["g1", "a", "p", "b,c", "2024-05-01 10:00", "2024-05-01 12:00", 3, "成功"],
                ["g2", "d", "p", "", "2024-05-01 10:00", "", 2, "失败"],
            ),
        )
    )
    assert shop.facts(columns="name, subject_id, member_id, quantity") == [
        ("team_completed", "g1", "a", 3),
        ("team_failed", "g2", "d", None),
        ("team_joined", "g1", "b", None),
        ("team_joined", "g1", "c", None),
        ("team_opened", "g1", "a", 3),
        ("team_opened", "g2", "d", 2),
    ]


def test_the_share_of_keys_found_is_told_once_a_table_of_their_own_was_given(shop):
    shop.take(shop.file("m.csv", csv_text(["会员编号", "会员等级"], ["m1", "金"])), kind="members")
    report = shop.take(
        shop.file(
            "o.csv", csv_text(["订单号", "会员编号", "付款时间", "实付金额"], ["1", "m1", "2024-05-01", 5], ["2", "m2", "2024-05-01", 5])
        ),
        kind="orders",
    )
    assert {c.name: c.share for c in report.files[0].checks} == {"member known": 1.0, "member in members": 0.5}


def test_every_import_leaves_a_record(shop):
    file = shop.file("m.csv", csv_text(["会员编号", "会员等级"], ["m1", "金"]))
    report = shop.take(file)
    (record,) = list_imports(shop.workspace)
    assert (record.kind, record.snapshot, record.report["files"][0]["sha256"]) == ("members", report.snapshot, report.files[0].sha256)


def test_a_mapping_survives_being_saved_and_read(tmp_path):
    mapping = Mapping(
        kind="orders",
        money_contract="net_of_refund",
        date_order="mdy",
        columns={'订单"号\\': "order_id", "备注": "ignored"},
        constants={"platform": "抖音"},
    )
    save_mapping(mapping, tmp_path / "m.toml")
    assert load_mapping(tmp_path / "m.toml") == mapping


def test_many_malformed_rows_end_in_one_clear_answer(shop):
    rows = "1,2\n" * 20_000
    report = shop.take(shop.file("a.csv", "订单号,会员编号,付款时间,实付金额\n1,m,2024-05-01,5\n" + rows), kind="orders")
    file = report.files[0]
    assert (file.accepted, file.rejected, len(file.rejects), file.reject_counts) == (1, 20_000, 10, {"too_few_cells": 20_000})
    with Path(file.rejects_file).open(encoding="utf-8-sig") as lines:
        assert sum(1 for _ in lines) == 20_001
    assert len(report.summary()) < 20
