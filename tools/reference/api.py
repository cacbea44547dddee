"""docs/reference/api.md: every address of the JSON API, from its own description (OpenAPI)."""

from typing import Any

from tools.reference.errors import make_ready
from tools.reference.markdown import code, page, table


def render() -> str:
    """The whole page."""
    make_ready()
    from lianyi.web.api.service import api

    described: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1")
    parts = [
        "Answers are JSON. Ask with `Authorization: Bearer ly_...`, a key made under *Settings* in the console; it may do no more than its member and its roles.",
        (
            "Lists take `limit` (1 to 200, 50 unless said) and `offset`, and answer `items`, `total`, `limit`, `offset`. Money is in minor units, ratios are "
            "unrounded, `to` is the day after the last. `Accept-Language: zh` or `en` chooses the language of messages and of an analysis's words."
        ),
        (
            "What goes wrong answers `{code, message, request_id}`: 401 without a key, 403 without the right, 404 for what is not there, 409 where a rule says no, "
            "422 for what cannot be used, 429 with `Retry-After` beyond 600 requests a minute. Codes are listed in [errors](errors.md). The description for "
            "machines (OpenAPI 3.1) is at `/api/v1/openapi.json`."
        ),
    ]
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            parts += [f"## {method.upper()} {path}", f"**{one['summary']}.** {one.get('description', '')}"]
            parts += _parameters(one)
            parts.append(f"Answers {_answer(one)}.")
    parts.append("# Shapes")
    for name, shape in sorted(described["components"]["schemas"].items()):
        fields = shape.get("properties", {})
        if name.startswith("Rows_") or not fields:
            continue
        parts += [f"## {name}", shape.get("description", "")]
        parts.append(table(["field", "type"], [[code(field), kind_of(given)] for field, given in fields.items()]))
    return page("JSON API", "\n\n".join(part for part in parts if part))


def _parameters(one: dict[str, Any]) -> list[str]:
    rows = [
        [
            code(given["name"]),
            kind_of(given["schema"]),
            "yes" if given.get("required") else "",
            given.get("description") or given["schema"].get("description", ""),
        ]
        for given in one.get("parameters", [])
    ]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    found = [table(["parameter", "type", "needed", ""], rows)] if rows else []
    return [*found, f"The body is {kind_of(body)}."] if body else found


def _answer(one: dict[str, Any]) -> str:
    status, given = next(iter(one["responses"].items()))
    schema = given.get("content", {}).get("application/json", {}).get("schema", {})
    return f"{status} with {kind_of(schema)}"


def kind_of(schema: dict[str, Any]) -> str:
    """A type in a few words.

    >>> kind_of({"anyOf": [{"type": "integer"}, {"type": "null"}]})
    'integer or null'
    """
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"a page of `{name[5:-1]}`" if name.startswith("Rows_") else f"`{name}`"
    if "anyOf" in schema:
        return " or ".join(kind_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
