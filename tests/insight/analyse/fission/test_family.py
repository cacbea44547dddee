"""A family as it can be drawn: whole where it fits, cut where it does not, and the cut is said."""

from pathlib import Path

import pytest

from lianyi.insight.analyse.fission.family import family
from lianyi.kernel.errors import NotThere
from tests.insight.analyse.analyse_cases import engine_on
from tests.insight.analyse.fission.test_fission import joined, paid

# a brought b and c; b brought d. e brought six. z came alone.
ROWS = [
    joined("a", 100), joined("b", 101, "a"), joined("c", 102, "a"), joined("d", 104, "b"), joined("z", 100),
    joined("e", 100), *(joined(f"e{n}", 105 + n, "e") for n in range(6)), paid("d", 110, 4200),
]  # fmt: skip


def test_a_family_lists_parents_before_children_with_what_each_brought_and_paid(tmp_path: Path) -> None:
    found = family(engine_on(tmp_path / "w", ROWS), "a")

    assert found is not None
    assert [(r.member, r.parent, r.depth, r.invited, r.below) for r in found.relatives] == [
        ("a", None, 0, 2, 3), ("b", "a", 1, 1, 1), ("c", "a", 1, 0, 0), ("d", "b", 2, 0, 0),
    ]  # fmt: skip
    assert {r.member: r.net_fen for r in found.relatives}["d"] == 4200
    assert (found.size, found.brought_by) == (4, None)


def test_without_a_name_it_is_the_largest_family_and_all_large_ones_are_named(tmp_path: Path) -> None:
    found = family(engine_on(tmp_path / "w", ROWS))

    assert found is not None
    assert found.root == "e"
    assert found.roots == (("e", 6), ("a", 3))


def test_what_does_not_fit_is_counted_as_hidden(tmp_path: Path) -> None:
    found = family(engine_on(tmp_path / "w", ROWS), "e", most=4)

    assert found is not None
    assert len(found.relatives) == 4
    assert found.relatives[0].hidden == 3


def test_a_part_of_a_family_knows_who_brought_its_head(tmp_path: Path) -> None:
    found = family(engine_on(tmp_path / "w", ROWS), "b")

    assert found is not None
    assert (found.brought_by, found.size) == ("a", 2)


def test_a_stranger_is_not_there_and_a_history_without_invitations_has_no_family(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        family(engine_on(tmp_path / "w", ROWS), "nobody")

    assert family(engine_on(tmp_path / "v", [joined("z", 100)])) is None
