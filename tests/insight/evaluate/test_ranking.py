"""The order of findings: worst first, the first of every area before the second of any."""

import pytest

from lianyi.insight.evaluate.ranking import ranked
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.kernel.text import Text


def finding(
    id_: str, area: str, *, severity: str = "high", basis: str = "change", money: int | None = None, q: float | None = None
) -> Finding:
    said = Text(zh=id_, en=id_)
    return Finding(
        id=id_,
        kind=id_,
        severity=severity,
        title=said,
        statement=said,
        metric=None,
        money_at_stake=money,
        grade="B",
        evidence=Evidence(sql=""),
        area=area,
        basis=basis,
        q=q,
    )


GIVEN = [
    finding("reads", "content", q=0.03),
    finding("stale", "content", q=1e-19),
    finding("clicks", "content", q=1e-12),
    finding("replies", "care", q=1e-44),
    finding("checkout", "funnel", money=-90, q=1e-25),
    finding("cart", "funnel", money=-10, q=1e-30),
    finding("total", "money", basis="symptom", money=-900),
    finding("level", "care", basis="level", money=-500),
    finding("records", "data", basis="data"),
    finding("mild", "brand", severity="medium", money=-9000),
]
TOLD = ["records", "checkout", "replies", "stale", "cart", "clicks", "reads", "level", "total", "mild"]


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_of_every_area_comes_before_the_second_of_any(turned):
    assert [f.id for f in ranked(reversed(GIVEN) if turned else GIVEN)] == TOLD


def test_nothing_is_lost_or_doubled():
    assert sorted(f.id for f in ranked(GIVEN)) == sorted(f.id for f in GIVEN)
    assert ranked([]) == ()
