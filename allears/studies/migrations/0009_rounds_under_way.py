"""Whom a round asks stood among its job's parameters; one that is under way goes on with its list."""

from django.db import migrations


def keep_lists(apps, schema_editor):
    Job, RoundList = apps.get_model("core", "Job"), apps.get_model("studies", "RoundList")
    for job in Job.objects.filter(kind="studies.invite", parameters__has_key="people").iterator():
        people = job.parameters.pop("people")
        if job.ended_at is None:
            RoundList.objects.create(job=job, bits=_bits(people))
        job.save(update_fields=["parameters"])


def _bits(people):
    bits = bytearray(max(people, default=0) // 8 + 1)
    for pk in people:
        bits[pk >> 3] |= 1 << (pk & 7)
    return bytes(bits)


class Migration(migrations.Migration):

    dependencies = [
        ("studies", "0008_whom_a_round_asks"),
        ("core", "0004_who_waits_for_a_mail"),
    ]

    operations = [migrations.RunPython(keep_lists, migrations.RunPython.noop)]
