"""Where processes are born quickly: everything is loaded once, and each is a fork of it. It has no thread and no connection.

python -m tests.ops.faults.nursery [BUG]   reads lines of JSON: a role to start, an audit, a race; answers each with a line of JSON
"""

import importlib
import json
import os
import signal
import sys
import traceback

import django


def main() -> None:
    django.setup()
    from django.db import connection

    from lianyi.ops.journal.checking import invariants
    from lianyi.stream.contracts import contracts
    from tests.ops.faults import auditor, crew, planted
    from tests.ops.faults.races import racing

    # Loaded before the first fork; none of them starts a thread until it is used. pyarrow looks for pandas.
    for heavy in ("deltalake", "duckdb", "pandas"):
        importlib.import_module(heavy)
    contracts()
    invariants()
    for scenes in racing.SCENES:
        importlib.import_module(scenes)
    # The database's driver too, so that a newborn is at work before its siblings have filled the round; it does not connect.
    assert connection.vendor

    if bug := "".join(sys.argv[1:]):
        planted.PLANTED[bug](setattr)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "start":
            pid = os.fork()
            if pid == 0:
                sys.stdin.close()
                _child(lambda order=order: crew.live(order["role"], order["file"], order["name"], order["seed"]))
            print(json.dumps({"pid": pid}), flush=True)
        elif order["do"] == "race":
            print(json.dumps(racing.start_together(order["racers"], _child)), flush=True)
        else:
            work = racing.run if order["do"] == "alone" else auditor.run
            print(_answer_of_a_fork(work, order) or json.dumps({"wrong": ["the auditor died"]}), flush=True)


def _answer_of_a_fork(work, order) -> str:
    """Whatever looks at the database is a fork too, so that this process never holds a connection or a thread."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        _child(lambda: work(order, writer))
    os.close(writer)
    with os.fdopen(reader) as answer:
        return answer.read().strip()


def _child(work) -> None:
    try:
        work()
    except BaseException:  # noqa: BLE001 - said, and told by the status
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
