"""What no program may do to the ledger."""

from lianyi.ops.journal.triggers import Guard, append_only

_OF = "FROM ledger_entry WHERE transaction_key = NEW.key"

_APPLIED = "SELECT 1 FROM ledger_entry WHERE id = NEW.last_entry_id AND account_id = OLD.id AND amount = NEW.balance - OLD.balance"

GUARDS = (
    Guard(
        "ledger_entry_is_admitted",
        "ledger_entry",
        "BEFORE",
        "INSERT",
        (
            ("EXISTS (SELECT 1 FROM ledger_transaction WHERE key = NEW.transaction_key)", "a sealed transaction takes no more entries"),
            (
                "NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND currency = NEW.currency)",
                "an entry is in its account's currency",
            ),
        ),
    ),
    Guard(
        "ledger_entry_moves_balance",
        "ledger_entry",
        "AFTER",
        "INSERT",
        then="UPDATE ledger_account SET balance = balance + NEW.amount, last_entry_id = NEW.id WHERE id = NEW.account_id",
    ),
    *append_only("ledger_entry", says="an entry is not changed; post its reverse"),
    Guard(
        "ledger_transaction_sums_to_zero",
        "ledger_transaction",
        "BEFORE",
        "INSERT",
        (
            (f"(SELECT count(*) {_OF}) < 2", "a transaction has two entries or more"),
            (f"EXISTS (SELECT 1 {_OF} GROUP BY currency HAVING sum(amount) <> 0)", "a transaction sums to zero in each currency"),
        ),
    ),
    *append_only("ledger_transaction", says="a transaction is not changed; post its reverse"),
    Guard(
        "ledger_account_begins_at_zero",
        "ledger_account",
        "BEFORE",
        "INSERT",
        (("NEW.balance <> 0", "an account begins at zero"),),
    ),
    Guard(
        "ledger_account_keeps_its_nature",
        "ledger_account",
        "BEFORE",
        "UPDATE",
        (
            (
                "NEW.code <> OLD.code OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency OR NEW.member_id IS DISTINCT FROM OLD.member_id",
                "an account keeps its nature",
            ),
        ),
    ),
    # A balance moves by an entry. SQLite writes one transaction at a time, so that entries apply in order of their ids ...
    Guard(
        "ledger_account_moves_by_entries",
        "ledger_account",
        "BEFORE",
        "UPDATE",
        (
            (
                f"NEW.balance <> OLD.balance AND (NEW.last_entry_id <= OLD.last_entry_id OR NOT EXISTS ({_APPLIED}))",
                "a balance moves by an entry only",
            ),
            ("NEW.balance = OLD.balance AND NEW.last_entry_id <> OLD.last_entry_id", "a balance moves by an entry only"),
        ),
        only="sqlite",
    ),
    # ... on PostgreSQL they do not, but a trigger can tell that it was another trigger that moved the balance.
    Guard(
        "ledger_account_moves_by_entries",
        "ledger_account",
        "BEFORE",
        "UPDATE",
        (
            (
                "(NEW.balance <> OLD.balance OR NEW.last_entry_id <> OLD.last_entry_id) AND pg_trigger_depth() < 2",
                "a balance moves by an entry only",
            ),
        ),
        only="postgresql",
    ),
    Guard("ledger_account_no_delete", "ledger_account", "BEFORE", "DELETE", (("1 = 1", "an account does not vanish"),)),
)
