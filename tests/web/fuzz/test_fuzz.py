"""Whatever is sent to any address and any field: no fault of ours, nobody else's data, a message that can be read, and nothing changed by a refusal."""

import json
from urllib.parse import quote

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianyi.web.api.service import api
from tests.web.fuzz.forms import read
from tests.web.fuzz.nasty import NASTY, values

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MANY = settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
WHO = st.sampled_from(("mei", "bo", "owner", "reader", "nobody"))
STARTS = (
    "/",
    "/me/",
    "/in/",
    "/console/",
    "/console/settings/",
    "/console/team/",
    "/console/shop/products/new/",
    "/console/intake/",
    "/console/password/",
)
MOST_PAGES = 90


def patterns(resolver: URLResolver, before: str = ""):
    """Every address of the server: its text up to the first argument, the names of the arguments, the text between them."""
    for entry in resolver.url_patterns:
        text = before + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLPattern):
            yield text
        else:
            yield from patterns(entry, text)


ADDRESSES = sorted(one for one in patterns(get_resolver()) if "(?" not in one)


@st.composite
def any_address(draw, ids):
    """An address of ours, its arguments those of real things or anything at all."""
    parts = draw(st.sampled_from(ADDRESSES)).split("<")
    address = "/" + parts[0]
    for part in parts[1:]:
        given = draw(st.one_of(st.sampled_from(sorted(ids.values())), values()))
        safe = "" if draw(st.booleans()) else "/"
        address += quote(given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass"), safe=safe) + part.partition(">")[2]
    return address


NAMES = (
    "key",
    "next",
    "back",
    "quantity",
    "q",
    "page",
    "sort",
    "as",
    "from",
    "to",
    "last",
    "span",
    "by",
    "step",
    "amount",
    "reason",
    "phone",
    "decision",
    "change",
)


@st.composite
def any_fields(draw, ids):
    """A handful of fields of forms that there are, with anything in them, some twice."""
    return draw(st.lists(st.tuples(st.sampled_from(NAMES), values(*ids.values())), max_size=5))


@st.composite
def spoiled(draw, fields, ids):
    """A form's fields with some of them changed, missing or doubled."""
    sent = []
    for name, value in fields:
        what = draw(st.sampled_from(("keep", "keep", "change", "change", "drop", "double")))
        if what in ("keep", "double"):
            sent.append((name, value))
        if what in ("change", "double"):
            sent.append((name, draw(values(*ids.values()))))
    return sent


@MANY
@given(data=st.data())
def test_any_address_with_anything_in_it(world, data):
    who, method = data.draw(WHO), data.draw(st.sampled_from(("get", "post")))
    world.send(who, method, data.draw(any_address(world.ids)), data.draw(any_fields(world.ids)))


def all_forms(world):
    """The forms of every page that a person gets to by links from where they start."""
    found = {}
    for who in ("mei", "bo", "owner", "nobody"):
        waiting, seen = list(STARTS), set()
        waiting += [f"/p/{world.ids['product']}/", f"/p/{world.ids['product']}/checkout/"]
        waiting += [f"/c/{world.ids[one]}/" for one in ("campaign", "flash", "coupon", "check_in", "lottery", "referral", "bargains")]
        waiting += [
            f"/t/{world.ids['team']}/",
            f"/b/{world.ids['bargain']}/",
            f"/me/orders/{world.ids['order']}/",
            f"/me/orders/{world.ids['waiting']}/",
        ]
        while waiting and len(seen) < MOST_PAGES:
            page = waiting.pop(0)
            if page in seen or "as=" in page:
                continue
            seen.add(page)
            answer = world.send(who, "get", page)
            if answer.status_code != 200 or "html" not in answer.get("Content-Type", "") or answer.streaming:
                continue
            forms, links = read(page, answer.content.decode())
            waiting += sorted(links - seen)
            for form in forms:
                found.setdefault((who, form.address, form.method, tuple(name for name, _ in form.fields)), form)
    return [(who, form) for (who, *_), form in sorted(found.items(), key=lambda pair: pair[0])]


def test_every_field_of_every_form(world):
    """One field by itself, everything else as the page gave it, so that what it does not take is not hidden by another; and several at once."""
    forms = all_forms(world)
    fields = [(who, form, n) for who, form in forms for n in range(len(form.fields)) if form.method == "post"]
    assert len({form.address for _, form in forms}) > 40
    assert {who for who, _ in forms} == {"mei", "bo", "owner", "nobody"}

    @settings(MANY, max_examples=len(fields))
    @given(data=st.data())
    def one_by_one(data):
        who, form, n = data.draw(st.sampled_from(fields))
        name, _ = form.fields[n]
        sent = [*form.fields[:n], (name, data.draw(values(*world.ids.values()))), *form.fields[n + 1 :]]
        world.send(who, "post", form.address, sent)

    @settings(MANY, max_examples=2 * len(forms))
    @given(data=st.data())
    def together(data):
        who, form = data.draw(st.sampled_from(forms))
        world.send(who, form.method, form.address, data.draw(spoiled(form.fields, world.ids)))

    one_by_one()
    together()


SCHEMA = api.get_openapi_schema(path_prefix="/api/v1")
CALLS = sorted((path, method) for path, methods in SCHEMA["paths"].items() for method in methods)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20), st.sampled_from([one for one in NASTY if isinstance(one, str)])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def fields_of(call):
    """Names of the fields of a JSON body, from what the API says of itself."""
    reference = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return sorted(SCHEMA["components"]["schemas"][reference.rpartition("/")[2]]["properties"]) if reference else []


@MANY
@given(data=st.data())
def test_the_api_with_anything_for_every_parameter_that_it_says_it_has(world, data):
    path, method = data.draw(st.sampled_from(CALLS))
    call = SCHEMA["paths"][path][method]
    query = []
    for one in call.get("parameters", []):
        value = data.draw(values(*world.ids.values()))
        if one["in"] == "path":
            text = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
            path = path.replace("{" + one["name"] + "}", quote(text, safe=""))
        elif data.draw(st.booleans()):
            query.append((one["name"], value))
    who = data.draw(st.sampled_from(("owner", "reader", "nobody", "bo")))
    if method == "get":
        world.send(who, "get", path, query)
    else:
        body = data.draw(st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(fields_of(call), JSON))))
        raw = data.draw(st.sampled_from((json.dumps(body).encode(), b"{", b"\xff", b"[" * 3000, b"NaN")))
        world.send(who, method, path, data=raw, content_type="application/json")
