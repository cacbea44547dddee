"""Who acts, and what they may do: the one place where roles are tied to permissions."""

from dataclasses import dataclass

from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text

ROLE_NAMES = {
    "owner": Text(zh="负责人", en="Owner"),
    "growth_lead": Text(zh="增长负责人", en="Growth lead"),
    "operator": Text(zh="运营", en="Operator"),
    "analyst": Text(zh="分析师", en="Analyst"),
    "finance": Text(zh="财务", en="Finance"),
    "partner": Text(zh="合作方", en="Partner"),
    "reader": Text(zh="只读", en="Read-only"),
}
# Permission -> the roles that hold it. A permission is `area.verb`; the owner holds all of them.
PERMISSIONS: dict[str, frozenset[str]] = {
    "plan.read": frozenset({"growth_lead", "operator", "analyst", "finance", "reader"}),
    "plan.write": frozenset({"growth_lead"}),
    "member.read": frozenset({"growth_lead", "operator", "analyst", "reader"}),
    "member.write": frozenset({"growth_lead", "operator"}),
    "member.export": frozenset({"growth_lead"}),
    "member.erase": frozenset({"growth_lead"}),
    "campaign.read": frozenset({"growth_lead", "operator", "analyst", "finance", "reader"}),
    "campaign.write": frozenset({"growth_lead", "operator"}),
    "campaign.approve": frozenset({"growth_lead"}),
    "shop.read": frozenset({"growth_lead", "operator", "analyst", "finance", "reader"}),
    "shop.write": frozenset({"growth_lead", "operator"}),
    "order.refund": frozenset({"finance", "operator"}),
    "ledger.read": frozenset({"finance", "growth_lead"}),
    "ledger.write": frozenset({"finance"}),
    "risk.review": frozenset({"growth_lead", "finance"}),
    "insight.read": frozenset({"growth_lead", "operator", "analyst", "finance", "reader"}),
    "insight.run": frozenset({"growth_lead", "analyst"}),
    "intake.write": frozenset({"growth_lead", "analyst", "operator"}),
    "settings.write": frozenset(),
    "audit.read": frozenset({"finance"}),
}


class NotAllowed(Refusal):
    """Who asks may not do this."""

    code = "not_allowed"
    message = Text(zh="您没有权限做这件事（%(permission)s）。", en="You may not do this (%(permission)s).")
    remedy = Text(zh="请联系负责人开通。", en="Ask the owner of the workspace for it.")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    kind  : member (a customer, on a phone) | team (someone of the brand) | partner (a creator) | system (the clock) | visitor (not logged in)
    id    : pseudonymous identifier, "" for a visitor
    roles : roles of a team member; empty for everybody else
    >>> Actor("team", "t1", frozenset({"operator"})).may("campaign.write")
    True
    >>> Actor("member", "m1").may("campaign.write")
    False
    """

    kind: str
    id: str = ""
    roles: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether this actor holds a permission; the system holds all, members hold none (they act on what is theirs)."""
        if permission not in PERMISSIONS:
            raise ValueError(permission)
        if self.kind == "system":
            return True
        return self.kind == "team" and ("owner" in self.roles or bool(self.roles & PERMISSIONS[permission]))

    def require(self, permission: str) -> None:
        """Raises NotAllowed unless this actor holds the permission."""
        if not self.may(permission):
            raise NotAllowed(permission=permission)

    def require_self(self, member_id: str, *, otherwise: str) -> None:
        """Raises NotAllowed unless this is the member themself, or a team member who holds the permission `otherwise`."""
        if not (self.kind == "member" and self.id == member_id):
            self.require(otherwise)


SYSTEM = Actor("system", "system")
VISITOR = Actor("visitor")
