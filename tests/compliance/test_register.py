"""The register is data that holds together, and its own examples hit and miss."""

import datetime as dt
from collections import Counter

import pytest

from lianyi.compliance import check, rules
from lianyi.compliance.channels import channel_names, channel_uses
from lianyi.compliance.conditions import parse
from lianyi.compliance.register import FILES, laws, records, term_classes
from lianyi.kernel.entries import EntryFault, read

ON = dt.date(2026, 11, 20)
EXAMPLES = [(rule.id, text, True) for rule in rules().values() for text in rule.hits]
EXAMPLES += [(rule.id, text, False) for rule in rules().values() for text in rule.misses]
# The channel or category in which a rule speaks at all.
SETTING = {"PF-XHS-002": {"content.channel": "xiaohongshu"}, "CN-AD-018": {"content.category": "cosmetics"}}


def test_the_register_holds_more_than_a_hundred_rules_each_standing_on_something():
    assert len(rules()) >= 105
    assert all(rule.sources and rule.gates for rule in rules().values())
    assert Counter(rule.severity for rule in rules().values())["block"] >= 40


def test_a_rule_that_was_only_read_second_hand_says_so():
    claimed = [
        rule.id
        for rule in rules().values()
        if rule.evidence == "verified_text" and not any(s.read in {"full_text", "partial"} for s in rule.sources)
    ]

    assert claimed == []


def test_every_law_record_and_class_of_terms_is_used():
    used_laws = {source.law.id for rule in rules().values() for source in rule.sources}
    used_records = {name for rule in rules().values() for name in rule.requires}

    assert set(laws()) == used_laws
    assert set(records()) == used_records
    assert {words.id for rule in rules().values() for words in rule.terms} == set(term_classes())


@pytest.mark.parametrize("rule_id,text,hits", EXAMPLES)
def test_the_examples_of_a_rule_hit_and_miss_as_stated(rule_id, text, hits):
    rule = rules()[rule_id]

    found = check(rule.gates[0], SETTING.get(rule_id, {}), on=ON, texts={"text": text}).of(rule_id)

    assert bool(found) == hits


@pytest.mark.parametrize(
    "condition,why",
    [
        ("campaign.top_prize_fem > 1", "unknown fact"),
        ("campaign.top_prize_fen", "no flag"),
        ("campaign.mechanic == 'grop_buy'", "cannot be grop_buy"),
        ("campaign.mechanic in ['bargain', 'chop']", "cannot be chop"),
        ("campaign.top_prize_fen > 'much'", "cannot be much"),
        ("__import__('os').system('ls')", "not part of a condition"),
        ("campaign.is_chance_draw or exec('1')", "not part of a condition"),
        ("1 < 2", "must be a fact"),
        ("1 < campaign.top_prize_fen < 3", "not part of a condition"),
        ("matches(content.text, '(')", "unterminated"),
        ("campaign.is_chance_draw and", "no condition"),
    ],
)
def test_a_condition_that_could_not_mean_anything_is_refused_when_read(condition, why):
    with pytest.raises(ValueError, match=f"(?i){why}"):
        parse(condition)


def test_a_misspelt_key_of_a_rule_is_found_when_read(monkeypatch):
    from lianyi.compliance import register

    broken = {"CN-X-1": read("lianyi.compliance", "rules/privacy.toml")["CN-PI-001"] | {"severty": "high"}}
    monkeypatch.setattr(register, "read", lambda package, name: broken if name == f"rules/{FILES[0]}.toml" else {})

    with pytest.raises(EntryFault, match=r"\[CN-X-1\]: unknown key severty"):
        register.rules.__wrapped__()


def test_the_matrix_names_every_channel_for_every_mechanic_and_forbids_what_the_platform_bans():
    uses = channel_uses()

    assert all(set(row) == set(channel_names()) for row in uses.values())
    assert {channel for channel, use in uses["bargain"].items() if use.use == "forbid"} == {"wechat_h5", "wechat_moments", "wechat_group"}
    assert uses["group_buy"]["wechat_moments"].rules == ("PF-WX-002",)
    assert uses["flash_sale"]["wechat_moments"].use == "allow"
