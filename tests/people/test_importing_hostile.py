"""Hostile files of people through the whole of an import: refused in words or taken, and never a page that breaks."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from allears.core import worker
from allears.core.models import Job
from allears.people.models import Import, Person
from tests import hostile

pytestmark = pytest.mark.django_db
MAPPED = ["external_id", "email", "name", ""]
TOO_WIDE = {"six hundred columns"}
NOBODY = {"the same heading three times", "a heading of forty thousand letters", "half a letter in a workbook"}


@pytest.mark.parametrize("name", [name for name in hostile.TAKEN if name not in TOO_WIDE | NOBODY])
def test_the_honest_rows_become_people_and_the_others_are_named(name: str, as_ana: Client) -> None:
    data, said, _reported = hostile.taken(name)
    sent = as_ana.post("/people/imports/", {"file": SimpleUploadedFile("x.csv", data)})
    assert sent.status_code == 302
    assert as_ana.get(sent.headers["Location"]).status_code == 200
    columns = {f"column_{place}": what for place, what in enumerate(MAPPED)}
    started = as_ana.post(sent.headers["Location"], {**columns, "kind": "customer", "known": "fill", "do": "start"})
    assert started.status_code == 302

    worker.work_off()

    made = Import.objects.get()
    assert Job.objects.get().state == "done"
    assert as_ana.get(sent.headers["Location"]).status_code == 200
    assert made.added == Person.objects.count() >= 2
    if name not in ("merged cells", "letters that mean nothing", "from right to left"):  # these are folded in names
        assert set(said[:3]) <= set(Person.objects.values_list("name", flat=True))


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_is_no_table_is_refused_in_words(name: str, as_ana: Client) -> None:
    data, why = hostile.refused(name)
    refused = as_ana.post("/people/imports/", {"file": SimpleUploadedFile("x.csv", data)})
    assert (refused.status_code, why in refused.content.decode()) == (422, True)
    assert not Import.objects.exists()
