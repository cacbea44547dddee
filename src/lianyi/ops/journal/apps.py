"""The journal as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class JournalConfig(AppConfig):
    name = "lianyi.ops.journal"
    label = "journal"
    verbose_name = "账簿 Journal"

    def ready(self) -> None:
        from lianyi.ops.journal import triggers

        # Django's own hook around migrations, not a message between our apps: SQLite's table rebuild drops triggers.
        pre_migrate.connect(triggers.before_migrating, sender=self, dispatch_uid="journal.guards.before")
        post_migrate.connect(triggers.after_migrating, dispatch_uid="journal.guards.after")
