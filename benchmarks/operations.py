"""The operations under load, as ratios within one run: one hot item, batches, the hot lane over HTTP, fairness, the ledger's guards, the relay.

    python -m benchmarks operations

On SQLite, and on PostgreSQL where LIANYI_TEST_DATABASE_URL names a server in which a database may be made. Server, database and clients
share this machine: rates are what it gives, the ratios are what counts. Each has a control in the same run.
"""

import datetime as dt
import http.client
import itertools
import json
import multiprocessing
import os
import secrets
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks.harness import run

PROCESSES = 8
PIECES = 200
SECONDS = 4.0
ROUNDS = 3
PORT = 18_471
MEMBERS = 400
NUMBERS = itertools.count()


def prepare() -> dict[str, Any]:
    """A database with its members."""
    from django.core.management import call_command

    from lianyi.kernel.actor import SYSTEM
    from lianyi.ops.members.services import join

    call_command("migrate", verbosity=0, interactive=False)
    for n in range(MEMBERS):
        join(actor=SYSTEM, at=now(), phone=f"138{n:08d}", key=f"member:{n}")
    return {"seconds": 0.0}


def one_item() -> dict[str, Any]:
    """Eight processes on one item: what was sold, what is left, and what the naive way sells."""
    from django.db.models import F

    from lianyi.kernel.errors import LianyiError
    from lianyi.ops.shop.models import OrderLine, Stock
    from lianyi.ops.shop.selectors import get_stock

    thing, naive = product(PIECES), product(PIECES)
    members = list_members()

    def buy(nth: int) -> int:
        sold = 0
        for n in range(PIECES // 4):
            try:
                order(members[(nth + n) % len(members)], thing)
                sold += 1
            except LianyiError:
                continue
        return sold

    def buy_naively(nth: int) -> int:
        sold = 0
        for _ in range(PIECES // 4):
            row = Stock.objects.get(product=naive, purpose="shop")
            if row.available >= 1:
                Stock.objects.filter(pk=row.pk).update(available=row.available - 1, held=row.held + 1)
                sold += 1
        return sold

    started = time.perf_counter()
    sold = sum(together(buy))
    seconds = time.perf_counter() - started
    row = get_stock(thing)
    lines = OrderLine.objects.filter(product=thing).count()
    control = sum(together(buy_naively))
    Stock.objects.filter(product=naive).update(available=F("available") + F("held"), held=0)
    return {
        "seconds": seconds, "sold": sold, "oversold": max(0, lines - PIECES), "undersold": PIECES - lines if sold < PIECES else 0,
        "residue": abs(row.held - lines) + abs(row.available), "naive_oversold": control - PIECES,
    }  # fmt: skip


def batching(orders: int = 50, batches: int = 8) -> dict[str, Any]:
    """Orders one by one, and the same orders sixty-four to a transaction; in turns, the median of five each."""
    from lianyi.ops.shop.services.hot import LANE

    thing, members = product(10**6), list_members()
    times: dict[str, list[float]] = {"alone": [], "together": []}
    for _ in range(5):
        started = time.perf_counter()
        for n in range(orders):
            order(members[n % len(members)], thing)
        times["alone"].append((time.perf_counter() - started) / orders)
        asked = wishes(thing, members, 64 * batches)
        started = time.perf_counter()
        for first in range(0, len(asked), 64):
            verdicts = LANE.carry_out(asked[first : first + 64])
            assert all(isinstance(one, dict) for one in verdicts)
        times["together"].append((time.perf_counter() - started) / len(asked))
    alone, together_ = (sorted(times[name])[2] for name in ("alone", "together"))
    return {"seconds": together_, "of_alone": alone / together_}


def wishes(thing: Any, members: list[Any], n: int) -> list[Any]:
    """As many orders of one piece as the hot lane takes them."""
    from lianyi.kernel.actor import Actor
    from lianyi.ops.journal.batch import Asked
    from lianyi.ops.shop.services import Line
    from lianyi.ops.shop.services.hot import Wish
    from lianyi.ops.shop.services.place import Terms, order_payload

    terms, at, found = Terms(), now(), []
    for nth in range(n):
        member = members[nth % len(members)]
        wish = Wish(member, Line(thing, 1, 9_900), terms)
        payload = order_payload(member, [wish.line], terms)
        actor = Actor("member", member.public_id)
        found.append(Asked(key=key(), name="shop.place_order", actor=actor, at=at, payload=payload, request=wish))
    return found


def fairness(turns: str = "taken") -> dict[str, Any]:
    """Eight writers for some seconds: the most and the fewest orders of one. turns : "none" leaves SQLite to its own busy handler."""
    from django.db import connection

    from lianyi.kernel.errors import TryLater

    thing, members = product(10**6), list_members()

    def write(nth: int) -> int:
        if turns == "none":
            connection.turn = None
        done, until = 0, time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                order(members[(nth * 7 + done) % len(members)], thing)
            except TryLater:
                continue
            done += 1
        return done

    done = together(write)
    return {"seconds": SECONDS, "most": max(done), "fewest": min(done), "orders": sum(done)}


def ledger(transactions: int = 150) -> dict[str, Any]:
    """Points posted with the database's guards, and without any, where the program moves the balances itself; in turns."""
    from django.db.models import F

    from lianyi.kernel.actor import SYSTEM
    from lianyi.ops.journal import triggers
    from lianyi.ops.journal.commands import execute
    from lianyi.ops.ledger.models import Account
    from lianyi.ops.ledger.services import Leg, account_of, house, post

    members = list_members()

    def posted(*, guarded: bool) -> float:
        started = time.perf_counter()
        for n in range(transactions):
            member, name = members[n % len(members)], key()

            def do(member: Any = member, name: str = name) -> dict[str, str]:
                legs = [Leg(account_of(member, "points"), 5), Leg(house("points_issuer", member), -5)]
                post(key=name, at=now(), actor=SYSTEM, kind="points_given", legs=legs)
                if not guarded:
                    for leg in legs:
                        Account.objects.filter(pk=leg.account.pk).update(balance=F("balance") + leg.amount)
                return {}

            execute(key=f"c:{name}", name="bench.post", actor=SYSTEM, at=now(), payload={}, do=do)
        return time.perf_counter() - started

    posted(guarded=True)
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(3):
        times[True].append(posted(guarded=True))
        with triggers.lifted():
            times[False].append(posted(guarded=False))
    guarded, bare = sorted(times[True])[1], sorted(times[False])[1]
    return {"seconds": guarded / transactions, "of_unguarded": bare / guarded}


def relaying() -> dict[str, Any]:
    """Writers, some of whose transactions roll back, beside a relay; and beside a poller that reads on from the last id."""
    from django.conf import settings

    from lianyi.kernel.errors import LianyiError
    from lianyi.ops.journal.models import Fact
    from lianyi.ops.journal.relay import relay
    from lianyi.stream.engines.duckdb import DuckDBEngine
    from lianyi.stream.log.table import EventLog

    # Nothing of the history is opened before the processes part.
    log = EventLog(settings.WORKSPACE)
    before = Fact.objects.order_by("-id").values_list("id", flat=True).first() or 0
    thing, members = product(10**6), list_members()

    def work(nth: int) -> list[int]:
        until = time.monotonic() + SECONDS
        if nth == 0:
            while time.monotonic() < until:
                relay(log)
        elif nth == 1:
            seen: list[int] = []
            while time.monotonic() < until + 0.5:
                seen += Fact.objects.filter(id__gt=seen[-1] if seen else before).order_by("id").values_list("id", flat=True)
            return seen
        else:
            n = 0
            while time.monotonic() < until:
                n += 1
                try:
                    order(members[(nth + n) % len(members)], thing, quantity=10**5 if n % 20 == 0 else 1, lines=2)
                except LianyiError:
                    continue
        return []

    started = time.perf_counter()
    polled = set(together(work)[1])
    relay(log)
    seconds = time.perf_counter() - started
    there = set(Fact.objects.values_list("uid", flat=True))
    engine = DuckDBEngine(log.snapshot())
    rows = engine.run("SELECT seq, lower(hex(event_id)) AS uid FROM events ORDER BY seq").to_pylist()
    engine.close()
    uids, seqs = [row["uid"] for row in rows], [row["seq"] for row in rows]
    later = set(Fact.objects.filter(id__gt=before).values_list("id", flat=True))
    return {
        "seconds": seconds, "facts": len(later), "lost": len(there - set(uids)), "doubled": len(uids) - len(set(uids)),
        "gaps": len(set(range(1, len(seqs) + 1)) - set(seqs)), "poller_lost": len(later - polled),
    }  # fmt: skip


def over_http() -> dict[str, Any]:
    """Orders of one item over HTTP, straight through with sixteen clients, and through the hot lane with as many and with twice as many; in turns."""
    sale = flash_sale()
    members = [member.public_id for member in list_members()]
    granian = [
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(PORT),
        "--workers",
        "1",
        "--blocking-threads",
        "32",
        "--log-level",
        "critical",
    ]
    server = subprocess.Popen([sys.executable, "-m", *granian, "benchmarks.hot_server:application"])
    turns = (("direct", "direct", 16), ("hot_as_many", "hot", 16), ("hot", "hot", 32))
    took: dict[str, list[float]] = {name: [] for name, _, _ in turns}
    cpu = dict.fromkeys(took, 0.0)
    try:
        wait_until_served()
        for lane in ("direct", "hot"):
            pressed(f"/{lane}/{sale}", members, 2, seconds=0.5)
        for _ in range(ROUNDS):
            for name, lane, clients in turns:
                before = cpu_seconds(server.pid)
                took[name] += pressed(f"/{lane}/{sale}", members, clients)
                cpu[name] += cpu_seconds(server.pid) - before
    finally:
        server.terminate()
        server.wait(timeout=30)
    return {
        "seconds": len(turns) * ROUNDS * SECONDS,
        **{f"{name}_per_second": len(times) / (ROUNDS * SECONDS) for name, times in took.items()},
        **{f"{name}_p99_ms": sorted(times)[int(len(times) * 0.99)] * 1000 for name, times in took.items()},
        **{f"{name}_cpu_ms": cpu[name] / len(times) * 1000 for name, times in took.items()},
    }


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far, user and system; that of a database server beside them is not in it."""
    lines = {int(file.parent.name): file.read_text().rpartition(")")[2].split() for file in Path("/proc").glob("[0-9]*/stat")}
    family = [line for number, line in lines.items() if number == pid or int(line[1]) == pid]
    return sum(int(line[11]) + int(line[12]) for line in family) / os.sysconf("SC_CLK_TCK")


def pressed(address: str, members: list[str], clients: int, *, seconds: float = SECONDS) -> list[float]:
    """Seconds that each answered request took, from clients that ask without pause.

    One process plays them all, with no more work than it takes to write a request and to find the end of its answer: what it uses of the
    machine the server lacks.
    """
    ready, times = selectors.DefaultSelector(), []
    said: dict[socket.socket, tuple[float, bytes]] = {}
    numbers, until = itertools.count(secrets.randbelow(10**9)), time.monotonic() + seconds

    def ask(client: socket.socket) -> None:
        n = next(numbers)
        path = f"{address}/{members[n * 31 % len(members)]}/{secrets.token_hex(8)}"
        said[client] = (time.perf_counter(), b"")
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode())

    for _ in range(clients):
        client = socket.create_connection(("127.0.0.1", PORT))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(client, selectors.EVENT_READ)
        ask(client)
    while said:
        for key_, _ in ready.select(timeout=30):
            client = key_.fileobj
            started, before = said[client]
            text = before + client.recv(65_536)
            # The server sends answers in chunks, of which an empty one is the last.
            if not text.endswith(b"0\r\n\r\n"):
                assert len(text) < 65_536, text
                said[client] = (started, text)
                continue
            assert text.startswith(b"HTTP/1.1 200"), text
            times.append(time.perf_counter() - started)
            if time.monotonic() < until:
                ask(client)
            else:
                del said[client]
                ready.unregister(client)
                client.close()
    return times


def wait_until_served() -> None:
    """Until a whole answer came: the first one takes the time in which the server reads its own code."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not come up")


def together(work: Callable[[int], Any], processes: int = PROCESSES) -> list[Any]:
    """Run work(0), work(1) ... in processes that begin at the same moment; answers what each answers."""
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(processes)

    def child(nth: int, pipe: Any) -> None:
        if processes == PROCESSES:
            connection.ensure_connection()
        barrier.wait()
        pipe.send(work(nth))
        connection.close()

    pipes = [context.Pipe(duplex=False) for _ in range(processes)]
    children = [context.Process(target=child, args=(nth, pipe)) for nth, (_, pipe) in enumerate(pipes)]
    for one in children:
        one.start()
    for _, pipe in pipes:
        pipe.close()
    answers = [reader.recv() for reader, _ in pipes]
    for one in children:
        one.join()
    return answers


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def key() -> str:
    """A key that no other process uses."""
    return f"bench:{os.getpid()}:{next(NUMBERS)}"


def list_members() -> list[Any]:
    from lianyi.ops.journal.commands import find_result
    from lianyi.ops.members.selectors import get_member

    return [get_member((find_result(f"member:{n}") or {})["member"]) for n in range(MEMBERS)]


def product(pieces: int) -> Any:
    from lianyi.kernel.actor import SYSTEM
    from lianyi.ops.shop.services import add_product

    return add_product(actor=SYSTEM, at=now(), title="item", price_fen=9_900, pieces=pieces, key=key())


def order(member: Any, thing: Any, *, quantity: int = 1, lines: int = 1) -> Any:
    from lianyi.kernel.actor import Actor
    from lianyi.ops.shop.services import Line, place_order

    wanted = [Line(thing, quantity, 9_900)] * lines
    return place_order(key=key(), actor=Actor("member", member.public_id), at=now(), member=member, lines=wanted)


def flash_sale() -> str:
    """A running sale of as many pieces as anybody may want."""
    from lianyi.kernel.actor import Actor
    from lianyi.ops.campaigns import services as campaigns
    from lianyi.ops.campaigns.selectors import get_campaign
    from lianyi.ops.plan.services import set_budget, set_goal

    owner, at = Actor("team", "bench", frozenset({"owner"})), now()
    day = dt.timedelta(days=1)
    goal = set_goal(actor=owner, at=at, title="g", metric="net_sales", target=1e9, from_on=at.date(), to_on=(at + day).date())
    said = campaigns.Said(
        mechanic="flash_sale", title="sale", terms={"price_fen": 9_000, "limit_per_member": 100}, starts_at=at, ends_at=at + day,
        product=product(10**6), pieces=10**6, goal=goal, budget=set_budget(actor=owner, at=at, title="b", amount_fen=10**11), hypothesis="h",
        channels=("own_h5",), expected_per_day=1,
    )  # fmt: skip
    made = campaigns.create_campaign(actor=owner, at=at, said=said)
    for item in campaigns.check_campaign(actor=owner, at=at, campaign=made).items:
        if not item["passed"]:
            campaigns.override_item(actor=owner, at=at, campaign=made, item=item["id"], reason="bench")
    campaigns.schedule(actor=owner, at=at, campaign=made)
    return str(campaigns.start(at=at, campaign=get_campaign(made.public_id)).public_id)


TASKS = {f.__name__: f for f in (prepare, one_item, batching, fairness, ledger, relaying, over_http)}


def main() -> None:
    """Every task on each database, and the ratios; what each line compares stands in docs/guide/campaigns.md."""
    server = os.environ.get("LIANYI_TEST_DATABASE_URL", "")
    measured("SQLite", "")
    if not server:
        print("\noperations: SKIPPED on PostgreSQL, LIANYI_TEST_DATABASE_URL names no server")
        return
    import psycopg

    name = f"lianyi_bench_{secrets.token_hex(4)}"
    with psycopg.connect(urlunsplit(urlsplit(server)._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            measured("PostgreSQL", urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measured(database: str, url: str) -> None:
    """Run and print one database's figures."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "LIANYI_HOME": str(Path(folder) / "w"),
            "LIANYI_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "lianyi.server.settings",
        }
        said = {task: run("benchmarks.operations", task).said for task in TASKS}
        busy = {} if url else run("benchmarks.operations", "fairness", "none").said
    item, http_, relayed = said["one_item"], said["over_http"], said["relaying"]
    print(f"\noperations on {database}")
    print(
        f"  one item, {PROCESSES} processes        oversold {item['oversold']}, undersold {item['undersold']}, residue {item['residue']}; "
        f"the naive way oversells {item['naive_oversold']}"
    )
    print(f"  batched / unbatched            x{said['batching']['of_alone']:.1f}  (8 wanted)")
    print(
        f"  HTTP hot lane / direct         x{http_['hot_per_second'] / http_['direct_per_second']:.1f}  (3 wanted), "
        f"{http_['hot_per_second']:.0f} against {http_['direct_per_second']:.0f} orders/s; "
        f"p99 x{http_['hot_as_many_p99_ms'] / http_['direct_p99_ms']:.2f} with as many clients (0.5 wanted), "
        f"x{http_['hot_p99_ms'] / http_['direct_p99_ms']:.2f} with twice as many; "
        f"the server's CPU for an order {http_['hot_cpu_ms']:.1f} against {http_['direct_cpu_ms']:.1f} ms"
    )
    if not url:
        fair = said["fairness"]
        print(
            f"  fairness, most / fewest        x{fair['most'] / max(1, fair['fewest']):.2f}  (2 at most), of {fair['orders']} orders; "
            f"SQLite's own busy handler x{busy['most'] / max(1, busy['fewest']):.2f} of {busy['orders']}"
        )
    print(
        f"  ledger, guards / none          x{said['ledger']['of_unguarded']:.2f}  (0.85 wanted; above 1 the guards are the quicker book-keeper)"
    )
    print(
        f"  relay of {relayed['facts']} facts            lost {relayed['lost']}, doubled {relayed['doubled']}, gaps {relayed['gaps']}; "
        f"a poller of ids loses {relayed['poller_lost']}"
    )


if __name__ == "__main__":
    import django

    django.setup()
    task, *arguments = sys.argv[1:]
    print(json.dumps(TASKS[task](*arguments)))
