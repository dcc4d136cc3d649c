"""PostgreSQL keeps no second index of refs and of links' hashes, by their beginnings, which Django adds to every unique
text: each response is written into two indexes less. Nobody looks for the beginning of either.
"""

from django.db import migrations


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in ("ref", "token_hash"):
            name = schema_editor._create_index_name("questionnaires_response", [column], suffix="_like")
            schema_editor.execute(f'DROP INDEX IF EXISTS "{name}"', None)


class Migration(migrations.Migration):
    dependencies = [("questionnaires", "0015_responses_without_a_day")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
