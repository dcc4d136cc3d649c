"""Who of the invited was named was looked up each time somebody looked; it is noted now, also of those named before."""

from django.db import migrations
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac


def recognise(apps, schema_editor):
    Referral, Invitation = apps.get_model("studies", "Referral"), apps.get_model("studies", "Invitation")
    Person = apps.get_model("people", "Person")
    named = Referral.objects.filter(about=None, agreed=None)
    for study in set(named.order_by().values_list("invitation__study", flat=True)):
        here = named.filter(invitation__study=study)
        hashes = set(here.values_list("address_hash", flat=True))
        invited = Invitation.objects.filter(study=study).order_by()
        by_person = dict(invited.values_list(Coalesce("person__merged_into", "person"), "pk"))
        people = Person.objects.filter(email_key__isnull=False).order_by()
        for who, key in people.values_list(Coalesce("merged_into", "pk"), "email_key").iterator():
            if who in by_person and (hashed := _hash_of(key)) in hashes:
                here.filter(address_hash=hashed).update(about=by_person[who])


def _hash_of(key):
    return salted_hmac("allears.studies.referral", key, algorithm="sha256").hexdigest()


class Migration(migrations.Migration):

    dependencies = [("studies", "0010_who_was_named")]

    operations = [migrations.RunPython(recognise, migrations.RunPython.noop)]
