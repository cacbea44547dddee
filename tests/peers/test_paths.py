"""Sessions, transitions, steps and funnels beside retentioneering."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.paths.sessions import cut_ordered
from lianyi.insight.analyse.paths.steps import first_steps, step_matrix, transitions
from lianyi.kernel.clock import Window
from tests.insight.analyse.analyse_cases import engine_on

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]
STEPS = ["product_view", "add_to_cart", "cart", "shipping_details", "payment_details", "purchase"]


def stream(table: pd.DataFrame, paths: list[str]):
    from retentioneering import Eventstream

    return Eventstream(table[[*paths, "event", "timestamp"]], {"path_cols": paths})


def coded(table: pd.DataFrame):
    """Codes as our kernels take them: who, event, instant in microseconds, and the names of events."""
    names = sorted(table["event"].unique())
    who = table["user_id"].astype("category").cat.codes.to_numpy().astype(np.int64)
    name = table["event"].map({n: i for i, n in enumerate(names)}).to_numpy().astype(np.int64)
    return who, name, table["timestamp"].to_numpy().astype("datetime64[us]").astype(np.int64), names


@pytest.fixture(scope="module")
def shop(shared_data):
    table = pd.read_csv(shared_data("funnel_ecom_sessions") / "ecom.csv.gz", parse_dates=["timestamp"])
    # Two facts of one instant have an order in their file only; both are asked in that order.
    return table.sort_values(["user_id", "timestamp"], kind="stable").reset_index(drop=True)


@pytest.fixture(scope="module", params=["real", "random"])
def visits(request, shop):
    if request.param == "real":
        return shop
    rng = np.random.default_rng(5)
    n = 4_000
    table = pd.DataFrame({"user_id": rng.integers(0, 150, n).astype(str), "event": rng.choice([*STEPS, "home"], n)})
    minutes = np.cumsum(rng.exponential(0.2, n)) + np.arange(n) * 1e-6  # no two at one instant
    table["timestamp"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(minutes * 60, unit="s").floor("us")
    return table.sort_values(["user_id", "timestamp"], kind="stable").reset_index(drop=True)


def test_sessions_cut_at_half_an_hour_of_silence(visits):
    theirs = stream(visits, ["user_id"]).split_sessions(timeout="30m").to_dataframe()
    who, name, t, _ = coded(visits)

    order = np.lexsort((t, who))
    found = cut_ordered(who[order], np.full(len(who), -1), t[order], name[order])

    assert found.count == theirs["session_id"].nunique()
    assert sorted(found.lengths.tolist()) == sorted(theirs.groupby("session_id").size().tolist())


def test_transitions_and_the_events_at_each_step(visits):
    from retentioneering.tools.step_matrix import StepMatrix
    from retentioneering.tools.transition_matrix import TransitionMatrix

    given = visits if "session_id" in visits else visits.assign(session_id=visits["user_id"])
    given = given.assign(session=given["user_id"].astype(str) + "/" + given["session_id"].astype(str))
    theirs = stream(given, ["session"])
    who, name, t, names = coded(given)
    counts = TransitionMatrix(theirs).fit("count").reindex(index=names, columns=names).fillna(0).astype(int)
    session = given["session"].astype("category").cat.codes.to_numpy().astype(np.int64)
    order = np.lexsort((t, who))
    ours = cut_ordered(who[order], session[order], t[order], name[order])

    follows = transitions(ours, len(names))
    steps = step_matrix(first_steps(ours, 8), len(names))

    assert follows.tolist() == counts.to_numpy().tolist()
    shares = StepMatrix(theirs).fit(max_steps=8)[0].reindex(names).fillna(0).to_numpy()[:, 1:9]
    assert steps[:, :-1].T / ours.count == pytest.approx(shares, abs=1e-12)


@pytest.mark.parametrize("per", ["actor", "session"])
def test_the_ordered_funnel_without_a_time_limit(shop, tmp_path, per):
    shop = shop.assign(session=shop["user_id"].astype(str) + "/" + shop["session_id"].astype(str))
    theirs = stream(shop, ["user_id" if per == "actor" else "session"]).funnel_data(STEPS)["steps"]
    _, _, t, _ = coded(shop)
    columns = {"event_id": pa.array([i.to_bytes(16, "big") for i in range(len(shop))]), "name": pa.array(shop["event"])}
    columns |= {"version": pa.array([0] * len(shop), pa.int32()), "t": t, "received_t": t}
    columns |= {"member_id": pa.array(shop["user_id"].astype(str)), "session_id": pa.array(shop["session"])}

    found = funnel(engine_on(tmp_path / "w", pa.table(columns)), STEPS, Window.parse("2024-01-01", "2024-07-01"), per=per)

    assert [s.actors for s in found.steps] == [s["unique_paths"] for s in theirs]
    assert found.steps[-1].actors == {"actor": 114, "session": 15}[per]
