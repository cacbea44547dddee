"""Pages and metrics that a member keeps at hand."""

import datetime as dt
import secrets

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput, NotThere
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import execute
from lianyi.ops.team.models import SavedView, TeamMember

MOST_VIEWS = 60
ROOT = "/console/"


def save_view(*, key: str, actor: Actor, at: dt.datetime, title: str, path: str, metric: str = "") -> str:
    """Keep a page of the console at hand, or a metric as a card on one's overview; answers its public id.

    path : within the console, parameters included
    Raises BadInput without a title, for another address, or beyond 60 views.
    """
    if not title.strip():
        raise BadInput(reason=Text(zh="请给视图起个名字。", en="Give the view a name."))
    if not path.startswith(ROOT) or "//" in path or len(path) > 600:
        raise BadInput(reason=Text(zh="只能保存工作台里的页面。", en="Only pages of the console can be kept."))

    def do() -> dict[str, str]:
        member = TeamMember.objects.get(username=actor.id)
        if SavedView.objects.filter(member=member).count() >= MOST_VIEWS:
            raise BadInput(
                reason=Text(zh="最多保存 %(most)s 个视图，请先删除一些。", en="At most %(most)s views; let some go first."), most=MOST_VIEWS
            )
        made = SavedView.objects.create(
            member=member, public_id=secrets.token_hex(6), title=title.strip()[:80], path=path, metric=metric, saved_at=at
        )
        return {"view": made.public_id}

    return str(
        execute(key=key, name="team.save_view", actor=actor, at=at, payload={"title": title, "path": path, "metric": metric}, do=do)["view"]
    )


def drop_view(*, key: str, actor: Actor, at: dt.datetime, public_id: str) -> None:
    """Let one of one's own views go. Raises NotThere."""

    def do() -> dict[str, str]:
        gone, _ = SavedView.objects.filter(member__username=actor.id, public_id=public_id).delete()
        if not gone:
            raise NotThere(what=Text(zh="视图", en="view"), given=public_id)
        return {"view": public_id}

    execute(key=key, name="team.drop_view", actor=actor, at=at, payload={"view": public_id}, do=do)
