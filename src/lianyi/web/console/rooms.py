"""The navigation: the stages of the loop that have a page, and the rooms beside the loop."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from lianyi.kernel.loop import LOOP
from lianyi.kernel.text import Text

STAGE_ICONS = {
    "plan": "target",
    "content": "calendar-days",
    "community": "messages-square",
    "campaigns": "flame",
    "partners": "handshake",
    "care": "headset",
    "measure": "chart-line",
    "evaluate": "clipboard-check",
    "report": "presentation",
}
# Rooms beside the loop: id -> (name, icon, permission).
BESIDE = {
    "members": (Text(zh="会员", en="Members"), "users", "member.read"),
    "shop": (Text(zh="店铺", en="Shop"), "store", "shop.read"),
    "ledger": (Text(zh="账本", en="Ledger"), "scale", "ledger.read"),
    "risk": (Text(zh="风控复核", en="Risk review"), "shield-alert", "risk.review"),
    "intake": (Text(zh="导入", en="Import"), "upload", "intake.write"),
    "team": (Text(zh="团队", en="Team"), "settings", "settings.write"),
    "audit": (Text(zh="操作记录", en="Audit log"), "history", "audit.read"),
}
# After g: one letter each; two rooms never share one.
KEYS = {
    "home": "h", "plan": "p", "content": "c", "community": "o", "campaigns": "f", "partners": "n", "care": "s", "measure": "m", "insight": "a",
    "evaluate": "e", "report": "r", "members": "u", "shop": "d", "ledger": "l", "intake": "i", "team": "t", "audit": "j", "risk": "k",
}  # fmt: skip
STAGE_PERMISSIONS = {"plan": "plan.read", "campaigns": "campaign.read"}


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the navigation."""

    id: str
    name: Text
    icon: str
    href: str
    here: bool

    @property
    def key(self) -> str:
        """What leads here from anywhere, after g."""
        return KEYS.get(self.id, "")


def rooms(request: HttpRequest) -> dict[str, Any]:
    """What every page of the console shows at its side; a room that has no page yet, or is not open to this person, is left out."""
    if not request.path.startswith("/console/") or not getattr(request.user, "is_authenticated", False):
        return {}
    actor = request.user.actor
    stages = [(stage.id, stage.name, STAGE_ICONS[stage.id], STAGE_PERMISSIONS.get(stage.id, "insight.read")) for stage in LOOP]
    # Analyses are a second way to measure; they have a room of their own because their questions are asked differently.
    place = [stage[0] for stage in stages].index("measure") + 1
    stages.insert(place, ("insight", Text(zh="分析", en="Analyse"), "microscope", "insight.read"))
    beside = [(id_, *entry) for id_, entry in BESIDE.items()]
    home = Room(
        "home", Text(zh="总览", en="Overview"), "layout-dashboard", reverse("console:home"), request.path == reverse("console:home")
    )
    return {
        "loop_rooms": [home, *_found(request, stages, actor.may)],
        "other_rooms": _found(request, beside, actor.may),
        "actor": actor,
    }


def _found(request: HttpRequest, entries: list[tuple[str, Text, str, str]], may: Any) -> list[Room]:
    found = []
    for id_, name, icon, permission in entries:
        try:
            href = reverse(f"console:{id_}")
        except NoReverseMatch:
            continue
        if may(permission):
            found.append(Room(id_, name, icon, href, request.path.startswith(href)))
    return found
