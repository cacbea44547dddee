"""What the team does beside the browser: python -m tests.browser.team VERB JSON, answers JSON. Everything through the product's services."""

import datetime as dt
import json
import sys
from typing import Any

import django

django.setup()

# ruff: noqa: E402 - the tables are there once Django is set up
from lianyi.flows import settle_order
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import get_order
from lianyi.ops.shop.services import add_product
from lianyi.ops.team.services import choose_password, found_owner
from lianyi.web.pages.sign_in import link_token

OWNER = Actor("team", "t_owner", frozenset({"owner"}))
NOW = dt.datetime.now(dt.UTC)


def link(phone: str) -> str:
    """A sign-in link, as the service desk hands it out."""
    return f"/in/{link_token(at=NOW, phone=phone)}/"


def product(public_id: str, title: str, price_fen: int, pieces: int) -> str:
    """Something on sale."""
    return add_product(
        actor=OWNER, at=NOW, title=title, price_fen=price_fen, pieces=pieces, public_id=public_id, key=f"add:{public_id}"
    ).public_id


def member(phone: str) -> str:
    """A member."""
    return join(actor=OWNER, at=NOW, phone=phone).public_id


def paid(order: str) -> str:
    """The counter took an order's money."""
    found = get_order(order)
    key = f"paid:{order}"
    return settle_order.pay(key=key, actor=OWNER, at=NOW, order=found, reference=key, amount_fen=found.payable_fen).state


def owner(password: str) -> str:
    """The first owner, with a password."""
    found = found_owner(at=NOW)
    choose_password(key="owner:password", actor=SYSTEM, at=NOW, username=found.username, password=password)
    return found.username


VERBS = {verb.__name__: verb for verb in (link, product, member, paid, owner)}

if __name__ == "__main__":
    given: dict[str, Any] = json.loads(sys.argv[2])
    print(json.dumps(VERBS[sys.argv[1]](**given)))
