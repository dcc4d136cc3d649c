"""PostgreSQL keeps no second index of refs, by their beginnings, which Django adds to every unique text: each row of the
ledger is written into one index less. Nobody looks for the beginning of a ref.
"""

from django.db import migrations


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        name = schema_editor._create_index_name("verbatims_verbatim", ["ref"], suffix="_like")
        schema_editor.execute(f'DROP INDEX IF EXISTS "{name}"', None)


class Migration(migrations.Migration):
    dependencies = [("verbatims", "0009_words_are_read_sooner")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
