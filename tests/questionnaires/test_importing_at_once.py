"""Two files, or the same file twice, come in at the same moment."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from allears.people.models import Person
from allears.questionnaires.importing import bring
from allears.questionnaires.importing.storing import Store
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Response, Version
from allears.verbatims.models import Verbatim
from tests import cast
from tests.insights.test_at_once import at_once
from tests.questionnaires.test_importing import _files, taken  # noqa: F401 - the place for files


@pytest.mark.django_db(transaction=True)
def test_the_same_file_brought_twice_at_the_same_moment_comes_in_once() -> None:
    files, by = [taken(), taken()], cast.ana()
    assert at_once(*(lambda each=each: bring(each, by=by) for each in files)) == [None, None]

    assert (Response.objects.count(), Person.objects.count(), Version.objects.count()) == (6, 6, 1)
    results = [each.result for each in Import.objects.all()]
    assert sum(result["new_responses"] for result in results) == 6
    assert sum(result["new_verbatims"] for result in results) == Verbatim.objects.count()
    assert [result["responses"] for result in results] == [6, 6]


@pytest.mark.django_db
def test_rows_whose_people_came_in_by_another_way_at_this_moment_are_brought_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep, tries = Store.keep, []

    def refused_once(store: Store, numbered: Any) -> Any:
        tries.append(len(numbered))
        stored = keep(store, numbered)
        if len(tries) == 1:
            raise IntegrityError
        return stored

    monkeypatch.setattr(Store, "keep", refused_once)
    counts = bring(taken(), by=cast.ana())

    assert tries == [6, 6]
    assert (Response.objects.count(), counts.new_responses) == (6, 6)
