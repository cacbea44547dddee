"""A member who asks to be erased is gone everywhere, and the books stay whole."""

import pytest

from lianyi.kernel.actor import NotAllowed
from lianyi.ops.journal.checking import Scope, check_all
from lianyi.ops.journal.relay import relay
from lianyi.ops.journal.services import reach_stream_with_erasures
from lianyi.ops.ledger.services import give
from lianyi.ops.members.selectors import find_by_identity, find_member
from lianyi.ops.members.services import erase, export, join, set_consent, tag
from lianyi.ops.shop.services import Line, place_order
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


def test_an_erased_member_is_nowhere_and_the_books_stay_whole(mei, bo, serum, at, tmp_path):
    log = EventLog(workspace.create(tmp_path / "w"))
    set_consent(actor=as_member(bo), at=at, member=bo, purpose="marketing", granted=True)
    tag(actor=OWNER, at=at, member=bo, name="敏感肌")
    place_order(key="k", actor=as_member(bo), at=at, member=bo, lines=[Line(serum)])
    give("points", bo, 5, key="g", actor=OWNER, at=at)
    relay(log)
    held = export(actor=as_member(bo), member=bo)
    assert (held["tags"], len(held["consents"]), held["referrer"]) == (["敏感肌"], 1, mei.public_id)
    with pytest.raises(NotAllowed):
        erase(actor=as_member(mei), at=at, member=bo)

    erase(actor=as_member(bo), at=at, member=bo)
    relay(log)
    reach_stream_with_erasures(log.workspace, at=at)

    assert find_member(bo.public_id) is None
    assert find_by_identity(phone="13800000002") is None
    engine = DuckDBEngine(log.snapshot())
    assert bo.public_id not in engine.run("SELECT DISTINCT member_id FROM events")["member_id"].to_pylist()
    engine.close()
    assert [(one.invariant.number, one.app) for one in check_all(Scope(log, at)) if one.status in ("broken", "late")] == []
    again = join(actor=OWNER, at=at, phone="13800000002")
    assert again.public_id != bo.public_id
