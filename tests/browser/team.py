"""What the team does beside the browser: python -m tests.browser.team VERB JSON, answers JSON. Everything through the product's services."""

import datetime as dt
import json
import sys
from typing import Any

import django

django.setup()

# ruff: noqa: E402 - the tables are there once Django is set up
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count

from lianyi.cli.demo_shop import live
from lianyi.flows import settle_order
from lianyi.flows.evaluate_period import evaluate_period, stored_evaluation
from lianyi.flows.import_upload import check_upload, receive
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns.selectors import list_campaigns
from lianyi.ops.campaigns.selectors.queues import page_reviews
from lianyi.ops.campaigns.services import become_promoter, request_withdrawal
from lianyi.ops.journal.chain import chain_of
from lianyi.ops.journal.commands import execute
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.ledger.selectors import balances_of, house_balance
from lianyi.ops.ledger.services import give
from lianyi.ops.members.selectors import find_by_identity
from lianyi.ops.members.services import join, tag
from lianyi.ops.plan.segments import make_segment
from lianyi.ops.plan.services import set_budget, set_goal
from lianyi.ops.review import services as reviews
from lianyi.ops.review.selectors import list_tasks
from lianyi.ops.shop.lists import page_refunds
from lianyi.ops.shop.selectors import get_order, get_product, get_stock
from lianyi.ops.shop.services import add_product
from lianyi.ops.team.selectors import find_member
from lianyi.ops.team.services import choose_password, found_owner
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.web.console.doors import entry_path
from lianyi.web.pages.sign_in import link_token
from tests.ops.campaigns.launching import a_budget, a_goal, launched

OWNER = Actor("team", "t_owner", frozenset({"owner"}))
# Links go by the real clock, everything else by the brand's.
REAL_NOW = dt.datetime.now(dt.UTC)
NOW = settings.WORKSPACE.at(REAL_NOW)


def link(phone: str) -> str:
    """A sign-in link, as the service desk hands it out."""
    return f"/in/{link_token(at=REAL_NOW, phone=phone)}/"


def links(phones: list[str]) -> list[str]:
    """A sign-in link for each."""
    return [link(phone) for phone in phones]


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


def campaigns(wanted: list[dict[str, Any]]) -> list[str]:
    """Campaigns that run, launched with everything that a launch asks for: mechanic, terms, days, product, and more that a campaign says."""
    goal, budget, ids = a_goal(NOW), a_budget(NOW), []
    for one in wanted:
        more = dict(one)
        thing = {"product": get_product(more.pop("product"))} if "product" in more else {}
        until = dt.timedelta(days=more.pop("days"))
        ids.append(
            launched(more.pop("mechanic"), more.pop("terms"), at=NOW, goal=goal, budget=budget, until=until, **thing, **more).public_id
        )
    return ids


def books(phones: list[str], product: str, campaigns: list[str]) -> dict[str, Any]:
    """What the books say: each member's accounts, the stocks of the shop and of campaigns, the facts of the journal and of the history by name."""
    log, thing = EventLog(settings.WORKSPACE), get_product(product)
    engine = DuckDBEngine(log.snapshot())
    told = engine.run("SELECT name, count(*) AS n FROM events GROUP BY ALL").to_pylist()
    engine.close()
    stocks = [get_stock(thing), *(get_stock(thing, f"campaign:{campaign}") for campaign in campaigns)]
    members = [find_by_identity(phone=phone) for phone in phones]
    names = Fact.objects.values_list("name").annotate(n=Count("id"))
    return {
        "accounts": [{kind: n for kind, n in balances_of(one).items() if n} for one in members if one],
        "stocks": [[one.total, one.available, one.held, one.sold] for one in stocks],
        "journal": dict(names),
        "history": {row["name"]: row["n"] for row in told},
        "house": {kind: house_balance(kind) for kind in ("points_issuer", "commission_expense")},
        "waiting": chain_of(log).waiting,
    }


def owner(password: str) -> str:
    """The first owner, with a password."""
    found = found_owner(at=NOW)
    choose_password(key="owner:password", actor=SYSTEM, at=NOW, username=found.username, password=password)
    return found.username


def planned() -> None:
    """A goal and a budget, for a campaign to serve."""
    today = NOW.date()
    set_goal(actor=OWNER, at=NOW, title="本周净销售额", metric="net_sales", target=1e6, from_on=today, to_on=today + dt.timedelta(days=7))
    set_budget(actor=OWNER, at=NOW, title="本周活动", amount_fen=100_000)


def brand(password: str) -> dict[str, str]:
    """The demo brand's weeks, and one of everything that a page is about; answers what `{...}` stands for in every_page."""
    at = NOW
    call_command("migrate", verbosity=0, interactive=False)
    owner(password)
    live(settings.WORKSPACE, at)
    asked = page_refunds(state="requested").rows[0]
    buyer = asked.order.member
    tag(key="tag", actor=OWNER, at=at, member=buyer, name="敏感肌")
    segment = make_segment(actor=OWNER, at=at, title="近月买过", conditions=[{"id": "bought_within", "value": "30"}])
    review = evaluated(at)
    return {
        **{one.state: one.public_id for one in reversed(list_campaigns())},
        "order": asked.order.public_id,
        "member": buyer.public_id,
        "product": "p001",
        "segment": segment.public_id,
        "doubt": page_reviews(state="open").rows[0].public_id,
        "withdrawal": withdrawal(buyer, at),
        "review": review,
        "finding": stored_evaluation(settings.WORKSPACE, review).findings[0].id,
        "task": list_tasks()[0].public_id,
        "upload": upload(at),
    }


def evaluated(at: dt.datetime) -> str:
    """The evaluation of the last quarter; one of its suggestions became a task, and one was done."""
    quarter = {"from_on": dt.date(2026, 7, 1), "to_on": dt.date(2026, 10, 1)}
    public_id = reviews.ask_review(key="quarter", actor=OWNER, at=at, **quarter)
    evaluate_period(settings.WORKSPACE, public_id=public_id, now=lambda: at)
    made = stored_evaluation(settings.WORKSPACE, public_id)
    for one, state in zip(made.suggestions, ("open", "done"), strict=False):
        action = {"zh": one.action.zh, "en": one.action.en}
        task = reviews.accept_suggestion(
            key=f"accept:{one.id}", actor=OWNER, at=at, public_id=public_id, suggestion_id=one.id, action=action, metric=one.measure,
            before=None, due_on=at.date() + dt.timedelta(days=7), owner="xiaoyu",
        )  # fmt: skip
        if state == "done":
            reviews.close_task(key=f"done:{one.id}", actor=OWNER, at=at, public_id=task, state=state)
    return public_id


def withdrawal(member: Any, at: dt.datetime) -> str:
    """What a promoter earned, asked to be paid out."""
    actor = Actor("member", member.public_id)
    become_promoter(key="promoter", actor=actor, at=at, member=member, agreement="2026-08")
    execute(
        key="earned", name="test.earned", actor=SYSTEM, at=at, payload={},
        do=lambda: {"key": give("commission", member, 8_000, key="earned", actor=SYSTEM, at=at).key},
    )  # fmt: skip
    return request_withdrawal(key="withdrawal", actor=actor, at=at, member=member, amount_fen=5_000).public_id


def upload(at: dt.datetime) -> str:
    """A file that was brought in and looked at, with a line that cannot be read."""
    lines = [
        "订单编号,买家会员名,下单时间,支付时间,总额,实付金额,平台",
        "T1,b1,2026-09-01 10:00:00,2026-09-01 10:01:00,128.00,128.00,抖音",
        "T2,b2,x,x,1.00,1.00,抖音",
    ]
    public_id = receive(
        settings.WORKSPACE, key="file", actor=OWNER, at=at, name="店铺订单.csv", chunks=["\n".join(lines).encode("gb18030")]
    )
    check_upload(settings.WORKSPACE, public_id=public_id, now=lambda: at)
    return public_id


def invited(username: str) -> str:
    """The address with which a colleague comes in for the first time."""
    return entry_path(find_member(username))


VERBS = {verb.__name__: verb for verb in (link, links, product, member, paid, campaigns, books, owner, planned, brand, invited)}

if __name__ == "__main__":
    given: dict[str, Any] = json.loads(sys.argv[2])
    print(json.dumps(VERBS[sys.argv[1]](**given)))
