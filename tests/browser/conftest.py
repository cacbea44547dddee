"""A shop that is served for real, a Chromium that visits it, and what every page must keep."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_SECONDS = 240
LONG_MS = 180_000
PASSWORD = "quite-a-secret-1"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
LOOKS = [(PHONE, "light", "zh-CN"), (PHONE, "dark", "en-US"), (DESK, "light", "en-US"), (DESK, "dark", "zh-CN")]
"""Screen, light or dark, language: each of them in two of four looks at a page."""
SERIOUS = {"serious", "critical"}


@dataclass(frozen=True)
class Shop:
    """A served workspace. do(verb, ...) : something the team or time does, carried out beside the server (tests/browser/team.py)."""

    url: str
    home: Path

    def do(self, verb: str, **given: Any) -> Any:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.browser.team", verb, json.dumps(given)],
            env=environment(self.home),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "LIANYI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "lianyi.server.settings",
        "PYTHONPATH": str(ROOT / "src"),
        # On a busy machine everything may take long, and what is looked at here are the pages themselves.
        "LIANYI_ANSWER_SECONDS": "60",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A new workspace: each file of tests has a shop of its own."""
    with serving(tmp_path_factory.mktemp("shop")) as served:
        yield served


@contextmanager
def serving(home: Path, port: int = 0) -> Iterator[Shop]:
    """`lianyi serve` on a workspace, at a port that is free unless one is named; stopped afterwards."""
    port = port or free_port()
    with (home / "server.log").open("a") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "lianyi.cli", "serve", "--port", str(port)], env=environment(home), cwd=ROOT, stdout=log, stderr=log
        )
    shop = Shop(f"http://127.0.0.1:{port}", home)
    try:
        wait_for(shop, server)
        yield shop
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def wait_for(shop: Shop, server: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        try:
            urllib.request.urlopen(shop.url).read()
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, (shop.home / "server.log").read_text()
            time.sleep(0.2)
        else:
            return
    raise AssertionError((shop.home / "server.log").read_text())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on the path (CI installs one)")
    # Imported where it is used: the default suite looks into this folder as well, and leaves it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """One person's browser. faults : what went wrong on any of its pages: console errors, requests to elsewhere, answers of 500 and above."""

    shop: Shop
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.shop.url + path)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=False).first.click()
        self.page.wait_for_load_state()

    def sees(self, words: str) -> bool:
        return words in self.page.inner_text("body")

    def sign_in(self, phone: str, path: str = "/") -> None:
        self.use_link(self.shop.do("link", phone=phone), path)

    def use_link(self, link: str, path: str = "/") -> None:
        self.go(link)
        self.page.locator("main form button").click()
        self.page.wait_for_load_state()
        self.go(path)

    def come_in(self, path: str = "/console/") -> None:
        """The owner signs in to the console."""
        self.page.set_default_timeout(LONG_MS)
        self.go(f"/console/sign-in/?next={path}")
        self.page.fill("#id_username", "owner")
        self.page.fill("#id_password", PASSWORD)
        self.page.locator("main form button").click()
        self.page.wait_for_url(f"**{path}")

    def must_be_sound(self) -> None:
        """What every page keeps: no fault so far, nothing wider than the screen, no serious finding of accessibility."""
        from axe_playwright_python.sync_playwright import Axe

        assert self.faults == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{self.page.url} is {wide} px wider than the screen"
        # A message half faded away is too pale to read, and need not be.
        self.page.evaluate("""() => Promise.all(document.getAnimations()
            .filter(one => one.effect.getComputedTiming().iterations !== Infinity).map(one => one.finished.catch(() => null)))""")
        found = Axe().run(self.page).response["violations"]
        serious = [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found if one["impact"] in SERIOUS]
        assert serious == [], self.page.url


Visitor = Callable[..., Visit]


@pytest.fixture
def visitor(shop: Shop, chromium: Browser) -> Iterator[Visitor]:
    """Opens browsers, each a person of its own: visitor(screen, scheme=, language=, script=)."""
    opened: list[BrowserContext] = []

    def arrive(screen: dict[str, int] = PHONE, *, scheme: str = "light", language: str = "zh-CN", script: bool = True) -> Visit:
        context = chromium.new_context(viewport=screen, color_scheme=scheme, locale=language, java_script_enabled=script)
        opened.append(context)
        visit = Visit(shop, context, context.new_page())
        page = visit.page
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("console", lambda said: visit.faults.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda fault: visit.faults.append(str(fault)))
        page.on("request", lambda asked: None if asked.url.startswith((shop.url, "data:")) else visit.faults.append(asked.url))
        page.on("response", lambda got: visit.faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        return visit

    yield arrive
    for context in opened:
        context.close()
