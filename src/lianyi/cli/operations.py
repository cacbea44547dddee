"""The operations behind a verb: Django set up on the workspace, its database known to be in order."""

import os
from pathlib import Path

import django

from lianyi.cli.options import opened_workspace
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.workspace import Workspace


class NotMigrated(BadInput):
    """The operational database is not there, or older than the program."""

    code = "not_migrated"
    message = Text(zh="业务数据库还没有建立，或版本较旧。", en="The operational database is not there yet, or older than this program.")
    remedy = Text(zh="请先运行 lianyi migrate（lianyi serve 也会做）。", en="Run lianyi migrate first (lianyi serve does it too).")


def has_operations(workspace: Workspace) -> bool:
    """Whether a workspace has operations beside its history, told without a look into them."""
    return bool(os.environ.get("LIANYI_DATABASE_URL")) or (workspace.path / "operations.sqlite3").exists()


def find_operations() -> Workspace | None:
    """The operations, set up as by `operations`, if this run's workspace has any; None where only history is kept. Raises NotMigrated."""
    operations(migrated=False)
    from django.db import connection

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return None
    return operations()


def operations(*, migrated: bool = True) -> Workspace:
    """Set Django up on this run's workspace. migrated : insist that the database is there. Raises NotMigrated."""
    workspace = opened_workspace()
    os.environ["LIANYI_HOME"] = str(workspace.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    django.setup()
    if migrated:
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise NotMigrated
    return workspace
