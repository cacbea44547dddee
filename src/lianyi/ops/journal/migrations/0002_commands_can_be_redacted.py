"""A command says when an erasure took something out of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.AddField("command", "redacted_at", models.DateTimeField(null=True))]
