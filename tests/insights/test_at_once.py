"""Several people code at once: nobody's work is lost, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client

from allears.insights import actions, queries, surprise
from allears.insights.models import Coding, Insight, Theme
from tests import cast
from tests.conftest import signed_in
from tests.insights import stories

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[Exception | None]:
    """Do all of `acts` at the same moment, each in a thread of its own; return what each was refused with."""
    start, refused = threading.Barrier(len(acts)), [None for _ in acts]

    def run(place: int) -> None:
        start.wait()
        try:
            acts[place]()
        except Exception as error:
            refused[place] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return list(refused)


def counts() -> dict[str, int]:
    """How many words each theme says that it has; they must be those that its codings have."""
    said = {theme.name: theme.words for theme in Theme.objects.in_use()}
    surprise.count_themes(cast.late_orders())
    assert said == {theme.name: theme.words for theme in Theme.objects.in_use()}
    return said


def test_two_people_give_the_same_sentence_the_same_theme_and_others_besides() -> None:
    words = [stories.said(f"Nobody called, {n}.") for n in range(6)]
    silence, wait = stories.theme("silence"), stories.theme("waiting")

    def codes(by: cast.User, other: Theme) -> Callable[[], None]:
        def act() -> None:
            for each in words:
                for theme in (silence, other):
                    actions.code(verbatim=each, theme=theme, start=0, end=6, by=by)

        return act

    assert at_once(codes(cast.ana(), wait), codes(cast.ben(), silence)) == [None, None]
    assert Coding.objects.filter(theme=silence).count() == 12
    assert counts() == {"silence": 6, "waiting": 6}


def test_what_is_coded_while_somebody_merges_its_theme_away_belongs_to_the_theme_that_stays() -> None:
    words = [stories.said(f"Nobody called, {n}.") for n in range(12)]
    keep, gone = stories.theme("silence"), stories.theme("no call")

    def code() -> None:
        for each in words:
            actions.code(verbatim=each, theme=gone, start=0, end=6, by=cast.ben())

    assert at_once(code, lambda: actions.merge_themes(keep=keep, other=gone, by=cast.ana())) == [None, None]
    assert Coding.objects.filter(theme=keep).count() == 12
    assert counts() == {"silence": 12}


def test_two_people_who_merge_two_themes_crosswise_make_one_theme_with_all_codings() -> None:
    for n in range(5):
        stories.coded(stories.said(f"Nobody called, {n}."), "silence")
        stories.coded(stories.said(f"I waited, {n}."), "waiting")
    one, two = stories.theme("silence"), stories.theme("waiting")

    refused = at_once(
        lambda: actions.merge_themes(keep=one, other=two, by=cast.ana()),
        lambda: actions.merge_themes(keep=two, other=one, by=cast.ben()),
    )

    assert sorted(type(error).__name__ for error in refused) == ["NoneType", "ThemeNotInUse"]
    assert list(counts().values()) == [10]


def test_two_people_who_nest_two_themes_crosswise_make_no_circle() -> None:
    one, two = stories.theme("silence"), stories.theme("waiting")

    refused = at_once(
        lambda: actions.nest_theme(theme=one, parent=two, by=cast.ana()),
        lambda: actions.nest_theme(theme=two, parent=one, by=cast.ben()),
    )

    assert sorted(type(error).__name__ for error in refused) == ["NoneType", "WouldLoop"]
    assert len(queries.flat(queries.codebook(cast.late_orders()))) == 2


def test_a_theme_is_split_while_somebody_takes_its_codings_away_and_somebody_gives_more() -> None:
    given = [stories.coded(stories.said(f"Nobody called, {n}."), "silence") for n in range(8)]
    more = [stories.said(f"No mail, {n}.") for n in range(4)]
    theme = stories.theme("silence")

    def take_away() -> None:
        for coding in given[:4]:
            actions.uncode(coding=coding, by=cast.ben())

    def give() -> None:
        for each in more:
            actions.code(verbatim=each, theme=theme, start=0, end=3, by=cast.ben())

    ids = [coding.pk for coding in given[2:6]]
    assert at_once(
        lambda: actions.split_theme(theme=theme, codings=ids, name="no call", by=cast.ana()), take_away, give
    ) == [None, None, None]
    assert counts() == {"silence": 6, "no call": 2}


def test_who_codes_while_the_theme_is_retired_is_told_so_and_nothing_half_is_kept() -> None:
    words, theme, other = stories.said("Nobody called."), stories.theme("silence"), stories.theme("waiting")
    actions.retire_theme(theme=theme, by=cast.ana())
    ben = signed_in(cast.ben())

    sent = {"theme": [other.ref, theme.ref], "passage": "Nobody"}
    answer = ben.post(f"/insights/words/{words.ref}/codings/", sent)

    assert (answer.status_code, Coding.objects.count()) == (422, 0)
    assert str(actions.ThemeNotInUse()) in answer.content.decode()


def test_two_browsers_think_of_the_same_new_theme_in_the_same_moment() -> None:
    words = stories.said("Nobody called.")
    browsers = [signed_in(cast.ana()), signed_in(cast.ben())]
    answers: list[int] = []

    def sends(browser: Client) -> Callable[[], None]:
        def act() -> None:
            sent = {"new_theme": "Silence", "passage": "Nobody"}
            answers.append(browser.post(f"/insights/words/{words.ref}/codings/", sent).status_code)

        return act

    assert at_once(*map(sends, browsers)) == [None, None]
    assert answers == [302, 302]
    assert (Theme.objects.count(), Coding.objects.count(), counts()) == (1, 2, {"Silence": 1})


@pytest.mark.parametrize("what", ["theme", "insight"])
def test_who_saves_second_sees_what_the_first_made_of_it_and_loses_nothing(what: str) -> None:
    theme = stories.theme("silence", definition="No word from us.")
    insight = actions.claim(study=cast.late_orders(), claim="It is not the wait", by=cast.ana())
    path = f"/insights/themes/{theme.ref}/" if what == "theme" else f"/insights/insight/{insight.ref}/change/"
    target = f"/insights/themes/{theme.ref}/change/" if what == "theme" else path
    first, second = signed_in(cast.ana()), signed_in(cast.ben())
    seen = _seen(second.get(path).content.decode())

    def typed(words: str) -> dict[str, str]:
        return {"name": "silence", "definition": words} if what == "theme" else {"claim": "It is", "explanation": words}

    assert first.post(target, {**typed("Ana's words"), "seen": seen}).status_code == 302
    warned = second.post(target, {**typed("Ben's words"), "seen": seen})
    shown = warned.content.decode()
    assert (warned.status_code, "Ana&#x27;s words" in shown, "Ben&#x27;s words" in shown) == (422, True, True)

    assert second.post(target, {**typed("Ben's words"), "seen": _seen(shown)}).status_code == 302
    kept = Theme.objects.get().definition if what == "theme" else Insight.objects.get().explanation
    assert kept == "Ben's words"


def _seen(html: str) -> str:
    return html.partition('name="seen" value="')[2].partition('"')[0]
