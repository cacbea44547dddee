"""Reading the journal."""

from lianyi.ops.journal.models import Command, Erasure, Fact

__all__ = ["Command", "Fact", "list_facts", "was_erased"]


def was_erased(member_id: str) -> bool:
    """Whether a member of this id was erased."""
    return Erasure.objects.filter(member_id=member_id).exists()


def list_facts(*, order_id: str = "", member_id: str = "") -> list[Fact]:
    """Facts of an order or of a member, in the order in which they were written."""
    chosen = {name: value for name, value in (("order_id", order_id), ("member_id", member_id)) if value}
    if not chosen:
        raise ValueError("say whose facts")
    return list(Fact.objects.filter(**chosen).order_by("id"))
