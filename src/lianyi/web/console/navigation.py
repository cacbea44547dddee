"""The one navigation of the console, read from the loop; a page that does not exist yet is not shown, nor one that the reader may not open."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from lianyi.kernel.actor import Actor
from lianyi.kernel.loop import LOOP
from lianyi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. permission "" is for everybody of the team."""

    id: str
    name: Text
    icon: str
    permission: str = ""

    @property
    def url_name(self) -> str:
        """The name of its page's route."""
        return f"console_{self.id}"


# Stage of the loop -> icon, who may see it.
STAGES = {
    "plan": ("compass", "plan.read"),
    "content": ("pen-line", "campaign.read"),
    "community": ("messages-square", "campaign.read"),
    "campaigns": ("megaphone", "campaign.read"),
    "partners": ("handshake", "campaign.read"),
    "care": ("headset", "member.read"),
    "measure": ("ruler", "insight.read"),
    "evaluate": ("scale", "insight.read"),
    "report": ("file-chart-column", "insight.read"),
}
HOME = (Entry("home", Text(zh="总览", en="Overview"), "layout-dashboard"),)
THE_LOOP = tuple(Entry(stage.id, stage.name, *STAGES[stage.id]) for stage in LOOP)
GROUND = (
    Entry("members", Text(zh="会员", en="Members"), "users-round", "member.read"),
    Entry("shop", Text(zh="商城", en="Shop"), "store", "shop.read"),
    Entry("ledger", Text(zh="总账", en="Ledger"), "book-open-text", "ledger.read"),
    Entry("intake", Text(zh="数据接入", en="Data in"), "database", "intake.write"),
)
SYSTEM = (
    Entry("risk", Text(zh="风控", en="Risk"), "shield-alert", "risk.review"),
    Entry("team", Text(zh="团队", en="Team"), "id-card-lanyard", "settings.write"),
    Entry("audit", Text(zh="审计", en="Audit"), "scroll-text", "audit.read"),
)
GROUPS: tuple[tuple[Text | None, tuple[Entry, ...]], ...] = (
    (None, HOME),
    (Text(zh="经营闭环", en="The loop"), THE_LOOP),
    (Text(zh="基础", en="Ground"), GROUND),
    (Text(zh="系统", en="System"), SYSTEM),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as a page shows it."""

    entry: Entry
    url: str
    is_here: bool


def shown_to(actor: Actor, here: str) -> list[tuple[Text | None, list[Shown]]]:
    """The navigation for a reader on a page (by entry id): groups with their lines, empty groups left out."""
    groups = []
    for name, entries in GROUPS:
        lines = [
            Shown(entry, url, entry.id == here)
            for entry in entries
            if (url := url_of(entry)) and (not entry.permission or actor.may(entry.permission))
        ]
        if lines:
            groups.append((name, lines))
    return groups


def url_of(entry: Entry) -> str:
    """The address of a page, "" while it does not exist."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""
