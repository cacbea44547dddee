"""Pages of the console on the demo brand: how long each takes, the first time for a snapshot and after that, and its queries.

python -m benchmarks console

The first time includes working out the answers of the history, or the page that says it is doing so; `after` is how long it then took until
the page had them, and `meanwhile` the longest that a page without a question to the history took while they were worked out: what is to
stay as it is whatever others ask. Answers are kept for the snapshot. Targets: the cockpit within 600 ms and every other page within 300 ms at the 95th percentile,
on two cores. Then every page of a shop of a million members (million.py) with ninety days of history, a hundred million facts: each within two
seconds, the first time too.
"""

import json
import os
import sys
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks import million
from benchmarks.harness import run

HOME, MILLION = Path(".bench") / "console", Path(".bench") / "million"
ROUNDS = 20
OTHER = "/console/team/"
COCKPIT_MS, PAGE_MS, MILLION_MS = 600, 300, 2000
QUARTER = ("2026-07-01", "2026-10-01")
PATHS = {
    "cockpit": "/console/",
    "measure": "/console/measure/",
    "metric": "/console/measure/net_sales/?by=platform",
    "analyses": "/console/insight/",
    "funnel": "/console/insight/funnel/",
    "retention": "/console/insight/retention/",
    "paths": "/console/insight/paths/",
    "rfm": "/console/insight/rfm/",
    "attribution": "/console/insight/attribution/",
    "fission": "/console/insight/fission/",
    "family": "/console/insight/fission/family/",
    "content": "/console/insight/content/",
    "community": "/console/insight/community/",
    "evaluate": "/console/evaluate/",
    "evaluation": "/console/evaluate/{review}/",
    "tasks": "/console/tasks/",
    "report": "/console/report/",
    "campaigns": "/console/campaigns/",
    "import": "/console/intake/",
    "team": "/console/team/",
    "settings": "/console/settings/",
    "audit": "/console/audit/",
    "api values": "/api/v1/measure?metrics=net_sales,orders&from=2026-09-01&to=2026-10-01&grain=day",
}
# What grows with members, filtered and turned in every way that costs something.
LISTS = {
    "members": "/console/members/",
    "of a tier": "/console/members/?tier=gold",
    "with a tag": "/console/members/?tag=敏感肌",
    "from a day": "/console/members/?since=2026-01-01",
    "by their id": "/console/members/?words=x00012",
    "page 20,000": "/console/members/?page=20000",
    "one member": "/console/members/x0500000/",
    "tiers and tags": "/console/members/tiers/",
    "segments": "/console/members/segments/",
    "who agreed": "/console/members/segments/count/?condition-0=consents_to&value-0=marketing",
    "who stays away": "/console/members/segments/count/?condition-0=not_bought_within&value-0=30&condition-1=tag&value-1=老客",
    "who paid much": "/console/members/segments/count/?condition-0=paid&value-0=100&condition-1=tier&value-1=gold",
    "orders": "/console/shop/",
    "orders by state": "/console/shop/?state=closed",
    "orders from a day": "/console/shop/?since=2026-01-01",
    "an order's id": "/console/shop/?words=o_x0001",
    "orders by amount": "/console/shop/?sort=-payable",
    "ledger": "/console/ledger/",
    "entries": "/console/ledger/entries/",
    "risk": "/console/risk/",
    "plan": "/console/plan/",
    "audit": "/console/audit/",
}


def build(home: Path = HOME, members: int | None = None, days: int | None = None) -> None:
    """The demo brand, made once; of so many members and days where they are given."""
    from lianyi.cli.simulate import fill
    from lianyi.lab.brand import brand_name
    from lianyi.lab.worlds import read_world
    from lianyi.stream import workspace as workspaces
    from lianyi.stream.log.table import EventLog

    workspace = workspaces.create(home, brand=brand_name())
    if not EventLog(workspace).snapshot().files:
        world = read_world("brand")
        fill(workspace, world, members=members or world.members, days=days or world.days, seed=1, twins=False)


def pages(home: Path, paths: dict[str, str], *, rounds: int) -> dict[str, Any]:
    """Milliseconds and queries of every page, in one process, by Django's own client: all of the product but the socket."""
    import django

    os.environ |= {
        "LIANYI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "lianyi.server.settings",
        "LIANYI_DEBUG": "1",
        "LIANYI_HOSTS": "testserver",
    }
    django.setup()
    from django.core.cache import caches
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import get_resolver
    from django.utils import timezone

    from lianyi.ops.team.services import found_owner
    from lianyi.web.console.aside import work_beside

    call_command("migrate", verbosity=0, interactive=False)
    review = evaluated() if any("{review}" in path for path in paths.values()) else ""
    if home == MILLION:
        million.fill()
    caches["answers"].clear()
    client = Client()
    client.force_login(found_owner(at=timezone.now()), backend="django.contrib.auth.backends.ModelBackend")
    # As the server does before its first request.
    get_resolver().url_patterns  # noqa: B018 - looking at them imports them
    work_beside()
    found: dict[str, Any] = {}
    begun = time.perf_counter()
    for name, path in paths.items():
        address = path.replace("{review}", review)
        first = timed(client, address)
        after, meanwhile = worked_out(client, address)
        times = [timed(client, address) for _ in range(rounds)]
        with CaptureQueriesContext(connection) as queries:
            timed(client, address)
        cut = quantiles(times, n=20)
        found[name] = {
            "first": first, "worked_out_seconds": after, "meanwhile": meanwhile, "p50": cut[9], "p95": cut[18], "queries": len(queries)
        }  # fmt: skip
    return {"seconds": time.perf_counter() - begun, "pages": found}


def evaluated() -> str:
    """The evaluation of the last quarter, carried out here when there is none; answers its id."""
    import datetime as dt

    from django.conf import settings
    from django.utils import timezone

    from lianyi.flows.evaluate_period import evaluate_period
    from lianyi.kernel.actor import SYSTEM
    from lianyi.ops.review import selectors, services

    done = selectors.find_latest_review()
    if done is None:
        from_on, to_on = (dt.date.fromisoformat(text) for text in QUARTER)
        public_id = services.ask_review(key="bench", actor=SYSTEM, at=timezone.now(), from_on=from_on, to_on=to_on)
        evaluate_period(settings.WORKSPACE, public_id=public_id, now=timezone.now)
        done = selectors.get_review(public_id)
    return str(done.public_id)


def timed(client: Any, address: str) -> float:
    """Milliseconds of one request, which must succeed, or say that it is being worked out."""
    begun = time.perf_counter()
    answer = client.get(address)
    spent = (time.perf_counter() - begun) * 1000
    assert answer.status_code in {200, 202}, (address, answer.status_code)
    return spent


def worked_out(client: Any, address: str) -> tuple[float, float]:
    """Seconds until a page has its answers, coming back as a browser would; the most milliseconds that another page took meanwhile."""
    begun, longest = time.perf_counter(), 0.0
    while client.get(address).status_code == 202:
        back_at = time.perf_counter() + 1
        while time.perf_counter() < back_at:
            longest = max(longest, timed(client, OTHER))
            time.sleep(0.05)
    return time.perf_counter() - begun, longest


def main() -> None:
    """Print every page beside its target."""
    HOME.mkdir(parents=True, exist_ok=True)
    run("benchmarks.console", "build")
    said = run("benchmarks.console", "pages").said["pages"]
    show("Pages of the console on the demo brand", said, {name: COCKPIT_MS if name == "cockpit" else PAGE_MS for name in said})
    said = run("benchmarks.console", "lists").said["pages"]
    show("Pages of a shop of a million members and ninety days of history", said, dict.fromkeys(said, MILLION_MS))


def show(title: str, said: dict[str, Any], targets: dict[str, int]) -> None:
    """A table of pages."""
    print(f"\n{title}, milliseconds")
    print(f"  {'page':<18}{'first':>9}{'p50':>9}{'p95':>9}{'target':>9}{'queries':>9}{'after, s':>10}{'meanwhile':>11}")
    for name, one in said.items():
        late = "" if one["p95"] <= targets[name] else "  LATE"
        print(
            f"  {name:<18}{one['first']:9.0f}{one['p50']:9.0f}{one['p95']:9.0f}{targets[name]:9d}{one['queries']:9d}"
            f"{one['worked_out_seconds']:10.1f}{one['meanwhile']:11.0f}{late}"
        )


if __name__ == "__main__":
    task = sys.argv[1]
    if task == "build":
        started = time.perf_counter()
        build()
        print(json.dumps({"seconds": time.perf_counter() - started}))
    elif task == "lists":
        build(MILLION, million.MEMBERS, million.DAYS)
        print(json.dumps(pages(MILLION, LISTS | {name: path for name, path in PATHS.items() if "{review}" not in path}, rounds=5)))
    else:
        print(json.dumps(pages(HOME, PATHS, rounds=ROUNDS)))
