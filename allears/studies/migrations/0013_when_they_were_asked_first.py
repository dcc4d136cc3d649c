"""A letter that was sent anew had moved the day on which its minutes were asked: that day is the first letter's again."""

from datetime import timedelta

from django.db import migrations

AT_ONCE = timedelta(minutes=1)


def tell_both_days(apps, schema_editor):
    InvitationMail, Contact = apps.get_model("studies", "InvitationMail"), apps.get_model("people", "Contact")
    letters = InvitationMail.objects.filter(kind="anew").select_related("invitation__person", "invitation__study")
    for letter in letters.order_by("-at", "-pk").iterator():
        asked = letter.invitation
        person = asked.person.merged_into_id or asked.person_id
        moved = Contact.objects.filter(
            person__in=[asked.person_id, person], topic=f"study:{asked.study.ref}", minutes=asked.minutes, anew_at=None,
            at__gt=asked.invited_at + AT_ONCE, at__gte=letter.at - AT_ONCE, at__lte=letter.at + AT_ONCE,
        )  # fmt: skip
        for contact in moved[:1]:
            Contact.objects.filter(pk=contact.pk).update(at=asked.invited_at, anew_at=contact.at)


class Migration(migrations.Migration):

    dependencies = [("studies", "0012_letters_anew"), ("people", "0014_letters_anew")]

    operations = [migrations.RunPython(tell_both_days, migrations.RunPython.noop)]
