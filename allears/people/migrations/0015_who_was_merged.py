"""Of those who were merged there is an index; all others, whom it led to as well, are found by what is asked of them.

Only the index is exchanged: Django would write SQLite's table of people anew, for each a row.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        known = editor.connection.introspection.get_constraints(cursor, "people_person")
    for name, of in known.items():
        if of["index"] and of["columns"] == ["merged_into_id"] and name != "people_person_merged":
            editor.execute(f"DROP INDEX {editor.quote_name(name)}")


def make_again(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    person = apps.get_model("people", "Person")
    editor.execute(editor._create_index_sql(person, fields=[person._meta.get_field("merged_into")]))  # type: ignore[attr-defined]


class Migration(migrations.Migration):

    dependencies = [("people", "0014_letters_anew")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="people_person_merged"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, make_again)],
            state_operations=[
                migrations.AlterField(
                    model_name="person",
                    name="merged_into",
                    field=models.ForeignKey(
                        blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged", to="people.person",
                    ),
                ),
            ],
        ),
    ]
