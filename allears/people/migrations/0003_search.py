"""The search index over people, and everybody who is there already in it."""

from django.db import migrations

from allears.people import search


def make(apps, schema_editor):
    search.install(schema_editor.connection)
    search.fill(schema_editor.connection)


def drop(apps, schema_editor):
    search.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [("people", "0002_limits_merges_and_lookalikes")]

    operations = [migrations.RunPython(make, drop)]
