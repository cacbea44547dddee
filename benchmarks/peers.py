"""The same analyses by well-known libraries, run in their own environment: `python benchmarks/peers.py TASK ARGUMENT`.

What they read is put beside them as Parquet or text; reading it is part of the work, as it is for the others.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.modules["posthog"] = None  # type: ignore[assignment]  # retentioneering reports every call to its makers otherwise

SILENCE = "30m"
DEPTH = 6


def stream(path: str, columns: list[str]) -> Any:
    import pandas as pd
    from retentioneering import Eventstream

    table = pd.read_parquet(path, columns=[*columns, "event", "timestamp"])
    return Eventstream(table, {"path_cols": columns})


def funnel_retentioneering(path: str) -> Any:
    """Ordered, but without a limit of time: it has none."""
    steps = ["page_viewed", "content_viewed", "product_viewed", "cart_added", "order_paid"]
    return [step["unique_paths"] for step in stream(path, ["actor"]).funnel_data(steps)["steps"]]


def sessions_retentioneering(path: str) -> Any:
    """By silence alone: it knows no given sessions."""
    return int(stream(path, ["actor"]).split_sessions(timeout=SILENCE).to_dataframe()["session_id"].nunique())


def paths_retentioneering(path: str) -> Any:
    from retentioneering.tools.step_matrix import StepMatrix
    from retentioneering.tools.transition_matrix import TransitionMatrix

    sessions = stream(path, ["session"])
    StepMatrix(sessions).fit(max_steps=DEPTH)
    counts = TransitionMatrix(sessions).fit("count").drop(index=["path_start"], columns=["path_end"], errors="ignore")
    return int(counts.to_numpy().max())


def markov_channelattribution(path: str) -> Any:
    import pandas as pd
    from ChannelAttribution import markov_model

    touches = pd.read_parquet(path).astype({"channel": str}).groupby("journey", sort=False)
    table = touches.agg(path=("channel", " > ".join), conversions=("orders", "first"), nulls=("nulls", "first"))
    found = markov_model(table, "path", "conversions", var_null="nulls", ncore=2, seed=1, verbose=False, flg_pro=False)
    return dict(zip(found["channel_name"], found["total_conversions"], strict=True))


def forest_networkx(path: str) -> Any:
    import networkx as nx
    import numpy as np

    parent = np.load(path)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(parent)))
    graph.add_edges_from((int(p), i) for i, p in enumerate(parent) if p >= 0)
    order = list(nx.topological_sort(graph))
    depth = dict.fromkeys(order, 0)
    for node in order:
        for child in graph.successors(node):
            depth[child] = depth[node] + 1
    below = dict.fromkeys(order, 0)
    for node in reversed(order):
        for above in graph.predecessors(node):
            below[above] += below[node] + 1
    by_level = {level: [0, 0] for level in range(4)}
    for node, level in depth.items():
        if level < 4:
            by_level[level][0] += 1
            by_level[level][1] += graph.out_degree(node)
    largest = max(below[n] + 1 for n in graph if depth[n] == 0)
    return [max(depth.values()), sum(below.values()), largest, [round(k / n, 9) for n, k in by_level.values()]]


TASKS = {
    f.__name__: f
    for f in (funnel_retentioneering, sessions_retentioneering, paths_retentioneering, markov_channelattribution, forest_networkx)
}


if __name__ == "__main__":
    task, argument = sys.argv[1:]
    # Imports are there before the clock starts, as they are for the others.
    if "retentioneering" in task:
        import retentioneering  # noqa: F401
    elif "channel" in task:
        import ChannelAttribution  # noqa: F401
    else:
        import networkx as nx  # noqa: F401
    import pandas  # noqa: F401, ICN001

    wall, cpu = time.perf_counter(), time.process_time()
    answer = TASKS[task](argument)
    said = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu, "answer": answer}
    held = next(line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    print(json.dumps(said | {"peak_mib": int(held.split()[1]) / 1024}))
