"""Who may let whom in, and that somebody always can."""

import pytest

from lianyi.kernel.actor import Actor, NotAllowed
from lianyi.kernel.errors import NotThere, UnknownName
from lianyi.ops.team import selectors
from lianyi.ops.team.rules import LastOwner, UsernameTaken, UsernameUnusable
from lianyi.ops.team.services import (
    add_member,
    change_member,
    choose_password,
    digest_of,
    found_owner,
    make_api_key,
    revoke_api_key,
)

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor("team", "lin", frozenset({"operator"}))


@pytest.fixture
def lin(owner, at):
    return add_member(key="t:lin", actor=owner, at=at, username=" Lin ", name="小林", roles=["operator", "analyst"])


def test_someone_let_in_has_the_roles_given_and_no_password_yet(lin):
    assert (lin.username, lin.roles, lin.has_usable_password()) == ("lin", ["operator", "analyst"], False)
    assert lin.actor == Actor("team", "lin", frozenset({"operator", "analyst"}))


def test_only_the_owner_lets_people_in(at):
    with pytest.raises(NotAllowed):
        add_member(key="t:x", actor=OPERATOR, at=at, username="eve", name="", roles=["owner"])

    assert selectors.list_members() == []


def test_a_user_name_is_given_once(lin, owner, at):
    with pytest.raises(UsernameTaken):
        add_member(key="t:again", actor=owner, at=at, username="lin", name="", roles=["owner"])

    assert [member.name for member in selectors.list_members()] == ["小林"]


@pytest.mark.parametrize("given", ["", "a", "-lin", "小林", "l" * 65, "lin wang"])
def test_a_user_name_nobody_could_type_is_refused(given, owner, at):
    with pytest.raises(UsernameUnusable):
        add_member(key="t:x", actor=owner, at=at, username=given, name="", roles=["owner"])


@pytest.mark.parametrize("role", ["partner", "boss"])
def test_a_role_that_is_no_colleagues_is_refused(role, owner, at):
    with pytest.raises(UnknownName):
        add_member(key="t:x", actor=owner, at=at, username="eve", name="", roles=[role])


def test_the_first_owner_is_made_once(at):
    assert found_owner(at=at) == found_owner(at=at)
    assert [member.roles for member in selectors.list_members()] == [["owner"]]


def test_the_last_owner_stays(owner, at):
    first = found_owner(at=at)
    for roles, active in ((["analyst"], True), (["owner"], False)):
        with pytest.raises(LastOwner):
            change_member(key=f"t:{active}", actor=owner, at=at, username=first.username, roles=roles, name="", is_active=active)

    first.refresh_from_db()
    assert (first.roles, first.is_active) == (["owner"], True)


def test_a_colleague_changes_only_their_own_password(lin, owner, at):
    found_owner(at=at)
    with pytest.raises(NotAllowed):
        choose_password(key="t:p1", actor=OPERATOR, at=at, username="owner", password="quite-a-secret")
    choose_password(key="t:p2", actor=OPERATOR, at=at, username="lin", password="quite-a-secret")
    lin.refresh_from_db()

    assert lin.check_password("quite-a-secret")


def test_a_key_acts_for_its_owner_until_it_is_revoked(lin, at):
    whole = make_api_key(key="t:k", actor=OPERATOR, at=at, member=lin, name="报表")
    (kept,) = selectors.list_api_keys(lin)

    assert whole not in (kept.digest, kept.prefix)
    assert selectors.find_api_key(digest_of(whole), at).member == lin
    revoke_api_key(key="t:r", actor=OPERATOR, at=at, api_key_id=kept.pk)
    assert selectors.find_api_key(digest_of(whole), at) is None


def test_nobody_revokes_a_colleagues_key(owner, lin, at):
    make_api_key(key="t:k", actor=OPERATOR, at=at, member=lin, name="报表")
    (kept,) = selectors.list_api_keys(lin)
    with pytest.raises(NotAllowed):
        revoke_api_key(key="t:r", actor=Actor("team", "eve", frozenset({"analyst"})), at=at, api_key_id=kept.pk)
    with pytest.raises(NotThere):
        revoke_api_key(key="t:r2", actor=owner, at=at, api_key_id=kept.pk + 1)

    assert len(selectors.list_api_keys(lin)) == 1
