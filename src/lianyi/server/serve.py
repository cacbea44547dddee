"""From options to a running server: what has to be ready before the first request, then the server itself."""

import hashlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal import triggers

TARGET = "lianyi.server.wsgi:served"
STAMP = ".gathered"
WORKER_LEAVES_WITHIN_SECONDS = 30
WORKER_LOOKED_AT_EVERY_SECONDS = 5.0
log = logging.getLogger("lianyi.server")


class PortTaken(BadInput):
    """Something else listens at the address."""

    code = "port_taken"
    message = Text(zh="%(host)s:%(port)s 已被占用。", en="%(host)s:%(port)s is in use already.")
    remedy = Text(zh="换一个端口：lianyi serve --port %(other)s", en="Choose another: lianyi serve --port %(other)s")


def prepare() -> None:
    """Bring the database to the present and gather the static files, each only when it is behind."""
    django.setup()
    if migrations_wait():
        call_command("migrate", verbosity=0, interactive=False)
    triggers.require()
    if not settings.DEBUG:
        gather_static(Path(settings.STATIC_ROOT))


def migrations_wait() -> bool:
    """Whether the database is behind the code."""
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def gather_static(target: Path) -> bool:
    """Collect static files into the workspace when they changed since the last time; whether that was so."""
    wanted = sources_digest()
    stamp = target / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted, encoding="utf-8")
    return True


def sources_digest() -> str:
    """A digest of every static file's place, size and time: cheap, and different when one was changed."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(host: str, port: int) -> None:
    """Answer requests until interrupted: one process, several threads, so that the hot lane can gather what comes in together."""
    connections.close_all()
    with worker():
        _serve(host, port)


@contextmanager
def worker() -> Iterator[None]:
    """The process that does what is asked for aside, as long as the server runs: heavy questions do not slow down a sale.

    Where it is ended from outside, or for want of memory, another takes its place: without one no order would expire and no job be done.
    """
    over = Event()
    running = [_started()]

    def replace_it() -> None:
        while not over.wait(WORKER_LOOKED_AT_EVERY_SECONDS):
            if running[0].poll() is not None:
                running[0].communicate()
                log.warning("the worker ended (%s); another one takes its place", running[0].returncode)
                running[0] = _started()

    keeper = Thread(target=replace_it, name="worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        running[0].terminate()
        running[0].communicate(timeout=WORKER_LEAVES_WITHIN_SECONDS)


def _started() -> subprocess.Popen[bytes]:
    # It leaves when this pipe ends. Our own standard input would not do: a service has none, and the worker would leave at once.
    return subprocess.Popen([sys.executable, "-m", "lianyi.server.worker"], stdin=subprocess.PIPE)


def _serve(host: str, port: int) -> None:
    server = Granian(
        TARGET,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.OPTIONS.threads,
        backpressure=settings.OPTIONS.threads * 16,
        log_level=LogLevels.error,
        websockets=False,
        respawn_failed_workers=True,
    )
    sys.stdout.flush()
    server.serve()
