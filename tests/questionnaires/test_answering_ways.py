"""Who comes in by a link: which kind it was is remembered, what it opens is looked up each time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allears.core.links import hash_token, new_token
from allears.questionnaires import answering
from allears.questionnaires.answering_asked import Cell
from allears.questionnaires.answering_progress import given_by
from allears.questionnaires.answering_ways import look, remember
from allears.questionnaires.models import Response, Version
from allears.studies.models import Invitation, PublicLink
from tests import cast
from tests.questionnaires.asked import asking, invited, public, question

pytestmark = pytest.mark.django_db


def begun(token: str) -> Response:
    """A response by the public link that is found again by `token`: one of its own in each test, because the process
    remembers links.
    """
    link = PublicLink.objects.get(token=held(public()))
    version = Version.objects.get()
    return Response.objects.create(public_link=link, token_hash=hash_token(token), study=link.study, version=version)


def held(path: str) -> str:
    """The token in the path of a link."""
    return path.split("/")[2]


def statements(token: str) -> tuple[str, list[str]]:
    """The kind of a link, and the statements by which it is looked up."""
    with CaptureQueriesContext(connection) as asked:
        way = look(token)
    return way.kind if way else "", [query["sql"] for query in asked]


def test_what_kind_a_link_is_is_found_out_once() -> None:
    asking()
    own = new_token()
    begun(own)
    for token, kind in ((held(invited(cast.bob())), "personal"), (own, "own"), (held(public()), "public")):
        first, again = statements(token), statements(token)
        assert (first[0], again[0]) == (kind, kind)
        assert [len(first[1]), len(again[1])] == [1, 1]
        assert ("UNION" in first[1][0], "UNION" in again[1][0]) == (True, False)


def test_a_link_of_which_the_kind_is_known_opens_what_stands_now() -> None:
    asking()
    token = new_token()
    response = begun(token)
    before = look(token)
    Response.objects.filter(pk=response.pk).update(passed=3)
    after = look(token)
    assert before
    assert after
    assert (before.passed, after.passed) == (0, 3)
    response.delete()
    assert look(token) is None


def test_what_is_remembered_wrongly_costs_a_second_look_and_nothing_else() -> None:
    asking()
    token = held(invited(cast.bob()))
    remember(hash_token(token), "own")
    kind, asked = statements(token)
    assert (kind, len(asked)) == ("personal", 2)


@pytest.mark.parametrize("kind", ["own", "personal"])
def test_what_was_answered_is_read_along_with_a_link_whose_kind_is_known(kind: str) -> None:
    version = asking()
    token = new_token()
    response = begun(token)
    if kind == "personal":
        token = held(invited(cast.bob()))
        response = answering.begin(invitation=Invitation.objects.get())
    what, how_many = question(version, "What happened?"), question(version, "How many days late?")
    answering.save(response=response, given={what: (Cell(0, text="It rained."),), how_many: (Cell(0, number=3.0),)})

    first, known, bare = look(token, with_answers=True), look(token, with_answers=True), look(token)

    assert first
    assert known
    assert bare
    assert [way.said is None for way in (first, known, bare)] == [True, False, True]
    maybe = look(token, with_answers=True, begun=False)
    assert maybe
    assert (maybe.said is None) is (kind == "personal")  # their response may not have begun
    assert given_by(known) == given_by(bare) == {
        what.pk: (Cell(0, text="It rained."),), how_many.pk: (Cell(0, number=3.0),),
    }  # fmt: skip
