"""Answers worked out beside the server: real processes, one of which is killed, and pages that do not wait for it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import pytest
from django.core.cache import caches
from django.utils import translation

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.web.console import aside
from lianyi.web.console.asking import find_horizon, kept
from lianyi.web.console.explorers import EXPLORERS
from lianyi.web.console.patience import StillWorking, patient_for
from lianyi.web.console.views.insight import answer
from lianyi.web.console.windows import preset_span
from tests.web.console.conftest import browser

pytestmark = pytest.mark.slow
PAGE = "/console/insight/rfm/?from=2026-04-01&to=2026-07-01"


@pytest.fixture
def helpers(brand, monkeypatch):
    """Everything is worked out beside, as in the server, with its settings: those of the tests would make a workspace anew."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    monkeypatch.setenv("LIANYI_HOME", str(brand.path))
    found = aside.Helpers()
    monkeypatch.setattr(aside, "_helpers", found)
    yield found
    found.stop()


@pytest.fixture
def line(brand):
    """What a long question waits for."""
    path = brand.path / "line"
    os.mkfifo(path)
    yield path
    path.unlink()
    (brand.path / "begun").unlink(missing_ok=True)


class Poll(ctypes.Structure):
    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


def hold_the_lock(engine, workspace, **asked):
    """Keep Python's lock, as a large sort does, until something is written to the line, for a minute at most; whether it was."""
    waiting = Poll(os.open(workspace.path / "line", os.O_RDWR), 1, 0)
    (workspace.path / "begun").write_text(str(os.getpid()))
    # PyDLL, unlike CDLL, does not let go of the lock.
    return ctypes.PyDLL(None).poll(ctypes.byref(waiting), 1, 60_000) == 1


def refuse(engine):
    raise BadInput(reason=Text(zh="不行：%(why)s", en="no: %(why)s"), why="so")


def divide(engine):
    return 1 // 0


def begun(brand):
    """The process that holds its lock by now."""
    for _ in range(6000):
        if (brand.path / "begun").exists() and (said := (brand.path / "begun").read_text()):
            return int(said)
        time.sleep(0.01)
    return pytest.fail("never begun")


def test_another_page_is_answered_while_an_answer_holds_the_lock_of_python(team, brand, helpers, line):
    ask = partial(kept, find_horizon(), "long", partial(hold_the_lock, workspace=brand))
    with patient_for(0.01), pytest.raises(StillWorking):
        ask()
    begun(brand)

    page = browser(team["analyst"]).get("/console/insight/")
    line.write_text("go on\n")

    assert page.status_code == 200
    with patient_for(60):
        assert ask(), "the answer was over before the other page was"


def test_who_waits_for_a_process_that_is_killed_is_told_and_may_ask_anew(team, brand, helpers, line, settings, monkeypatch):
    settings.ANSWER_WITHIN_SECONDS = 0
    monkeypatch.setitem(EXPLORERS, "rfm", replace(EXPLORERS["rfm"], show=hold_the_lock))
    client = browser(team["analyst"])
    assert client.get(PAGE).status_code == 202

    os.kill(begun(brand), signal.SIGKILL)
    while (told := client.get(PAGE)).status_code == 202:
        time.sleep(0.01)

    assert (told.status_code, told["Retry-After"]) == (429, "1")
    assert "ended before it was done" in told.content.decode()
    monkeypatch.undo()
    monkeypatch.setattr(aside, "_helpers", helpers)
    settings.ANSWER_WITHIN_SECONDS = None
    assert client.get(PAGE).status_code == 200


def test_every_analysis_is_the_same_worked_out_beside_or_here_in_either_language(brand, helpers, monkeypatch):
    horizon = find_horizon()
    span = preset_span("90d", horizon.last_day)

    def answers():
        caches["answers"].clear()
        found = []
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found += [answer(horizon, one, span, one.read({})) for one in EXPLORERS.values() if not any(p.many for p in one.parameters)]
        return found

    beside = answers()
    monkeypatch.setattr(aside, "_helpers", None)

    assert beside == answers()
    assert beside[0] != beside[len(beside) // 2]


def test_what_goes_wrong_beside_is_raised_here(brand, helpers):
    with pytest.raises(BadInput) as refused:
        kept(find_horizon(), "refused", refuse)
    assert (refused.value.say("zh"), refused.value.say("en")) == ("不行：so", "no: so")
    with pytest.raises(RuntimeError, match=r"in divide[\s\S]*ZeroDivisionError"):
        kept(find_horizon(), "fault", divide)
    assert kept(find_horizon(), "counted", partial(count)) > 0


def count(engine):
    return engine.run("SELECT count(*) AS n FROM events").to_pylist()[0]["n"]


ABANDONED = """
import os, sys, threading, time
from functools import partial
import django
django.setup()
from lianyi.web.console.aside import work_beside, worked_out
helpers = work_beside()
print(helpers._idle[0].process.pid, flush=True)
worked_out(partial(time.sleep, 600))
"""


def test_a_process_leaves_in_the_middle_when_the_server_is_killed(tmp_path):
    environment = {**os.environ, "LIANYI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lianyi.server.settings"}
    with subprocess.Popen([sys.executable, "-c", ABANDONED], stdout=subprocess.PIPE, env=environment, text=True) as server:
        helper = int(server.stdout.readline())
        server.kill()

    for _ in range(6000):
        try:
            os.kill(helper, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("it went on working for nobody")


def test_a_process_that_waits_leaves_without_a_complaint_when_the_line_to_the_server_ends(helpers, capfd):
    helpers.work_out(partial(os.getpid))
    (helper,) = helpers._idle
    helpers._idle.clear()

    helper._line.close()
    helper.process.join(timeout=60)

    assert helper.process.exitcode == 0
    assert capfd.readouterr().err == ""
