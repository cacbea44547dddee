"""Every route of the console, for every role and for nobody. A route without a row fails."""

from dataclasses import dataclass, field

import pytest
from django.urls import resolve, reverse

from lianyi.ops.journal.selectors import Command
from lianyi.ops.review import services
from lianyi.web.console.urls import urlpatterns
from tests.web.console.conftest import ROLES, browser
from tests.web.console.every_page import AT_THE_DOOR, FILES, PAGES, PARTS

EVERYBODY = frozenset(ROLES)
OPEN = frozenset({*ROLES, "visitor"})
RUNS = frozenset({"owner", "growth_lead", "analyst"})
ACTS = frozenset({"owner", "growth_lead", "operator"})
APPROVES = frozenset({"owner", "growth_lead"})
BRINGS = frozenset({"owner", "growth_lead", "analyst", "operator"})
MEETS = EVERYBODY - {"finance"}
KEEPS = frozenset({"owner", "growth_lead", "finance"})
PAYS = frozenset({"owner", "finance"})
REFUNDS = frozenset({"owner", "operator", "finance"})
OWNER = frozenset({"owner"})


@dataclass(frozen=True)
class Row:
    """Who is let in, and what they are answered; `post` makes it a POST with these fields."""

    who: frozenset[str]
    status: int = 200
    post: dict[str, str | list[str]] | None = None
    args: tuple[str, ...] = field(default=())


ROWS = {
    "sign_in": Row(OPEN),
    "enter": Row(OPEN, 404, args=("owner", "bad-token")),
    "second_factor": Row(OPEN, 302),
    "settings": Row(EVERYBODY),
    "second_factor_begin": Row(EVERYBODY, 200, {}),
    "second_factor_confirm": Row(EVERYBODY, 422, {"code": "1"}),
    "second_factor_renew": Row(EVERYBODY, 422, {"code": "1"}),
    "second_factor_end": Row(EVERYBODY, 422, {"code": "1"}),
    "sign_out_device": Row(EVERYBODY, 404, {}, ("999999",)),
    "key_add": Row(EVERYBODY, 422, {"name": ""}),
    "key_revoke": Row(EVERYBODY, 404, {}, ("999999",)),
    "brand": Row(OWNER, 422, {"brand": ""}),
    "sign_out": Row(OPEN, 302, {}),
    "password": Row(EVERYBODY),
    "home": Row(EVERYBODY),
    "campaigns": Row(EVERYBODY),
    "campaign_choose": Row(ACTS),
    "campaign_new": Row(ACTS, args=("flash_sale",)),
    "campaign_outlook": Row(ACTS, args=("flash_sale",)),
    "campaign": Row(EVERYBODY, 404, args=("c_none",)),
    "campaign_monitor": Row(EVERYBODY, 404, args=("c_none",)),
    "campaign_revise": Row(ACTS, 404, args=("c_none",)),
    "campaign_check": Row(ACTS, 404, {}, ("c_none",)),
    "campaign_override": Row(APPROVES, 404, {"item": "goal", "reason": "x"}, ("c_none",)),
    "campaign_step": Row(ACTS, 404, {"event": "schedule"}, ("c_none",)),
    "campaign_learn": Row(ACTS, 404, {"lessons": "x"}, ("c_none",)),
    "palette": Row(EVERYBODY),
    "view_keep": Row(EVERYBODY, 302, {"title": "x", "next": "/console/measure/"}),
    "view_drop": Row(EVERYBODY, 404, {}, ("x",)),
    "measure": Row(EVERYBODY),
    "metric": Row(EVERYBODY, args=("net_sales",)),
    "metric_rows": Row(EVERYBODY, args=("net_sales",)),
    "metric_csv": Row(EVERYBODY, args=("net_sales",)),
    "insight": Row(EVERYBODY),
    "analysis": Row(EVERYBODY, args=("rfm",)),
    "analysis_csv": Row(EVERYBODY, args=("rfm",)),
    "texts": Row(MEETS),
    "text_label": Row(ACTS, 422, {"digest": "x", "label": "positive"}),
    "text_labels": Row(APPROVES),
    "family": Row(EVERYBODY - {"finance"}),
    "evaluate": Row(EVERYBODY),
    "compare": Row(EVERYBODY),
    "schedule_add": Row(RUNS, 302, {"cadence": "monthly", "template": "monthly"}),
    "schedule_switch": Row(RUNS, 404, {"is_on": "0"}, ("x",)),
    "tasks": Row(EVERYBODY),
    "tasks_bulk": Row(ACTS, 302, {"act": "done"}),
    "suggestions": Row(EVERYBODY),
    "suggestions_bulk": Row(ACTS, 302, {"act": "accept"}),
    "task": Row(EVERYBODY, 404, args=("x",)),
    "task_change": Row(ACTS, 404, {"owner": "owner"}, ("x",)),
    "task_measure": Row(ACTS, 404, {}, ("x",)),
    "report_share": Row(RUNS, 404, {"days": "7"}, ("{review}",)),
    "report_unshare": Row(RUNS, 404, {}, ("x",)),
    "shared": Row(OPEN, 404, args=("no-such-secret",)),
    "evaluate_ask": Row(RUNS, 422, {"from": "2026-05-01", "last": "soon"}),
    "evaluate_running": Row(EVERYBODY),
    "review": Row(EVERYBODY, 302, args=("{review}",)),
    "finding": Row(EVERYBODY, 404, args=("{review}", "x")),
    "decide": Row(ACTS, 404, {"suggestion": "x"}, ("{review}",)),
    "close_task": Row(ACTS, 404, {"state": "done"}, ("x",)),
    "report": Row(EVERYBODY),
    "report_file": Row(EVERYBODY, 404, args=("{review}", "html")),
    "intake": Row(BRINGS),
    "intake_tidy": Row(BRINGS, 302, {}),
    "intake_upload": Row(BRINGS, 422, {}),
    "take_over": Row(ACTS, 302, {}),
    "rejects": Row(BRINGS, 404, args=("x", "0")),
    "upload": Row(BRINGS, 404, args=("x",)),
    "upload_progress": Row(BRINGS, 404, args=("x",)),
    "upload_choose": Row(BRINGS, 404, {"kind": "orders"}, ("x",)),
    "upload_import": Row(BRINGS, 404, {}, ("x",)),
    "upload_drop": Row(BRINGS, 404, {}, ("x",)),
    "plan": Row(EVERYBODY),
    "plan_goals": Row(EVERYBODY),
    "plan_add": Row(APPROVES, 302, {"what": "budget", "title": "x", "amount_fen": "10"}),
    "budget_change": Row(APPROVES, 404, {"amount": "1"}, ("u_none",)),
    "shop": Row(EVERYBODY),
    "orders_bulk": Row(EVERYBODY, 302, {"act": "export"}),
    "order": Row(EVERYBODY, 404, args=("o_none",)),
    "take_payment": Row(ACTS, 404, {"reference": "x"}, ("o_none",)),
    "refund": Row(REFUNDS, 404, {"reason": "x"}, ("o_none",)),
    "refunds": Row(EVERYBODY),
    "refund_decide": Row(REFUNDS, 404, {"decision": "approve"}, ("r_none",)),
    "products": Row(EVERYBODY),
    "product_new": Row(ACTS),
    "product": Row(EVERYBODY, 404, args=("p_none",)),
    "product_change": Row(ACTS, 404, {"change": "price"}, ("p_none",)),
    "members": Row(MEETS),
    "members_bulk": Row(ACTS, 302, {"act": "tag"}),
    "tiers": Row(MEETS),
    "groups": Row(MEETS),
    "group_make": Row(ACTS, 302, {"title": "春日群"}),
    "segments": Row(MEETS),
    "segment_new": Row(ACTS),
    "segment_count": Row(MEETS),
    "segment": Row(MEETS, 404, args=("s_none",)),
    "segment_drop": Row(ACTS, 404, {}, ("s_none",)),
    "member": Row(MEETS, 404, args=("m_none",)),
    "member_history": Row(MEETS, 404, args=("m_none",)),
    "member_change": Row(ACTS, 404, {"change": "tag", "name": "x"}, ("m_none",)),
    "member_export": Row(APPROVES, 404, {}, ("m_none",)),
    "member_erase": Row(APPROVES, 404, {"confirm": "m_none"}, ("m_none",)),
    "ledger": Row(KEEPS),
    "ledger_check": Row(KEEPS, 302, {}),
    "entries": Row(KEEPS),
    "statement": Row(KEEPS, 404, args=("m_none",)),
    "withdrawals": Row(KEEPS),
    "withdrawal": Row(KEEPS, 404, args=("w_none",)),
    "withdrawal_decide": Row(PAYS, 404, {"decision": "refuse"}, ("w_none",)),
    "risk": Row(KEEPS),
    "risk_bulk": Row(KEEPS, 302, {"act": "deny"}),
    "risk_review": Row(KEEPS, 404, args=("v_none",)),
    "risk_decide": Row(KEEPS, 404, {"decision": "deny", "note": "x"}, ("v_none",)),
    "team": Row(OWNER),
    "team_add": Row(OWNER, 200, {"username": "new", "roles": ["analyst"]}),
    "team_change": Row(OWNER, 302, {"name": "x", "roles": ["reader"], "is_active": "on"}, ("reader",)),
    "audit": Row(frozenset({"owner", "finance"})),
}


@pytest.fixture
def review(team, brand):
    """An evaluation that was asked for and waits."""
    import datetime as dt

    return services.ask_review(
        key="r",
        actor=team["owner"].actor,
        at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
        from_on=dt.date(2026, 5, 1),
        to_on=dt.date(2026, 6, 1),
    )


def asked(client, name, row, review):
    address = reverse(f"console:{name}", args=[arg.replace("{review}", review) for arg in row.args])
    return client.get(address) if row.post is None else client.post(address, {"key": "k", **row.post})


def test_every_route_has_its_row():
    assert sorted(str(entry.name) for entry in urlpatterns) == sorted(ROWS)


def test_every_route_that_is_looked_at_is_walked_or_said_to_be_no_page():
    looked_at = {name for name, row in ROWS.items() if row.post is None}

    assert sorted([*PAGES, *AT_THE_DOOR, *PARTS, *FILES]) == sorted(looked_at)


@pytest.mark.parametrize("name", PAGES)
def test_every_address_that_is_walked_leads_to_its_route(name):
    assert {resolve(path.split("?")[0]).url_name for path in PAGES[name]} == {name}


@pytest.mark.parametrize("name", ROWS)
def test_each_route_lets_in_whom_it_should_and_changes_nothing_for_others(name, team, review):
    row = ROWS[name]
    for who in (*ROLES, "visitor"):
        done = Command.objects.count()
        answer = asked(browser(team.get(who)), name, row, review)
        if who in row.who:
            expected = row.status if name != "sign_in" or who == "visitor" else 302
            assert answer.status_code == expected, (who, answer.content[:300])
        else:
            assert Command.objects.count() == done
            if who == "visitor":
                assert (answer.status_code, answer.url.split("?")[0]) == (302, "/console/sign-in/")
            else:
                assert answer.status_code == 403, who
        if name == "team_change":
            break


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.post is not None])
def test_what_changes_something_is_not_done_by_a_link_nor_by_a_strange_form(name, team, review):
    row = ROWS[name]
    client = browser(team["owner"])
    address = reverse(f"console:{name}", args=[arg.replace("{review}", review) for arg in row.args])

    assert client.get(address).status_code == 405
    client.handler.enforce_csrf_checks = True
    assert client.post(address, row.post).status_code == 403
