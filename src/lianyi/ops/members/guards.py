"""What no program may do to members."""

from lianyi.ops.journal.triggers import Guard, append_only

GUARDS = (
    Guard(
        "members_member_referrer_is_frozen",
        "members_member",
        "BEFORE",
        "UPDATE",
        (("NEW.referrer_id IS DISTINCT FROM OLD.referrer_id", "a referrer is fixed at joining"),),
    ),
    Guard("members_member_no_delete", "members_member", "BEFORE", "DELETE", (("1 = 1", "a member is erased, not deleted"),)),
    *append_only("members_consent", says="a consent is history")[:1],
)
