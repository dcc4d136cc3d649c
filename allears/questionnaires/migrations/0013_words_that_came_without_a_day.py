"""Words that were imported without a day, and so bear the moment of their import, are marked as undated."""

from django.db import migrations

BATCH = 5_000


def mark(apps, schema_editor):
    """A response was brought without a day if it is said to have begun while its import was under way."""
    Import = apps.get_model("questionnaires", "Import")
    Answer = apps.get_model("questionnaires", "Answer")
    Undated = apps.get_model("verbatims", "Undated")
    for study, made_at, ended_at in Import.objects.exclude(ended_at=None).values_list("study", "made_at", "ended_at"):
        found = Answer.objects.filter(
            response__study=study, response__import_key__isnull=False, verbatim__isnull=False,
            response__started_at__range=(made_at, ended_at), response__changed_at__range=(made_at, ended_at),
        )
        words = [Undated(verbatim_id=pk) for pk in found.values_list("verbatim", flat=True).iterator()]
        Undated.objects.bulk_create(words, batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('questionnaires', '0012_how_a_file_is_read'),
        ('verbatims', '0006_words_without_a_day'),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
