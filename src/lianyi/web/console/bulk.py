"""One act on many rows of a list: chosen by hand or all that the filter leaves, shown once more with their number, then done row by row."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from lianyi.kernel.errors import BadInput, NotThere, Refusal, TryLater
from lianyi.kernel.text import Text
from lianyi.web.console.gate import form_key, may
from lianyi.web.ui.lists import Asked, Fetch, Listing, Offer, cell_of
from lianyi.web.ui.templatetags.words import spoken

MOST_AT_ONCE = 1000
"""Rows of one act: each is a transaction and an entry of the audit log, 2 ms of a processor and a commit; whoever has more narrows the filter."""
MOST_SHOWN = 8
MOST_REASONS = 3
NONE_CHOSEN = Text(zh="还没有选择任何一行。", en="No row is chosen yet.")


class TooManyRows(Refusal):
    """More rows than one act takes."""

    code = "too_many_rows"
    message = Text(zh="选中 %(rows)s 条，一次最多处理 %(most)s 条；什么也没有改。", en="%(rows)s {row is|rows are} chosen, and one act takes at most %(most)s; nothing was changed.")  # fmt: skip
    remedy = Text(zh="请用筛选缩小范围，分几次做。", en="Narrow the filter, and do it in several turns.")


@dataclass(frozen=True, slots=True)
class One:
    """What an act is handed for each row. row : of the list; key : names this very command, the same when the form is sent again."""

    request: HttpRequest
    row: Any
    given: dict[str, Any]
    key: str

    @property
    def around(self) -> dict[str, Any]:
        """What every service asks for."""
        return {"key": self.key, "actor": self.request.actor, "at": self.request.at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that can be done with rows.

    does   : with one row; its service authorises, writes and leaves the entry of the audit log
    form   : what has to be said once for all rows, None for nothing
    file   : instead of `does`, what makes a file of the rows; nothing changes, so nothing is confirmed
    says   : the button that does it, with %(n)s; done : what is said afterwards, with %(n)s; the name where they are not given
    """

    id: str
    name: Text
    permission: str
    says: Text | None = None
    done: Text | None = None
    does: Callable[[One], object] | None = None
    form: type[forms.Form] | None = None
    file: Callable[[HttpRequest, Sequence[Any]], HttpResponse] | None = None
    tone: str = "primary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """The acts of one list. list_route : where it stands, act_route : where a choice is sent; both in the console."""

    listing: Listing
    fetch: Fetch
    list_route: str
    act_route: str
    acts: Sequence[Act]

    def offer(self, request: HttpRequest) -> Offer | None:
        """The acts that are open to this person; None for none, and then no row can be chosen."""
        found = [(act.id, act.name) for act in self.acts if may(request, act.permission)]
        return Offer(reverse(f"console:{self.act_route}"), found) if found else None

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page that asks once more, or what came of it. Raises NotAllowed, TooManyRows, BadInput, UnknownName."""
        act = next((one for one in self.acts if one.id == request.POST.get("act")), None)
        if act is None:
            raise NotThere(what=Text(zh="批量操作", en="bulk action"), given=request.POST.get("act", ""))
        request.actor.require(act.permission)
        query = QueryDict(request.POST.get("query", "")[:2000])
        back = reverse(f"console:{self.list_route}") + ("?" + query.urlencode() if query else "")
        rows = self._rows(request, query)
        if not rows:
            messages.warning(request, NONE_CHOSEN.say(spoken()))
            return redirect(back)
        if act.file:
            return act.file(request, rows)
        # What was shown is what is done: when rows came or went meanwhile, the page is shown again.
        seen = request.POST.get("n", "")
        form = act.form(request.POST if seen else None) if act.form else None
        if seen != str(len(rows)) or (form is not None and not form.is_valid()):
            return self._ask_again(request, act, rows, form, back, moved=bool(seen) and seen != str(len(rows)))
        self._do(request, act, rows, form.cleaned_data if form else {})
        return redirect(back)

    def _rows(self, request: HttpRequest, query: QueryDict) -> Sequence[Any]:
        chosen = None if request.POST.get("all") else tuple(dict.fromkeys(request.POST.getlist("row")))
        if chosen is not None and len(chosen) > MOST_AT_ONCE:
            raise TooManyRows(rows=len(chosen), most=MOST_AT_ONCE)
        asked = self.listing.asked(query)
        # Rows that were chosen by hand stay chosen, also where they no longer match the filter.
        given = asked.given if chosen is None else {one.id: one.read("") for one in self.listing.filters}
        page = self.fetch(Asked(given, asked.sort, 1, MOST_AT_ONCE, chosen))
        if page.total > MOST_AT_ONCE:
            raise TooManyRows(rows=page.total, most=MOST_AT_ONCE)
        return page.rows

    def _ask_again(
        self, request: HttpRequest, act: Act, rows: Sequence[Any], form: forms.Form | None, back: str, *, moved: bool
    ) -> HttpResponse:
        first = self.listing.columns[0]
        page = {
            "act": act,
            "name": self.listing.name,
            "n": len(rows),
            "says": (act.says or act.name).say(spoken(), n=len(rows)),
            "shown": [cell_of(first, row) for row in rows[:MOST_SHOWN]],
            "more": max(0, len(rows) - MOST_SHOWN),
            "marks": [] if request.POST.get("all") else request.POST.getlist("row"),
            "all": request.POST.get("all", ""),
            "query": request.POST.get("query", ""),
            "form": form,
            "back": back,
            "moved": moved,
        }
        return render(request, "console/bulk.html", page)

    def _do(self, request: HttpRequest, act: Act, rows: Sequence[Any], given: dict[str, Any]) -> None:
        if act.does is None or self.listing.mark is None:
            raise NotThere(what=Text(zh="批量操作", en="bulk action"), given=act.id)
        key = form_key(request)
        done, refused = 0, dict[str, int]()
        for row in rows:
            try:
                act.does(One(request, row, given, _key_of(key, act.id, self.listing.mark(row))))
                done += 1
            except TryLater:
                # The others would fail too; what is done stays done, and sent again it is not done twice.
                raise
            except (Refusal, BadInput) as fault:
                words = fault.say(spoken())
                refused[words] = refused.get(words, 0) + 1
        if done:
            messages.success(request, (act.done or act.name).say(spoken(), n=done))
        for words, n in list(refused.items())[:MOST_REASONS]:
            messages.warning(request, Text(zh="%(n)s 条没有处理：%(why)s", en="Not done for %(n)s: %(why)s").say(spoken(), n=n, why=words))


def _key_of(form: str, act: str, mark: str) -> str:
    return "bulk:" + hashlib.sha256(f"{form} {act} {mark}".encode()).hexdigest()
