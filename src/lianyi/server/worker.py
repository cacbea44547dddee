"""The one process that empties the queue of jobs and minds the clock; `lianyi serve` starts it beside the web server.

    python -m lianyi.server.worker        (stops when its standard input ends)

A second one waits until the first is gone, so that nothing is done twice.
"""

import os
import signal
import sys
import threading

import django
from filelock import FileLock


def main() -> int:
    """Work until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    django.setup()
    from django.conf import settings

    from lianyi.flows.interrupted import note_interrupted
    from lianyi.flows.jobs import now, queue
    from lianyi.server.upkeep import keep, keep_warm

    threading.Thread(target=leave_with_parent, daemon=True).start()
    with FileLock(settings.WORKSPACE.path / ".worker.lock"):
        note_interrupted(settings.WORKSPACE, at=now())
        for round_ in (keep, keep_warm):
            threading.Thread(target=round_, args=[settings.WORKSPACE], daemon=True).start()
        consumer = queue.create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=1.0, check_worker_health=True)
        consumer.run()
    return 0


def leave_with_parent() -> None:
    """Stop when standard input ends: whoever started this is gone, in whatever way."""
    # By its number: a thread that waits in `sys.stdin` holds a lock that the interpreter wants when it ends.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
