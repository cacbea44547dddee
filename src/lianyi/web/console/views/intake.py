"""Bringing in a file: upload, look, say what its columns mean, check the money, import, take the rejected rows along."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.import_upload import MOST_BYTES, drop, receive, rejects_path
from lianyi.flows.jobs import taking_over, tidying, upload_check, upload_import
from lianyi.flows.take_over import LEFT_OUT, find_taking
from lianyi.flows.tidy_history import find_tidying
from lianyi.insight.measure import dimension
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.intake import selectors, services
from lianyi.ops.review.selectors import count_running
from lianyi.stream.intake import KINDS, list_imports
from lianyi.stream.intake.catalogue import kind
from lianyi.stream.intake.mapping import IGNORED
from lianyi.stream.intake.money_contract import SAYS as CONTRACTS
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.ui.templatetags.words import spoken

STEPS = (
    Text(zh="上传", en="Upload"),
    Text(zh="对应列", en="Match columns"),
    Text(zh="核对", en="Check"),
    Text(zh="导入", en="Import"),
)
PLACES = {"waiting": 1, "checking": 1, "unusable": 1, "ready": 2, "queued": 3, "importing": 3, "failed": 3, "done": 4}
# Kinds with amounts of orders, whose contract a person may state.
WITH_MONEY = ("orders", "order_lines")
CONSTANTS = ("platform", "channel")
MOST_RECORDS = 30
TIDYING = Text(zh="就要开始整理，稍后刷新", en="The history is about to be tidied; reload in a moment")
ASKED = Text(zh="已在后台接入，做完后这里会写明结果", en="It is being done; what came of it will stand here")


@require_GET
@opened_to("intake.write")
def uploads(request: HttpRequest) -> HttpResponse:
    """A place to drop a file, what is on its way, and what was imported before."""
    page = {
        "uploads": [upload for upload in selectors.list_uploads() if upload.state != "done"],
        "records": list(reversed(list_imports(settings.WORKSPACE)))[:MOST_RECORDS],
        "kinds": [(kind(name).says, kind(name).fields.values()) for name in KINDS],
        "tidying": find_tidying(settings.WORKSPACE),
        "taking": find_taking(settings.WORKSPACE),
        "may_take_over": may(request, "member.write"),
        "running": count_running(),
        "most_mb": MOST_BYTES >> 20,
    }
    return render(request, "console/intake.html", page)


@require_POST
@opened_to("intake.write")
def tidy(request: HttpRequest) -> HttpResponse:
    """Tidy the history now; the worker does it."""
    form_key(request)
    tidying()
    messages.success(request, TIDYING.say(spoken()))
    return redirect("console:intake")


@require_POST
@opened_to("intake.write")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; the worker then looks at it. Raises BadInput for a file that cannot be used."""
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(reason=Text(zh="请选一个文件。", en="Choose a file."))
    public_id = receive(
        settings.WORKSPACE, key=form_key(request), actor=request.actor, at=request.at, name=str(file.name), chunks=file.chunks()
    )
    upload_check(public_id)
    return redirect("console:upload", public_id)


@require_GET
@opened_to("intake.write")
def one(request: HttpRequest, public_id: str) -> HttpResponse:
    """One upload, at the step it has come to. Raises NotThere."""
    found = selectors.get_upload(public_id)
    return render(request, "console/upload.html", _page(found))


@require_GET
@opened_to("intake.write")
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it is, for the page that waits; when it is over the page is loaded anew."""
    found = selectors.get_upload(public_id)
    response = render(request, "console/parts/upload_progress.html", {"upload": found})
    if not found.is_busy:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@opened_to("intake.write")
def choose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what the columns mean, and have the file checked again. Raises NotThere, UploadBusy, UnknownName."""
    found = selectors.get_upload(public_id)
    kind_name = request.POST.get("kind", "")
    if kind_name not in KINDS:
        raise UnknownName(what="kind", given=kind_name, allowed=list(KINDS))
    contract = request.POST.get("money_contract", "")
    if contract and contract not in CONTRACTS:
        raise UnknownName(what="money_contract", given=contract, allowed=list(CONTRACTS))
    choices = {
        "kind": kind_name,
        # Said for another kind, the fields of this one are guessed anew.
        "columns": _columns(request, found.look) if kind_name == found.look.get("kind") else {},
        "constants": {name: given for name in CONSTANTS if (given := request.POST.get(f"constant-{name}", "").strip()[:64])},
        "money_contract": contract if kind_name in WITH_MONEY else "",
    }
    services.choose_mapping(key=form_key(request), actor=request.actor, at=request.at, public_id=public_id, choices=choices)
    upload_check(public_id)
    return redirect("console:upload", public_id)


@require_POST
@opened_to("intake.write")
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Import it. Raises NotThere, UploadBusy."""
    services.ask_import(key=form_key(request), actor=request.actor, at=request.at, public_id=public_id)
    upload_import(public_id, request.actor)
    return redirect("console:upload", public_id)


@require_POST
@opened_to("member.write")
def take_over(request: HttpRequest) -> HttpResponse:
    """Have the worker take over what the history knows and the operations do not."""
    taking_over(request.actor)
    messages.success(request, ASKED.say(spoken()))
    return redirect(f"{reverse('console:intake')}#background")


@require_POST
@opened_to("intake.write")
def let_go(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let it go. Raises NotThere, UploadBusy."""
    drop(settings.WORKSPACE, key=form_key(request), actor=request.actor, at=request.at, public_id=public_id)
    return redirect("console:intake")


@require_GET
@opened_to("intake.write")
def rejects(request: HttpRequest, record: str, place: int) -> HttpResponseBase:
    """The rows that an import could not use, with line, field, value and reason. Raises NotThere."""
    path = rejects_path(settings.WORKSPACE, record, place)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv; charset=utf-8")


def kinds() -> dict[str, Text]:
    """What can be imported, by kind."""
    return {name: kind(name).says for name in KINDS}


def _columns(request: HttpRequest, look: dict[str, Any]) -> dict[str, str]:
    """Heading -> field as the form says; a column left to be guessed is not named."""
    fields = {*kind(str(look["kind"])).fields, IGNORED}
    columns = {}
    for place, heading in enumerate(look.get("names", [])):
        given = request.POST.get(f"column-{place}", "")
        if given and given not in fields:
            raise UnknownName(what="field", given=given, allowed=sorted(fields))
        if given:
            columns[heading] = given
    return columns


def _page(found: selectors.Upload) -> dict[str, Any]:
    look, choices = found.look, found.choices
    kind_name = str(look.get("kind", "")) or str(choices.get("kind", ""))
    fields = kind(kind_name).fields if kind_name else {}
    said = choices.get("columns", {})
    samples = list(zip(*look.get("rows", []), strict=False)) if look.get("rows") else []
    columns = [
        {
            "heading": heading,
            "samples": [cell for cell in (samples[place] if place < len(samples) else ()) if cell][:3],
            "said": said.get(heading, ""),
            "guess": fields[use["field"]].says if use["field"] in fields else None,
            "why": use["why"],
        }
        for place, (heading, use) in enumerate(zip(look.get("names", []), look.get("uses", []), strict=False))
    ]
    used = {use["field"] for use in look.get("uses", [])}
    return {
        "upload": found,
        "steps": STEPS,
        "place": PLACES.get(found.state, 0),
        "kind_name": kind_name,
        "kinds": kinds(),
        "fields": {name: field.says for name, field in fields.items()},
        "ignored": IGNORED,
        "columns": columns,
        "constants": [
            (name, dimension(name).name, choices.get("constants", {}).get(name, ""))
            for name in CONSTANTS
            if name in fields and name not in used
        ],
        "contracts": CONTRACTS if kind_name in WITH_MONEY else {},
        "contract_said": choices.get("money_contract", ""),
        "file": found.report.get("file"),
        "left_out": [
            (LEFT_OUT[reason], n) for reason, n in found.report.get("taken", {}).get("left_out", {}).items() if reason in LEFT_OUT
        ],
        "rejected": [
            {**reject, "field": fields[reject["field"]].says if reject["field"] in fields else None}
            for reject in found.report.get("file", {}).get("rejects", [])
        ],
    }
