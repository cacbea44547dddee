"""What no program may do to the journal."""

from lianyi.ops.journal.triggers import Guard

_SAME = ("uid", "name", "at", "digest", "order_id", "command_key", "actor_kind", "actor_id")
_STATED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SAME)
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
                f"({_ERASABLE}) AND (NEW.redacted_at IS NULL OR NEW.salt <> '' OR NEW.member_id <> '')",
                "what a fact says goes only by an erasure",
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
            ("NEW.key <> OLD.key OR NEW.digest <> OLD.digest OR NEW.name <> OLD.name", "a command does not change"),
            ("OLD.result <> '' AND NEW.result <> OLD.result", "a command's answer does not change"),
        ),
    ),
)
