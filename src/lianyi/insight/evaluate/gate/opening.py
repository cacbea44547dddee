"""The gate opened: volumes counted, faults found, and what they mean in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lianyi.insight.evaluate.behaviour import keep_person_days
from lianyi.insight.evaluate.case import Case, span
from lianyi.insight.evaluate.gate.faults import STOPPED, Fault, Gate
from lianyi.insight.evaluate.gate.records import record_checks
from lianyi.insight.evaluate.gate.tracking import tracking_faults
from lianyi.insight.evaluate.gate.volumes import volumes
from lianyi.insight.evaluate.result import Check, Evidence, Finding
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Day, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts import contracts

EVERYWHERE = Text(zh="全部平台", en="all platforms")


@dataclass(frozen=True, slots=True)
class Opened:
    """The gate, and the checks that belong to it."""

    gate: Gate
    checks: tuple[Check, ...]


def open_gate(case: Case) -> Opened:
    """Keep the person days of the compared windows and say what of the records may be relied on."""
    compared = case.comparison
    if compared is None:
        return Opened(Gate(), ())
    first = min(compared.before.from_day, compared.now.from_day)
    keep_person_days(case.engine, first, compared.now.to_day)
    counted = volumes(case.engine, Window(first, compared.now.to_day))
    sides = tuple(
        {key: series[w.from_day - first : w.to_day - first] for key, series in counted.items()} for w in (compared.before, compared.now)
    )
    gate = Gate(tracking_faults(case.engine, compared.before, compared.now, (sides[0], sides[1])))
    return Opened(gate, (_tracking(gate), *record_checks(case, counted)))


def _tracking(gate: Gate) -> Check:
    name = Text(zh="埋点是否完好", en="Tracking is whole")
    if not gate.faults:
        return Check(
            "tracking", name, "ok", Text(zh="没有订单照常而行为消失的平台", en="on no platform did behaviour vanish while orders went on")
        )
    fault = gate.faults[0]
    return Check("tracking", name, "fail", _says(fault), 1 - fault.seen / fault.expected if fault.expected else None)


def _says(fault: Fault) -> Text:
    zh = "“%(platform)s”的%(names)s在 %(days)s 几乎消失，而订单是平时的 %(orders)s：多半是埋点坏了，不是没有人来"
    en = "%(names)s on “%(platform)s” all but vanished over %(days)s, while orders stood at %(orders)s of the usual: broken tracking, most likely, not missing people"
    if fault.kind != STOPPED:
        zh = "“%(platform)s”的%(names)s自 %(since)s 少了 %(lost)s，而订单是平时的 %(orders)s，凭空出现的订单变多：多半是埋点漏记"
        en = "%(names)s on “%(platform)s” lost %(lost)s from %(since)s on, while orders stood at %(orders)s of the usual and more of them came from nowhere: tracking loses facts, most likely"
    return sentence(
        zh,
        en,
        platform=fault.platform or EVERYWHERE,
        names=_listed(fault.names),
        days=span(Window(fault.from_day, fault.to_day)),
        since=Day(date_of(fault.from_day)),
        lost=Share(1 - fault.seen / fault.expected if fault.expected else 0.0),
        orders=Share(fault.orders_seen / fault.orders_expected if fault.orders_expected else 0.0),
    )


def _listed(names: Iterable[str]) -> Text:
    said = [contracts()[name].says for name in names]
    return Text(zh="、".join(t.zh.split("（")[0] for t in said), en=", ".join(t.en.split(" (")[0].lower() for t in said))


def findings(gate: Gate) -> Iterator[Finding]:
    """One finding a fault: what looks like a fall is a hole in the records."""
    for nth, fault in enumerate(gate.faults):
        yield Finding(
            id="tracking_lost" if not nth else f"tracking_lost_{nth + 1}",
            kind="tracking_lost",
            severity="high",
            title=sentence(
                "“%(platform)s”的埋点坏了：%(names)s",
                "Tracking broke on “%(platform)s”: %(names)s",
                platform=fault.platform or EVERYWHERE,
                names=_listed(fault.names),
            ),
            statement=sentence(
                "%(says)s。凡是靠这些记录算的指标，本次不与之前比较，其余平台照常评估。",
                "%(says)s. Figures that rest on these records are not compared; the other platforms are evaluated as usual.",
                says=_says(fault),
            ),
            metric=None,
            money_at_stake=None,
            grade="B",
            evidence=Evidence(
                sql=fault.sql,
                columns=(
                    ("what", Text(zh="记录", en="Records"), "text"),
                    ("expected", Text(zh="应有", en="Expected"), "count"),
                    ("seen", Text(zh="实有", en="Seen"), "count"),
                ),
                rows=(
                    {"what": _listed(fault.names), "expected": round(fault.expected), "seen": round(fault.seen)},
                    {
                        "what": Text(zh="同期订单", en="Orders of the same days"),
                        "expected": round(fault.orders_expected),
                        "seen": round(fault.orders_seen),
                    },
                ),
                n=round(fault.expected),
            ),
            area="data",
            basis="data",
            where=None if fault.platform is None else ("platform", fault.platform),
            since=date_of(fault.from_day).isoformat(),
        )
