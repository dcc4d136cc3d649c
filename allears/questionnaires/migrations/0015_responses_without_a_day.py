"""Responses that were imported without a day are marked, those of choices alone, too."""

from django.db import migrations, models


def mark(apps, schema_editor):
    """A response was brought without a day if it is said to have begun while its import was under way."""
    Import = apps.get_model("questionnaires", "Import")
    Response = apps.get_model("questionnaires", "Response")
    for study, made_at, ended_at in Import.objects.exclude(ended_at=None).values_list("study", "made_at", "ended_at"):
        meanwhile = {"started_at__range": (made_at, ended_at), "changed_at__range": (made_at, ended_at)}
        Response.objects.filter(study=study, import_key__isnull=False, **meanwhile).update(day_known=False)


class Migration(migrations.Migration):

    dependencies = [
        ('questionnaires', '0014_answers_that_met'),
    ]

    operations = [
        migrations.AddField(
            model_name='response',
            name='day_known',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop, elidable=True),
    ]
