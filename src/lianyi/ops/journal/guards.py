"""What no program may do to the journal."""

from lianyi.ops.journal.triggers import Guard

_SAME = ("uid", "name", "at", "digest", "order_id", "command_key", "actor_kind")
_STATED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SAME)
_ASKED = "(NEW.digest <> OLD.digest OR NEW.actor_id <> OLD.actor_id)"
_TAKEN_OUT = "NEW.redacted_at IS NOT NULL AND NEW.digest = '' AND NEW.actor_id IN ('', OLD.actor_id)"
_ERASABLE = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in ("fact", "salt", "member_id"))

GUARDS = (
    Guard("journal_fact_no_delete", "journal_fact", "BEFORE", "DELETE", (("1 = 1", "a fact does not vanish"),)),
    Guard(
        "journal_fact_no_change",
        "journal_fact",
        "BEFORE",
        "UPDATE",
        (
            (_STATED, "a fact does not change"),
            ("OLD.seq IS NOT NULL AND (NEW.seq IS DISTINCT FROM OLD.seq OR NEW.link <> OLD.link)", "a fact keeps its number"),
            (
                f"({_ERASABLE}) AND (NEW.redacted_at IS NULL OR NEW.salt <> '' OR NEW.member_id NOT IN ('', OLD.member_id))",
                "what a fact says goes only by an erasure",
            ),
            (
                "NEW.actor_id IS DISTINCT FROM OLD.actor_id AND (NEW.redacted_at IS NULL OR NEW.actor_id <> '')",
                "who acted goes only by an erasure",
            ),
        ),
    ),
    Guard("journal_command_no_delete", "journal_command", "BEFORE", "DELETE", (("1 = 1", "a command does not vanish"),)),
    Guard(
        "journal_command_no_change",
        "journal_command",
        "BEFORE",
        "UPDATE",
        (
            ("NEW.key <> OLD.key OR NEW.name <> OLD.name OR NEW.actor_kind <> OLD.actor_kind", "a command does not change"),
            (f"{_ASKED} AND NOT ({_TAKEN_OUT})", "who asked for what goes only by an erasure"),
            (f"OLD.result <> '' AND NEW.result <> OLD.result AND NOT ({_TAKEN_OUT})", "a command's answer does not change"),
        ),
    ),
)
