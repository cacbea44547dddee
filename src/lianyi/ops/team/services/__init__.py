"""What is done about the team."""

from lianyi.ops.team.services.keys import digest_of, make_api_key, note_key_used, revoke_api_key
from lianyi.ops.team.services.members import add_member, change_member, choose_password, found_owner
from lianyi.ops.team.services.second_factor import (
    CodeWrong,
    begin_second_factor,
    confirm_second_factor,
    end_second_factor,
    find_begun_secret,
    renew_recovery_codes,
    take_code,
)
from lianyi.ops.team.services.sign_ins import end_other_sign_ins, end_sign_in, forget_sign_in, note_seen, note_sign_in
from lianyi.ops.team.services.views import drop_view, save_view

__all__ = [
    "CodeWrong",
    "add_member",
    "begin_second_factor",
    "change_member",
    "choose_password",
    "confirm_second_factor",
    "digest_of",
    "drop_view",
    "end_other_sign_ins",
    "end_second_factor",
    "end_sign_in",
    "find_begun_secret",
    "forget_sign_in",
    "found_owner",
    "make_api_key",
    "note_key_used",
    "note_seen",
    "note_sign_in",
    "renew_recovery_codes",
    "revoke_api_key",
    "save_view",
    "take_code",
]
