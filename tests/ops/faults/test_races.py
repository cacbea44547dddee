"""Real processes at the same instant, on SQLite and PostgreSQL: nothing is sold twice, given twice, or lost; and the naive way does oversell."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.ops.faults.databases import copied_database
from tests.ops.faults.shift import Nursery

pytestmark = pytest.mark.fault
PROCESSES = 8


class Track:
    """Where scenes are set, racers run, and what became of it is looked at; all of it in processes of their own."""

    def __init__(self, nursery: Nursery) -> None:
        self.nursery = nursery

    def alone(self, name: str, **given):
        """Something that one process does by itself: set a scene, or look."""
        said = self.nursery.ask(do="alone", name=name, given=given)
        assert "answer" in said, said
        return said["answer"]

    def race(self, *racers: tuple[str, dict]) -> list:
        """Racers (what, with what) start together; answers what each answers."""
        said = self.nursery.ask(do="race", racers=[{"name": name, "given": given} for name, given in racers])
        assert [one["fault"] for one in said if "fault" in one] == []
        return [one["answer"] for one in said]

    def everything_holds(self) -> bool:
        assert self.alone("verify") == []
        return True


@pytest.fixture(scope="module")
def track(tmp_path_factory, opened_shop) -> Iterator[Track]:
    home = tmp_path_factory.mktemp("races")
    with copied_database(home / "w", opened_shop) as environment:
        nursery = Nursery(environment, home)
        yield Track(nursery)
        nursery.close()


def counted(answers: list[list[str]]) -> Counter:
    return Counter(one for each in answers for one in each)


def test_a_hot_item_sells_to_the_last_piece_and_no_further_in_both_lanes_at_once(track):
    scene = track.alone("hot_item", pieces=60, members=40, limit=3)
    answers = track.race(*[("buy_hot", {"scene": scene, "seed": n, "tries": 14, "lane": n % 2 == 0}) for n in range(PROCESSES)])

    assert counted(answers)["ok"] == 60
    assert set(counted(answers)) <= {"ok", "sold_out", "limit_reached"}
    assert track.alone("stock_of", scene=scene) == {"total": 60, "available": 0, "held": 60, "sold": 0}
    assert track.everything_holds()
    # Nobody paid: after expiry and one sweep every piece is there again, back in the shop once the sale is over.
    assert track.alone("stock_of", scene=scene)["held"] == 0


def test_the_naive_way_oversells_the_same_item(track):
    scene = track.alone("hot_item", pieces=60, members=1, limit=3)
    answers = track.race(*[("buy_naively", {"scene": scene, "tries": 40}) for _ in range(PROCESSES)])

    assert counted(answers)["ok"] > 60
    track.alone("repair", scene=scene)
    assert track.everything_holds()


def test_the_last_piece_goes_to_one_of_sixty_four(track):
    scene = track.alone("hot_item", pieces=1, members=64, limit=1)
    answers = track.race(*[("buy_hot", {"scene": scene, "seed": n, "tries": 8, "lane": n % 2 == 1}) for n in range(PROCESSES)])

    assert counted(answers) == {"ok": 1, "sold_out": 63}
    assert track.everything_holds()


def test_fifty_presses_of_one_button_are_one_order(track):
    scene = track.alone("hot_item", pieces=60, members=1, limit=3)
    answers = track.race(*[("one_key", {"scene": scene, "presses": 7}) for _ in range(PROCESSES)])

    assert len(counted(answers)) == 1
    assert track.alone("stock_of", scene=scene)["held"] == 1


def test_carts_with_the_same_things_in_opposite_order_all_get_through(track):
    scene = track.alone("two_things", members=8, pieces=60)
    answers = track.race(*[("buy_both", {"scene": scene, "backwards": n % 2 == 0, "tries": 8, "seed": n}) for n in range(PROCESSES)])

    assert counted(answers) == {"ok": 60, "sold_out": 4}
    assert track.everything_holds()


def test_stock_that_is_lowered_while_it_sells_stays_whole(track):
    scene = track.alone("two_things", members=8, pieces=40)
    racers = [("buy_both", {"scene": scene, "backwards": False, "tries": 6, "seed": n}) for n in range(PROCESSES - 1)]
    *bought, taken = track.race(*racers, ("take_away", {"scene": scene, "times": 10}))

    assert counted(bought)["ok"] + counted([taken])["ok"] == 40
    assert track.everything_holds()


def test_a_limit_set_while_it_sells_counts_who_bought_before(track):
    scene = track.alone("unlimited_item", pieces=200, members=5)
    racers = [("buy_unlimited", {"scene": scene, "tries": 8, "seed": n}) for n in range(PROCESSES - 1)]
    track.race(*racers, ("set_limit", {"scene": scene}))

    assert track.everything_holds()


def test_payment_against_expiry_ends_one_way_or_the_other(track):
    scene = track.alone("waiting_orders", n=24)
    payers = [("pay_all", {"scene": scene, "seed": n}) for n in range(2)]
    answers = track.race(*payers, ("sweep", {"times": 4}), ("sweep", {"times": 4}))

    assert counted(answers[:2]) == {"ok": 48}
    found = track.alone("outcomes", scene=scene)
    assert found["paid"] + found["closed"] == 24
    assert found["captured"] == found["paid"]
    assert track.everything_holds()


def test_a_payment_told_of_by_four_at_once_is_one_payment(track):
    scene = track.alone("waiting_orders", n=10)
    track.race(*[("pay_all", {"scene": scene, "seed": n, "reference": "notice"}) for n in range(4)])

    assert track.alone("outcomes", scene=scene) == {"paid": 10, "closed": 0, "captured": 10}
    assert track.everything_holds()


def test_a_refund_told_of_by_four_at_once_is_settled_once(track):
    scene = track.alone("approved_refunds", n=6)
    track.race(*[("settle_all", {"scene": scene}) for _ in range(4)])

    assert track.alone("settled", scene=scene) == {"settled": 6}
    assert track.everything_holds()


def test_joining_a_team_against_its_expiry_fills_it_or_gives_the_money_back(track):
    scene = track.alone("open_teams", n=6, size=3)
    joiners = [("join_and_pay", {"scene": scene, "seed": n, "nth": n}) for n in range(6)]
    answers = track.race(*joiners, ("end_teams", {"times": 3}), ("end_teams", {"times": 3}))

    assert set(counted(answers[:6])) <= {"ok", "team_closed"}
    found = track.alone("team_states", scene=scene)
    assert set(found["states"]) <= {"full", "expired"}
    assert found["paid_in"] in ([], ["full"])
    assert track.everything_holds()


def test_eight_friends_at_once_cut_each_bargain_to_its_floor_exactly(track):
    scene = track.alone("bargains", n=5, helpers=8)
    answers = track.race(*[("help_all", {"scene": scene, "nth": n}) for n in range(PROCESSES)])

    assert counted(answers) == {"ok": 40, "already_in": 40}
    assert track.alone("cuts", scene=scene) == {"cut_fen": [5_000] * 5, "helps": [8] * 5}
    assert track.everything_holds()


def test_the_naive_way_gives_more_away_than_a_bargain_has(track):
    scene = track.alone("bargains", n=40, helpers=8)
    answers = track.race(*[("help_naively", {"scene": scene}) for _ in range(PROCESSES)])

    assert sum(int(one) for one in counted(answers).elements()) > sum(track.alone("cuts", scene=scene)["cut_fen"])
    track.alone("repair", scene=scene)
    assert track.everything_holds()


def test_no_more_coupons_are_grabbed_than_there_are_nor_by_anyone_than_they_may(track):
    scene = track.alone("coupons", total=20, per_member=1, members=30)
    answers = track.race(*[("grab_coupons", {"scene": scene, "seed": n}) for n in range(PROCESSES)])

    assert counted(answers)["ok"] == 20
    assert track.alone("coupons_out", scene=scene) == {"issued": 20, "most": 1}
    assert track.everything_holds()


def test_no_more_prizes_are_drawn_than_there_are(track):
    scene = track.alone("lottery", units=[2, 4], members=20)
    answers = track.race(*[("draw_all", {"scene": scene, "seed": n}) for n in range(PROCESSES)])

    found = track.alone("prizes", scene=scene)
    assert found["draws"] == counted(answers)["ok"] == 20
    assert found["given"] == [2, 4]
    assert track.everything_holds()


def test_the_links_of_a_chain_of_invitations_are_reached_once_by_friends_who_pay_together(track):
    scene = track.alone("invitations", friends=6)
    track.race(*[("pay_nth", {"scene": scene, "nth": n}) for n in range(6)])

    assert track.alone("chain_rewards", scene=scene) == {"rewards": 1}
    assert track.everything_holds()


def test_points_released_while_part_of_their_order_goes_back_come_to_what_is_left(track):
    scene = track.alone("earned_points", n=8)
    track.race(("release_earned", {"times": 4}), ("release_earned", {"times": 4}), ("refund_parts", {"scene": scene}))
    track.alone("release_earned", times=1)

    assert {(state, amount - reversed_) for state, amount, reversed_ in track.alone("accruals", scene=scene)["rows"]} == {("released", 99)}
    assert track.everything_holds()


def test_two_relays_at_once_lose_nothing_and_double_nothing(track):
    scene = track.alone("things", pieces=1_000, members=8)
    writers = [("keep_ordering", {"scene": scene, "times": 20, "seed": n}) for n in range(4)]
    answers = track.race(*writers, ("relay_on", {"times": 12}), ("relay_on", {"times": 12}))

    assert counted(answers[:4])["ok"] > 40
    assert counted(answers[4:])["led"] > 0
    assert track.everything_holds()
