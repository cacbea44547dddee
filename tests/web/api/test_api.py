"""The API: every route for owner, other and nobody; pages; stable errors; what it says is what the library says."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from lianyi.insight.measure import measure
from lianyi.kernel.actor import SYSTEM
from lianyi.kernel.clock import Window
from lianyi.ops.journal.commands import ShownOnce
from lianyi.ops.journal.selectors import Command
from lianyi.ops.members.services import join
from lianyi.ops.review import selectors, services
from lianyi.ops.shop.services import Line, add_product, place_order
from lianyi.ops.team.services import make_api_key
from lianyi.stream.opening import opened
from lianyi.web.api.service import api

SPAN = "from=2026-05-01&to=2026-06-01"
AT = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
# path -> (a query that works, a role that may not, its status for who may)
ROUTES = {
    "/api/v1/me": ("", None, 200),
    "/api/v1/metrics": ("", None, 200),
    "/api/v1/metrics/{metric_id}": ("", None, 200),
    "/api/v1/measure": (f"metrics=orders,net_sales&{SPAN}", None, 200),
    "/api/v1/analyses": ("", None, 200),
    "/api/v1/analyses/{name}": (SPAN, None, 200),
    "/api/v1/evaluations": ("", None, 200),
    "/api/v1/evaluations/{evaluation_id}": ("", None, 200),
    "/api/v1/evaluations/{evaluation_id}/findings": ("", None, 404),
    "/api/v1/evaluations/{evaluation_id}/suggestions": ("", None, 404),
    "/api/v1/tasks": ("", None, 200),
    "/api/v1/campaigns": ("", None, 200),
    "/api/v1/orders": ("since=2026-01-01", None, 200),
    "/api/v1/imports": ("", "reader", 200),
}


def program(member, roles=()):
    """A program with a key of a member."""
    whole = make_api_key(key=f"k:{member.username}:{roles}", actor=SYSTEM, at=timezone.now(), member=member, name="p", roles=roles)
    return Client(raise_request_exception=False, headers={"authorization": f"Bearer {whole}", "accept-language": "en"})


@pytest.fixture
def review(team, brand):
    return services.ask_review(key="r", actor=SYSTEM, at=AT, from_on=dt.date(2026, 5, 1), to_on=dt.date(2026, 6, 1))


def filled(path, review):
    return path.replace("{metric_id}", "orders").replace("{name}", "rfm").replace("{evaluation_id}", review)


def test_every_route_has_its_row():
    described = api.get_openapi_schema(path_prefix="/api/v1")["paths"]

    assert {path for path, methods in described.items() if "get" in methods} == set(ROUTES)
    assert [path for path, methods in described.items() if set(methods) - {"get"}] == ["/api/v1/evaluations"]


@pytest.mark.parametrize("path", ROUTES)
def test_each_route_answers_a_key_and_a_cookie_and_nobody_else(path, team, brand, review):
    query, other, status = ROUTES[path]
    address = f"{filled(path, review)}?{query}"
    signed_in = Client(raise_request_exception=False)
    signed_in.force_login(team["owner"], backend="django.contrib.auth.backends.ModelBackend")

    assert program(team["owner"]).get(address).status_code == status
    assert signed_in.get(address).status_code == status
    nobody = Client(raise_request_exception=False).get(address)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not_signed_in")
    stale = Client(raise_request_exception=False, headers={"authorization": "Bearer ly_unknown"}).get(address)
    assert stale.status_code == 401
    if other:
        refused = program(team[other]).get(address)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_values_are_those_of_the_library(team, brand):
    with opened(brand) as engine:
        found = measure(engine, ["net_sales"], Window.parse("2026-05-01", "2026-06-01"), by="platform", zone=brand.zone)

    answer = program(team["analyst"]).get(f"/api/v1/measure?metrics=net_sales&by=platform&{SPAN}").json()

    assert {one["by"]["platform"]: one["value"] for one in answer["values"]} == {next(iter(v.by.values())): v.value for v in found}
    assert (answer["from"], answer["to"]) == ("2026-05-01", "2026-06-01")


def test_a_list_comes_in_pages(team, brand):
    client = program(team["reader"])
    first, second = (client.get(f"/api/v1/metrics?limit=2&offset={n}").json() for n in (0, 2))

    assert len(first["items"]) == len(second["items"]) == 2
    assert first["total"] == second["total"] > 4
    assert {one["id"] for one in first["items"]}.isdisjoint({one["id"] for one in second["items"]})
    assert client.get("/api/v1/metrics?limit=1000").status_code == 422


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/v1/measure", 422, "bad_input"),
        (f"/api/v1/measure?metrics=gvm&{SPAN}", 422, "unknown_name"),
        (f"/api/v1/measure?metrics=orders&grain=hour&{SPAN}", 422, "unknown_name"),
        ("/api/v1/analyses/nonsense?from=2026-01-01&to=2026-02-01", 422, "unknown_name"),
        ("/api/v1/evaluations/nowhere", 404, "not_there"),
        ("/api/v1/tasks?state=lost", 422, "unknown_name"),
        ("/api/v1/nowhere", 404, "not_found"),
    ],
)
def test_what_goes_wrong_has_a_stable_code_and_a_number(address, status, code, team, brand):
    answer = program(team["analyst"]).get(address)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_a_body_that_is_no_json_is_told_of_like_any_other_fault(team, brand):
    answer = program(team["analyst"]).post("/api/v1/evaluations", b"{", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_orders_are_those_of_the_shop_and_come_in_pages(team, brand):
    someone = join(actor=SYSTEM, at=AT, phone="13800000009")
    product = add_product(key="p", actor=SYSTEM, at=AT, title="精华", price_fen=9900, pieces=9, public_id="p_api")
    placed = [
        place_order(key=f"o{n}", actor=SYSTEM, at=AT + dt.timedelta(minutes=n), member=someone, lines=[Line(product, 2)], channel="群")
        for n in range(3)
    ]

    client = program(team["analyst"])
    page = client.get("/api/v1/orders?limit=2").json()
    (last,) = client.get("/api/v1/orders?limit=2&offset=2").json()["items"]

    assert (page["total"], [one["id"] for one in page["items"]]) == (3, [placed[2].public_id, placed[1].public_id])
    assert (last["id"], last["member"], last["payable_fen"], last["channel"], last["paid_at"]) == (
        placed[0].public_id, someone.public_id, 19800, "群", None,
    )  # fmt: skip


def test_a_request_done_twice_does_not_show_a_key_that_opens_nothing(team, brand):
    program(team["owner"])

    with pytest.raises(ShownOnce):
        program(team["owner"])


def test_a_key_may_do_no_more_than_its_roles(team, brand):
    narrow = program(team["owner"], ("reader",))

    assert narrow.get("/api/v1/me").json()["roles"] == []
    assert narrow.get("/api/v1/imports").status_code == 403


def test_asking_twice_with_one_key_asks_once(team, brand):
    client, body = program(team["analyst"]), {"from": "2027-01-01", "last": "2027-01-31"}
    answers = [
        client.post("/api/v1/evaluations", body, content_type="application/json", headers={"idempotency-key": "one"}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len(selectors.list_reviews()) == 1
    assert answers[1].json()["state"] == "failed", "the worker ran: there is no data in 2027"


def test_who_may_not_run_changes_nothing(team, brand):
    done = Command.objects.filter(name="review.ask").count()
    answer = program(team["reader"]).post(
        "/api/v1/evaluations", {"from": "2026-05-01", "last": "2026-05-31"}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert Command.objects.filter(name="review.ask").count() == done


def test_a_cookie_alone_changes_nothing_without_a_token(team, brand):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(team["owner"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/api/v1/evaluations", {"from": "2026-05-01", "last": "2026-05-31"}, content_type="application/json")

    assert answer.status_code in {401, 403}
    assert selectors.list_reviews() == []
