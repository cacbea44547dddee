"""A hot lane that is full, with the server's own settings: who does not get in is told so at once, and pages are answered beside it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection

from lianyi.kernel.errors import LianyiError
from lianyi.ops.campaigns.services import buy, flash_sale
from lianyi.ops.members.services import join
from lianyi.server.options import Options
from tests.web.pages.conftest import OWNER, signed_in


@pytest.mark.django_db(transaction=True)
def test_a_full_lane_leaves_threads_that_say_come_again_and_the_same_press_then_counts(launch, serum, mei, now, monkeypatch):
    lane, go = flash_sale.LANE, Event()
    sale = launch("flash_sale", {"price_fen": 5000}, product=serum)
    carry_out = lane.carry_out
    monkeypatch.setattr(lane, "carry_out", lambda batch: go.wait(20) and carry_out(batch))
    crowd = [join(actor=OWNER, at=now, phone=f"137{n:08d}") for n in range(lane.capacity)]

    def press(member):
        try:
            return buy(key=f"crowd {member.pk}", actor=OWNER, at=now, campaign=sale, member=member).state
        except LianyiError as fault:
            return fault.code
        finally:
            connection.close()

    browser, form = signed_in(mei), {"key": "late", "quantity": "1"}
    with ThreadPoolExecutor(Options.threads) as threads:
        waiting = [threads.submit(press, member) for member in crowd]
        while len(lane._waiting) + lane._under_way < lane.capacity:
            pass
        refused = browser.post(f"/c/{sale.public_id}/buy/", form)
        front = browser.get("/")
        go.set()
        answers = [one.result(30) for one in waiting]
    again = browser.post(f"/c/{sale.public_id}/buy/", form, headers={"accept": "application/json"})
    lane.close()

    assert lane.capacity < Options.threads
    assert (refused.status_code, refused.headers["Retry-After"], front.status_code) == (429, "1", 200)
    assert (answers.count("pending"), answers.count("sold_out")) == (5, lane.capacity - 5)
    assert (again.status_code, again.json()["code"]) == (409, "sold_out")
