"""Being asked and hearing back become two things. Until now one word ended both: whoever had said it goes on getting
nothing, with that word, its day and where it was said standing in both histories.
"""

from django.db import migrations, models

CHUNK = 1000


def keep_their_will(apps, schema_editor):
    Person, Consent = apps.get_model("people", "Person"), apps.get_model("people", "Consent")
    spoken_of = Consent.objects.filter(purpose="hear").values("person")
    silent = Person.objects.filter(contactable__in=[False], erased_at=None).exclude(pk__in=spoken_of).order_by("pk")
    ids = list(silent.values_list("pk", flat=True))
    for at in range(0, len(ids), CHUNK):
        Consent.objects.bulk_create(_words(Consent, ids[at : at + CHUNK]))


def _words(Consent, ids):
    said = Consent.objects.filter(person__in=ids, purpose="contact", given=False).order_by("at", "pk")
    newest = {entry.person_id: entry for entry in said}
    for pk in ids:
        entry = newest.get(pk)
        if entry is None:
            yield Consent(person_id=pk, purpose="hear", given=False, source="wanted no mail before")
        else:
            yield Consent(
                person_id=pk, purpose="hear", given=False, at=entry.at, source=entry.source, wording=entry.wording,
                by_id=entry.by_id,
            )


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0011_how_a_file_is_read'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='purpose',
            field=models.CharField(choices=[('contact', 'be asked by us'), ('hear', 'be told by mail what became of my words'), ('quote_unnamed', 'be quoted without a name'), ('quote_named', 'be quoted by name'), ('statement', 'use answers as agreed in a questionnaire')], max_length=20),
        ),
        migrations.RunPython(keep_their_will, migrations.RunPython.noop),
    ]
