"""What was asked is guarded once words stand on it, and PostgreSQL counts the blocks that are there already."""

from django.db import migrations

from allears.verbatims import guards

COUNT_ON = "SELECT setval(pg_get_serial_sequence('verbatims_block', 'id'), max(number)) FROM verbatims_block"


def stand(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute(COUNT_ON, None)
    guards.install(connection)


class Migration(migrations.Migration):
    dependencies = [("verbatims", "0003_by_day")]
    operations = [migrations.RunPython(stand, migrations.RunPython.noop)]
