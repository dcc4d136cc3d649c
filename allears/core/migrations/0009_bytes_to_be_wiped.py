from django.db import migrations, models

import allears.core.clock


def remember_what_was_erased_before(apps, schema_editor):
    """What was erased by earlier versions is wiped by the first heartbeat of this one."""
    events = apps.get_model("core", "AuditEvent").objects.filter(verb__in=["people.erased", "verbatims.redacted"])
    if schema_editor.connection.vendor == "sqlite" and events.exists():
        apps.get_model("core", "Unwiped").objects.create()


class Migration(migrations.Migration):
    dependencies = [("core", "0008_figures_counted_ahead")]
    operations = [
        migrations.CreateModel(
            name="Unwiped",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=allears.core.clock.now)),
            ],
        ),
        migrations.RunPython(remember_what_was_erased_before, migrations.RunPython.noop),
    ]
