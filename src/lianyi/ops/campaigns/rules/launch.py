"""The check before launch: items that must pass, or be let pass by a named approver with a reason; hard ones by nobody."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lianyi.compliance import Verdict, use_of
from lianyi.kernel.money import written
from lianyi.kernel.numbers import Count, Day, Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.rules.readout import LEAST_GROUPS

MOST_CONDITIONS = 8
MOST_LETTERS = 320


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the check.

    id      : stable name; `law:<rule>` for a finding of compliance
    hard    : nobody may let it pass
    says    : what was found, with its figures
    """

    id: str
    passed: bool
    says: Text
    hard: bool = False

    def to_json(self) -> dict[str, Any]:
        """The item as it is stored."""
        return {"id": self.id, "passed": self.passed, "hard": self.hard, "zh": self.says.zh, "en": self.says.en}


@dataclass(frozen=True, slots=True)
class Aimed:
    """Whom it is for. kind : all | new | tag | tier | segment; members : how many at this moment, None for a segment that was dropped; segment : its title."""

    kind: str
    members: int | None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where whole groups are held out: how many groups there are and how many of them are held out; how many of its members are in one, and in none."""

    groups: int
    held_out: int
    in_group: int
    in_none: int


@dataclass(frozen=True, slots=True)
class Case:
    """What the check looks at. Amounts in fen; verdicts of compliance for the campaign, and for its commission where it pays any."""

    has_goal: bool
    has_hypothesis: bool
    budget_left_fen: int | None
    currency: str
    problems: tuple[Text, ...]
    conditions: tuple[Text, ...]
    is_draw: bool
    prizes: int
    missing_fields: tuple[Text, ...]
    pieces_wanted: Mapping[str, int]
    pieces_there: Mapping[str, int]
    cost_each_fen: int
    expected_per_day: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    at: dt.datetime
    levels: int
    mechanic: str
    channels: tuple[str, ...]
    channel_names: Mapping[str, Text]
    full_fen: int
    reference_basis: str
    ceiling_fen: int | None
    audience: Aimed
    holdout: Drawn | None = None
    verdicts: tuple[Verdict, ...] = field(default=())


def judge(case: Case) -> tuple[Item, ...]:
    """Every item, in the order in which people read them."""
    return (
        Item("goal", case.has_goal, Text(zh="有目标：哪个指标、到多少、何时", en="a goal: which metric, how much, by when")),
        Item("hypothesis", case.has_hypothesis, Text(zh="有假设：为什么会有效", en="a hypothesis: why it should work")),
        _budget(case),
        Item("terms", not case.problems, _joined(case.problems) or Text(zh="条款彼此相容", en="the terms fit together"), hard=True),
        _simple(case),
        _prizes(case),
        Item(
            "published",
            not case.missing_fields,
            sentence("未公布：%(what)s", "not published: %(what)s", what=_joined(case.missing_fields))
            if case.missing_fields
            else Text(zh="须公布的内容齐全", en="everything that must be public is there"),
            hard=True,
        ),
        _stock(case),
        _lasts(case),
        Item(
            "dates",
            case.ends_at > max(case.at, case.starts_at),
            Text(zh="结束时间在现在和开始之后", en="it ends after now and after its start"),
            hard=True,
        ),
        Item("levels", case.levels <= 2, sentence("佣金 %(n)s 级", "%(n)s {level|levels} of commission", n=case.levels), hard=True),
        *_channels(case),
        _reference(case),
        _audience(case),
        *_groups(case),
        *_law(case.verdicts),
    )


def is_passed(items: Iterable[Item], let_pass: Iterable[str]) -> bool:
    """Whether every item passed, or may be and was let pass."""
    allowed = set(let_pass)
    return all(item.passed or (not item.hard and item.id in allowed) for item in items)


def used_up_at(case: Case) -> dt.datetime | None:
    """When the budget is used up at the pace expected; None when it never is, or nothing is known of the pace."""
    daily = case.cost_each_fen * case.expected_per_day
    if daily <= 0 or case.budget_left_fen is None:
        return None
    days = min(case.budget_left_fen / daily, 36_500)
    return case.starts_at + dt.timedelta(days=days)


def _budget(case: Case) -> Item:
    left = case.budget_left_fen
    if left is None:
        return Item("budget", passed=False, says=Text(zh="没有预算", en="no budget"))
    return Item("budget", left > 0, sentence("预算还剩 %(left)s", "%(left)s of the budget left", left=Price(left, case.currency)))


def _simple(case: Case) -> Item:
    letters = sum(len(text.zh) for text in case.conditions)
    says = sentence(
        "规则 %(n)s 条、%(letters)s 字（至多 %(most)s 条、%(most_letters)s 字）",
        "%(n)s {condition|conditions}, %(letters)s Chinese characters (at most %(most)s and %(most_letters)s)",
        n=len(case.conditions),
        letters=letters,
        most=MOST_CONDITIONS,
        most_letters=MOST_LETTERS,
    )
    return Item("simple", len(case.conditions) <= MOST_CONDITIONS and letters <= MOST_LETTERS, says)


def _prizes(case: Case) -> Item:
    if not case.is_draw:
        return Item("prizes", passed=True, says=Text(zh="不是抽奖", en="no prize draw"))
    return Item("prizes", case.prizes > 0, sentence("奖品共 %(n)s 份", "%(n)s {prize|prizes}", n=case.prizes), hard=True)


def _stock(case: Case) -> Item:
    short = [product for product, pieces in case.pieces_wanted.items() if case.pieces_there.get(product, 0) < pieces]
    if short:
        what = ", ".join(f"{product} {case.pieces_there.get(product, 0)}/{case.pieces_wanted[product]}" for product in short)
        return Item("stock", passed=False, says=sentence("库存不足：%(what)s", "stock is short: %(what)s", what=what), hard=True)
    n = sum(case.pieces_wanted.values())
    return Item("stock", passed=True, says=sentence("所需 %(n)s 件都有", "all %(n)s {piece is|pieces are} there", n=Count(n)))


def _lasts(case: Case) -> Item:
    when = used_up_at(case)
    if when is None:
        known = case.cost_each_fen == 0 or case.expected_per_day > 0
        return Item(
            "lasts",
            known,
            Text(zh="没有预计的每日成功数，算不出预算何时用完", en="without an expected pace nobody knows when the budget is used up")
            if not known
            else Text(zh="不花预算", en="it costs no budget"),
        )
    says = sentence(
        "按预计每日 %(n)s 次、每次 %(each)s，预算到 %(day)s 用完",
        "at %(n)s a day and %(each)s each, the budget is used up on %(day)s",
        n=Count(case.expected_per_day),
        each=Price(case.cost_each_fen, case.currency),
        day=Day(when.date()),
    )
    return Item("lasts", when >= case.ends_at, says)


def _channels(case: Case) -> list[Item]:
    if not case.channels:
        return [Item("channels", passed=False, says=Text(zh="没有选渠道", en="no channel was chosen"), hard=True)]
    found = []
    for mechanic in (case.mechanic, "distribution") if case.levels else (case.mechanic,):
        for channel in case.channels:
            use = use_of(mechanic, channel)
            if use.use == "allow":
                continue
            what = {
                "restricted": Text(zh="须批准人核对平台现行规则", en="an approver confirms the platform's rule of today"),
                "discouraged": Text(zh="不建议", en="bad practice"),
                "forbid": Text(zh="平台禁止", en="the platform forbids it"),
                "none": Text(zh="没有意义", en="it makes no sense there"),
            }[use.use]
            says = sentence(
                "%(channel)s：%(what)s（%(rules)s）",
                "%(channel)s: %(what)s (%(rules)s)",
                channel=case.channel_names[channel],
                what=what,
                rules=", ".join(use.rules),
            )
            found.append(Item(f"channel:{mechanic}:{channel}", passed=False, says=says, hard=use.use in {"forbid", "none"}))
    return found or [Item("channels", passed=True, says=Text(zh="所选渠道都可用", en="all channels may carry it"))]


def _reference(case: Case) -> Item:
    if not case.full_fen:
        return Item("reference_price", passed=True, says=Text(zh="不显示划线价", en="no crossed-out price is shown"))
    if case.reference_basis.strip():
        return Item(
            "reference_price",
            passed=True,
            says=sentence("划线价写明依据：%(basis)s", "the crossed-out price states its basis: %(basis)s", basis=case.reference_basis),
        )
    ceiling = (
        Text(zh="无成交记录", en="no deal on record")
        if case.ceiling_fen is None
        else Text(zh=written(case.ceiling_fen, case.currency), en=written(case.ceiling_fen, case.currency, "en"))
    )
    says = sentence(
        "划线价 %(shown)s，上限 %(ceiling)s（前七日最低成交价）",
        "crossed-out price %(shown)s, ceiling %(ceiling)s (lowest deal of the seven days before)",
        shown=Price(case.full_fen, case.currency),
        ceiling=ceiling,
    )
    return Item("reference_price", case.ceiling_fen is not None and case.full_fen <= case.ceiling_fen, says, hard=True)


def _audience(case: Case) -> Item:
    """How many members it is for."""
    aimed = case.audience
    if aimed.members is None:
        gone = sentence("人群 %(segment)s 已被删除，请另选", "the segment %(segment)s was dropped; choose another", segment=aimed.segment)
        return Item("audience", passed=False, says=gone, hard=True)
    if aimed.kind != "segment":
        return Item(
            "audience",
            aimed.members > 0 or aimed.kind in ("all", "new"),
            sentence("面向 %(n)s 位会员", "for %(n)s {member|members}", n=Count(aimed.members)),
        )
    says = sentence(
        "人群“%(title)s”此刻 %(n)s 人；开始时定下名单，之后不变",
        "the segment “%(title)s” holds %(n)s {member|members} at this moment; who is in it at the start takes part, and it stays so",
        title=aimed.segment,
        n=Count(aimed.members),
    )
    return Item("audience", aimed.members > 0, says)


def _groups(case: Case) -> list[Item]:
    """Whether a hold-out of whole groups can say anything, and for how many members no lot is drawn."""
    drawn = case.holdout
    if drawn is None:
        return []
    says = sentence(
        "%(groups)s 个群中 %(held)s 个作对照（两边各至少 %(least)s 个群，结束时才能比较）；面向的会员有 %(inside)s 人在群里，%(none)s 人不在任何群：他们照常参加、不参与比较",
        "%(held)s of %(groups)s groups are held out (at least %(least)s on each side can be compared); of its members %(inside)s are in a group and "
        "%(none)s in none: those take part and are compared with nobody",
        groups=Count(drawn.groups),
        held=Count(drawn.held_out),
        least=LEAST_GROUPS,
        inside=Count(drawn.in_group),
        none=Count(drawn.in_none),
    )
    return [Item("groups", min(drawn.held_out, drawn.groups - drawn.held_out) >= LEAST_GROUPS, says)]


def _law(verdicts: Iterable[Verdict]) -> list[Item]:
    found: dict[str, Item] = {}
    unjudged: set[str] = set()
    stale: set[str] = set()
    for verdict in verdicts:
        unjudged |= set(verdict.unjudged)
        stale |= {law.name.zh for law in verdict.stale}
        for finding in verdict.findings:
            if finding.outcome in {"blocked", "needs_evidence"}:
                id_ = f"law:{finding.rule.id}"
                known = found.get(id_)
                hard = finding.outcome == "blocked" or (known is not None and known.hard)
                found[id_] = Item(id_, passed=False, says=Text(zh=finding.say("zh"), en=finding.say("en")), hard=hard)
    items = list(found.values())
    if unjudged:
        items.append(
            Item(
                "unjudged",
                passed=False,
                says=sentence(
                    "缺事实而未判的规则：%(rules)s", "rules not judged for lack of facts: %(rules)s", rules=", ".join(sorted(unjudged))
                ),
            )
        )
    if stale:
        items.append(
            Item(
                "rules_old",
                passed=False,
                says=sentence(
                    "平台规则超过 30 天没有复核：%(what)s",
                    "platform rules that nobody looked at for 30 days: %(what)s",
                    what="、".join(sorted(stale)),
                ),
            )
        )
    return items


def _joined(texts: tuple[Text, ...]) -> Text | None:
    return Text(zh="；".join(text.zh for text in texts), en="; ".join(text.en for text in texts)) if texts else None
