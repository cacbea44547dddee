"""The one process that empties the queue of jobs and minds the clock; `lianyi serve` starts it beside the web server.

    python -m lianyi.server.worker

A second one waits until the first is gone, so that nothing is done twice.
"""

import os
import sys

import django
from filelock import FileLock


def main() -> int:
    """Work until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    django.setup()
    from django.conf import settings

    from lianyi.flows.jobs import queue

    with FileLock(settings.WORKSPACE.path / ".worker.lock"):
        consumer = queue.create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=1.0, check_worker_health=True)
        consumer.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
