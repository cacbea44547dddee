"""Writing the truth of a run beside its workspace's facts, where nothing that measures looks."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lianyi.lab.cast.people import NEVER
from lianyi.lab.cast.setting import Setting
from lianyi.lab.life.campaigns import arms
from lianyi.lab.truth.estimands import Estimand
from lianyi.lab.truth.ledger import Ledger
from lianyi.lab.worlds.world import World

FOLDER = "truth"
SCHEMA = "lianyi.truth/1"


def store(
    folder: Path, world: World, base: Setting, ledger: Ledger, found: Iterable[Estimand], *, seed: int, names: dict[str, pa.Array]
) -> Path:
    """Write truth.json (the estimands), members.parquet and contents.parquet (what each really is), and say where.

    folder : the workspace's; names : how members and contents are called in the facts
    """
    path = folder / FOLDER
    path.mkdir(parents=True, exist_ok=True)
    told = {
        "schema": SCHEMA,
        "world": world.name,
        "says": asdict(world.says),
        "seed": seed,
        "population": base.people.n,
        "from": world.start,
        "days": base.told,
        "left_out": sorted(set(world.causes) - set(_present(base))),
        "planted": [asdict(d) for d in base.drifts.drifts if d.planted],
        "estimands": [asdict(one) for one in found],
    }
    (path / "truth.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    pq.write_table(_members(base, ledger, names["members"]), path / "members.parquet", compression="zstd")
    pq.write_table(_contents(base, names["contents"]), path / "contents.parquet", compression="zstd")
    return path


def _present(base: Setting) -> list[str]:
    channels = [f"channel:{name}" for name, weight in base.world.influence.weights.items() if weight and base.weight_of(name)]
    return [*(f"campaign:{c.id}" for c in base.campaigns), *(f"drift:{d.id}" for d in base.drifts.drifts), *channels]


def _members(base: Setting, ledger: Ledger, names: pa.Array) -> pa.Table:
    people = base.people
    who = np.flatnonzero((ledger.joined != NEVER) & (ledger.joined < base.told))
    columns = {
        "member_id": names.take(pa.array(who)),
        "orders_a_day": people.buy_rate[who],
        "dropout": people.dropout[who],
        "alive": ledger.alive[who],
        "invitees": ledger.offspring[who],
        "ring": pa.array(people.fake[who], mask=people.fake[who] < 0),
        "future_orders": ledger.per_person("orders", base.told, base.days)[who],
        "future_net_fen": ledger.per_person("net_fen", base.told, base.days)[who],
    }
    for campaign in base.campaigns:
        arm = arms(base, campaign)
        columns[f"{campaign.id}_held_out"], columns[f"{campaign.id}_aware"] = arm.held_out[who], arm.aware[who]
    return pa.table(columns)


def _contents(base: Setting, names: pa.Array) -> pa.Table:
    contents = base.contents
    some = np.flatnonzero(contents.day < base.told)
    return pa.table({"content_id": names.take(pa.array(some)), "quality": contents.quality[some], "stale": contents.stale[some]})
