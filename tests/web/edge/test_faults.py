"""An error becomes an answer: the status, the reader's words, a number to find it by, and nothing of ours."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from psycopg.errors import QueryCanceled

from lianyi.kernel.actor import NotAllowed
from lianyi.kernel.errors import BadInput, Broken, NotThere, Refusal, TryLater
from lianyi.kernel.text import Text

FULL = Text(zh="这个团已满", en="This team is full")
RAISED = {
    "refused": (Refusal(reason=FULL), 409),
    "not-allowed": (NotAllowed(permission="order.refund"), 403),
    "later": (TryLater(retry_after_seconds=7), 429),
    "bad": (BadInput(reason=FULL), 422),
    "gone": (NotThere(what=Text(zh="订单", en="order")), 404),
    "broken": (Broken(reason="row 7 of secret_table"), 500),
}


def raises(request, name):
    raise RAISED[name][0]


def runs_out_of_time(request):
    raise OperationalError("canceling statement due to statement timeout") from QueryCanceled("statement timeout")


def stumbles(request):
    raise ZeroDivisionError("secret_table")


handler400 = "lianyi.web.edge.faults.bad_request"
handler403 = "lianyi.web.edge.faults.forbidden"
handler404 = "lianyi.web.edge.faults.not_found"
handler500 = "lianyi.web.edge.faults.broken"
urlpatterns = [
    path("raise/<str:name>/", raises),
    path("stumble/", stumbles),
    path("slow/", runs_out_of_time),
    path("api/raise/<str:name>/", raises),
    path("form/", lambda request: HttpResponse("ok")),
]


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", RAISED)
def test_each_family_has_its_status(client, name):
    assert client.get(f"/raise/{name}/").status_code == RAISED[name][1]


def test_a_page_that_the_database_has_no_time_for_says_come_again(client):
    page = client.get("/slow/", headers={"accept-language": "en"})

    assert (page.status_code, page.headers["Retry-After"]) == (429, "2")
    assert "there is no answer yet" in page.content.decode()


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "这个团已满"), ("en", "This team is full")])
def test_an_error_is_said_in_the_readers_language(client, language, said):
    page = client.get("/raise/refused/", headers={"accept-language": language})

    assert said in page.content.decode()
    assert page.headers["Content-Type"].startswith("text/html")


def test_who_came_too_often_is_told_when_to_come_back(client):
    page = client.get("/raise/later/", headers={"accept-language": "en"})

    assert page.headers["Retry-After"] == "7"
    assert "Try again in 7 seconds" in page.content.decode()


@pytest.mark.parametrize("address", ["/raise/broken/", "/stumble/"])
def test_our_own_fault_shows_a_number_and_nothing_of_ours(client, caplog, address):
    page = client.get(address)

    assert page.status_code == 500
    assert "secret_table" not in page.content.decode()
    assert page.headers["X-Request-Id"] in page.content.decode()
    assert "secret_table" in caplog.text, "the log knows"


def test_a_program_is_answered_in_json(client):
    for answer in (client.get("/api/raise/refused/"), client.get("/raise/refused/", headers={"accept": "application/json"})):
        assert answer.status_code == 409
        assert answer.json()["code"] == "refused"


def test_an_address_that_is_not_there_has_a_page_of_ours(client):
    page = client.get("/nowhere/", headers={"accept-language": "en"})

    assert (page.status_code, "There is nothing here" in page.content.decode()) == (404, True)


def test_a_forged_form_is_refused_with_words(settings):
    settings.ROOT_URLCONF = __name__
    page = Client(enforce_csrf_checks=True).post("/form/", headers={"accept-language": "en"})

    assert page.status_code == 403
    assert "Please submit it again" in page.content.decode()
    assert "nothing was changed" in page.content.decode()


def test_a_host_that_is_not_ours_is_refused(client):
    with override_settings(ALLOWED_HOSTS=["shop.example"]):
        assert client.get("/form/", headers={"host": "evil.example"}).status_code == 400
