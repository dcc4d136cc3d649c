"""Words are kept as spoken, and taken away only by the person or by law."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from allears.core.models import AuditEvent
from allears.people.signals import person_erased
from allears.verbatims import actions, ledger, queries
from allears.verbatims.actions import Words
from allears.verbatims.models import Stone, Verbatim
from allears.verbatims.signals import words_redacted
from tests import cast
from tests.verbatims.words import NOON, said, why

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "It came late.",
        "  two\n\nlines \t",
        "مرحبا بالعالم",
        "👩‍👩‍👧‍👦 e\u0301 ≠ é",
        "<script>alert(1)</script>",
        "x" * ledger.LONGEST,
    ],
    ids=["plain", "spaces", "right to left", "emoji", "markup", "a megabyte"],
)
def test_words_come_back_as_they_were_spoken(text: str) -> None:
    kept = said(text, cast.bob())

    kept.refresh_from_db()
    assert (kept.text, kept.person, kept.spoken_at) == (text, cast.bob(), NOON)
    assert len(kept.salt) == 16
    assert len(kept.digest) == 32


def test_what_cannot_be_stored_anywhere_is_shown_in_its_place() -> None:
    assert Verbatim.objects.get(pk=said("a\0b\ud800").pk).text == "a␀b\ufffd"


def test_nothing_is_not_words() -> None:
    with pytest.raises(actions.NothingSaid):
        said("")


def test_more_than_a_megabyte_is_refused_whole() -> None:
    with pytest.raises(actions.TooLong):
        said("é" * (ledger.LONGEST // 2 + 1))


def test_many_are_kept_in_their_order_or_not_at_all() -> None:
    source = why()
    rows = [Words(source.collection_id, source.pk, None, f"word {i}", "en", NOON) for i in range(250)]

    kept = actions.keep_many(rows)
    with pytest.raises(actions.NothingSaid):
        actions.keep_many([*rows, Words(source.collection_id, source.pk, None, "", "en", NOON)])

    assert [v.text for v in kept] == [f"word {i}" for i in range(250)]
    assert [v.pk for v in kept] == sorted(v.pk for v in kept)
    assert Verbatim.objects.count() == 250


def test_two_who_say_the_same_have_different_digests() -> None:
    assert said("Late.").digest != said("Late.").digest


def test_redacted_words_are_gone_and_a_stone_says_why() -> None:
    kept = said("My name is Bob Hale.", cast.bob())
    digest = bytes(kept.digest)

    redacted = actions.redact(
        verbatims=[kept.pk], reason="person", note="by phone", by=cast.ana(), by_label="Ana Ruiz"
    )

    kept.refresh_from_db()
    stone = Stone.objects.get(verbatim=kept)
    assert redacted == [kept.pk]
    assert (kept.text, kept.salt, bytes(kept.digest)) == ("", None, digest)
    assert (stone.reason, stone.note, stone.by, stone.by_label) == (
        "person",
        "by phone",
        cast.ana(),
        "Ana Ruiz",
    )
    assert AuditEvent.objects.get(verb="verbatims.redacted").details == {"count": 1, "reason": "person"}


def test_a_second_redaction_changes_nothing() -> None:
    kept = said("Late.")
    actions.redact(verbatims=[kept.pk], reason="person", by_label="the person")

    assert actions.redact(verbatims=[kept.pk], reason="law", by_label="a judge") == []
    assert Stone.objects.get(verbatim=kept).reason == "person"


def test_rooms_above_hear_which_words_are_gone() -> None:
    heard: list[Any] = []

    def listen(sender: Any, verbatim_ids: list[int], **kwargs: Any) -> None:
        heard.extend(verbatim_ids)

    words_redacted.connect(listen)
    kept = said("Late.")
    actions.redact(verbatims=[kept.pk], reason="law", by_label="a judge")
    words_redacted.disconnect(listen)

    assert heard == [kept.pk]


def test_who_is_erased_takes_their_words_along_those_of_merged_rows_too() -> None:
    bob, twin = cast.bob(), cast.person("Robert Hale")
    theirs = [said("Late.", bob), said("Very late.", twin)]
    cleos = said("On time.", cast.cleo())
    twin.merged_into = bob
    twin.email_key = None
    twin.save()

    person_erased.send(sender=type(bob), person=bob)

    assert set(Stone.objects.values_list("verbatim_id", flat=True)) == {v.pk for v in theirs}
    assert Verbatim.objects.get(pk=cleos.pk).text == "On time."


def test_current_words_are_neither_redacted_nor_superseded() -> None:
    first = said("Late.", cast.bob())
    second = said("Late, but they called.", cast.bob(), supersedes=first)
    gone = said("Never mind.")
    actions.redact(verbatims=[gone.pk], reason="person", by_label="the person")

    assert list(queries.current()) == [second]
    assert list(queries.said_by(cast.bob())) == [second, first]


def test_keeping_many_takes_few_statements(django_assert_max_num_queries: Any) -> None:
    source = why()
    rows = [Words(source.collection_id, source.pk, None, f"word {i}", "en", NOON) for i in range(90)]

    with django_assert_max_num_queries(4):
        actions.keep_many(rows)
    assert connection.queries_log is not None
