"""How fast the pages about the loop answer when it has turned: a million words, a million letters, everybody told.

    python bench/loop.py                        # SQLite, in a folder that is thrown away
    python bench/loop.py --postgresql           # a PostgreSQL server started for this run
    python bench/loop.py --keep DIR             # the database of `bench/search.py --keep DIR`, or a new one there
    python bench/loop.py --words 100000 --json  # smaller; one JSON object instead of the table
    python bench/loop.py --only minutes         # of the pages only those with this in their name

To the words of `bench/search.py` it adds what comes before and after them: everybody was invited to the study (by five
letters this year) and to a second one where most are silent, three updates were sent to everybody who spoke, the promise
is past and kept; and 300 small studies, each with a questionnaire, insights, decisions, changes, updates and public items.
Then it opens home, the search over everything, a study's home, hearing back, invitations, whom to ask, results and the
year's minutes as `bench/search.py` does, after the heartbeat's counting.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import search as words_bench
from search import COMMON, SEED, _batches, _options, _prepare, _put, _report, load

SMALL_STUDIES = 300
UPDATES = 3
LETTERS = 5
SETTLED = (
    "people_contact", "studies_study", "studies_invitation", "studies_decline", "decisions_decision", "decisions_change",
    "decisions_changestep", "decisions_update", "decisions_digest", "decisions_telling", "insights_insight", "core_message",
)  # fmt: skip
_CONTACT = ("person_id", "at", "minutes", "subject", "topic", "override_reason", "overridden_by_id")
_INVITATION = ("id", "ref", "study_id", "person_id", "minutes", "invited_at", "opened_at")
_DECLINE = ("invitation_id", "at", "kind", "reason")
_MESSAGE = ("id", "key", "ref", "to", "to_name", "subject", "text", "html", "headers", "kind", "put_at", "sent_at",
            "attempts", "error")  # fmt: skip
_DIGEST = ("id", "ref", "person_id", "message_id", "made_at")
_TELLING = ("update_id", "person_id", "cited", "digest_id", "told_at", "spoke_at")


def main() -> None:
    options = _options()
    _prepare(options)
    began = time.perf_counter()
    made = load(options.words, options.people or max(100, options.words // 5))
    _turn()
    loaded = time.perf_counter() - began
    words_bench.get_ready()
    words_bench.pages = pages
    _report(options, words_bench.measure(options.rounds, options.only), made, loaded)


def _turn() -> None:
    """Add what comes before and after the words, unless it is there."""
    from allears.people.models import Contact

    if Contact.objects.exists():
        return
    chance = random.Random(SEED)
    updates = _small_and_large(chance)
    _ask(chance)
    _tell_all(updates)
    _settle()


def _small_and_large(chance: random.Random) -> list[Any]:
    """Small studies with all that a study can have; the large one with insights, decisions and updates."""
    from allears.core.models import User
    from allears.studies.models import Study
    from allears.verbatims.models import Collection

    ana, large = User.objects.get(email="ana@house.example"), Study.objects.get(slug="late-orders")
    Study.objects.filter(pk=large.pk).update(state="closed", promise_on=_today() - timedelta(days=30))
    silent = Collection.objects.create(title="Next year")
    Study.objects.create(slug="next-year", title="Next year", owner=ana, collection=silent, state="open")
    for n in range(SMALL_STUDIES):
        study = Study.objects.create(
            slug=f"small-{n}", title=f"Small study {n} {_words(chance, 4)}", owner=ana, state="closed", problem=_words(chance, 20),
            decision=_words(chance, 15), collection=Collection.objects.create(title=f"Small {n}"),
            promise_on=_today() - timedelta(days=n), team_only=n % 10 == 0,
        )  # fmt: skip
        _questionnaire(study, chance)
        _understood_and_decided(study, ana, chance)
    return _understood_and_decided(large, ana, chance)


def _questionnaire(study: Any, chance: random.Random) -> None:
    from allears.questionnaires.models import Choice, Question, Questionnaire, Section, Version
    from allears.verbatims.models import Source

    made = Questionnaire.objects.create(study=study, title=study.title)
    for number in (1, 2):
        version = Version.objects.create(questionnaire=made, number=number, published_at=words_bench._day(number))
        section = Section.objects.create(version=version, position=0)
        sources = [
            Source.objects.get_or_create(collection=study.collection, position=i, defaults={"prompt": _words(chance, 8)})[0]
            for i in range(2)
        ]
        for i in range(10):
            question = Question.objects.create(
                version=version, section=section, position=i, text=_words(chance, 8),
                **({"kind": "long_text", "source": sources[i]} if i < 2 else {"kind": "single"}),
            )  # fmt: skip
            if i >= 2:
                Choice.objects.bulk_create(
                    Choice(question=question, label=_words(chance, 3), position=k) for k in range(5)
                )


def _understood_and_decided(study: Any, ana: Any, chance: random.Random) -> list[Any]:
    """Five insights, three decisions with two options each, and a change, an update and a public item of each."""
    from allears.decisions.models import Change, ChangeStep, Decision, Ground, Option, PublicItem, Update
    from allears.insights.models import Insight, Theme

    now = words_bench._day(2000)
    insights = [
        Insight.objects.create(study=study, claim=_words(chance, 15), explanation=_words(chance, 40), made_by=ana)
        for _ in range(5)
    ]
    if study.slug != "late-orders":
        Theme.objects.bulk_create(
            Theme(study=study, name=f"{_words(chance, 1)} {i}", position=i, made_by=ana, definition=_words(chance, 12))
            for i in range(10)
        )
    updates = []
    for i in range(UPDATES):
        decision = Decision.objects.create(study=study, kind="will", statement=_words(chance, 12), because=_words(chance, 40))
        Ground.objects.create(decision=decision, insight=insights[i])
        Option.objects.bulk_create(
            Option(decision=decision, text=_words(chance, 8), why=_words(chance, 15), position=k) for k in range(2)
        )
        change = Change.objects.create(decision=decision, what=_words(chance, 10), owner=ana, state="done")
        ChangeStep.objects.create(change=change, state="done", note=_words(chance, 12), by=ana)
        updates.append(Update.objects.create(
            study=study, decision=decision, text_cited=_words(chance, 60), text_general=_words(chance, 50),
            approved_at=now, approved_by=ana,
        ))  # fmt: skip
        PublicItem.objects.create(
            study=study, decision=decision, said=_words(chance, 20), did=_words(chance, 20), published_at=now, published_by=ana
        )
    return updates


def _ask(chance: random.Random) -> None:
    """Invite everybody to both studies; letters of this year, some beyond the limit; responses belong to the first."""
    from django.db import connection

    from allears.core.models import User
    from allears.people.models import Person
    from allears.studies.models import Study

    large, silent = Study.objects.get(slug="late-orders"), Study.objects.get(slug="next-year")
    ana, people = User.objects.get(email="ana@house.example").pk, Person.objects.count()
    small = [f"study:{ref}" for ref in Study.objects.filter(slug__startswith="small-").values_list("ref", flat=True)]
    days = [_moment(_today_at() - timedelta(days=d)) for d in range(_today_at().timetuple().tm_yday)]
    for batch in _batches(people):
        _put("studies_invitation", _INVITATION, (
            (pk, f"i{pk:09d}", study, n + 1, "3.0", days[n % len(days)], opened)
            for n in batch
            for pk, study, opened in (
                (n + 1, large.pk, days[n % len(days)]), (people + n + 1, silent.pk, days[0] if n % 20 == 0 else None),
            )
        ))  # fmt: skip
        _put("studies_decline", _DECLINE, (
            (people + n + 1, days[0], "no_time" if n % 500 else "not_me", "") for n in batch if n % 100 == 0
        ))  # fmt: skip
        _put("people_contact", _CONTACT, (
            (n + 1, days[chance.randrange(len(days))], "3.0", "Late orders", chance.choice(small) if k > 2 else f"study:{large.ref}",
             "It is urgent" if chance.random() < 0.01 else "", ana if chance.random() < 0.01 else None)
            for n in batch for k in range(LETTERS)
        ))  # fmt: skip
        words_bench._tell("invited", batch[-1] + 1, people)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE questionnaires_response SET invitation_id = person_id, seconds = 120, submitted_at = %s WHERE id <= %s",
            [days[-1], people],
        )


def _tell_all(updates: list[Any]) -> None:
    """Tell everybody who spoke of every update, each by one mail with all of them."""
    from allears.core.models import Message
    from allears.people.models import Person

    people, at, no_headers = Person.objects.count(), _moment(_today_at() - timedelta(days=40)), "{}"
    first = (Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    for batch in _batches(people):
        _put("core_message", _MESSAGE, (
            (first + n, f"bench:{n}", f"m{n:09d}", f"p{n}@customer.example", "", "Late orders", "We did it.", "", no_headers,
             "update", at, at, 1, "") for n in batch
        ))  # fmt: skip
        _put("decisions_digest", _DIGEST, ((n + 1, f"d{n:09d}", n + 1, first + n, at) for n in batch))
        _put("decisions_telling", _TELLING, (
            (update.pk, n + 1, n % 1000 == 0, n + 1, at, words_bench._at(n % 2000)) for n in batch for update in updates
        ))  # fmt: skip
        words_bench._tell("told", batch[-1] + 1, people)


def _settle() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in SETTLED:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute("VACUUM")  # as PostgreSQL does by itself


def pages() -> dict[str, str]:
    """Every page that is opened, by what it is."""
    from allears.decisions.models import Update
    from allears.studies.models import Study

    study, silent, of = "/studies/late-orders/", "/studies/next-year/", Study.objects.get(slug="late-orders")
    update = Update.objects.filter(study=of).first().ref
    asked = {f"search for {name}": f"/search/?q={q}" for name, q in SEARCHES.items()}
    return {
        "home": "/", **asked,
        "studies": "/studies/", "a study": study, "a study, most silent": silent,
        "hearing back": "/decisions/updates/", "hearing back, study": "/decisions/late-orders/hearing-back/",
        "an update": f"/decisions/updates/{update}/", "before sending": "/decisions/late-orders/hearing-back/sending/",
        "decisions": "/decisions/", "insights": "/insights/",
        "invitations": f"{study}invitations/", "invitations, silent": f"{silent}invitations/",
        "invitations, outcome: silent": f"{silent}invitations/?outcome=silent",
        "invitations, outcome: declined": f"{silent}invitations/?outcome=declined",
        "invitations, outcome: not me": f"{silent}invitations/?outcome=not_me",
        "invitations, outcome: later": f"{silent}invitations/?outcome=later",
        "invitations, outcome: begun": f"{silent}invitations/?outcome=begun",
        "invitations, outcome: answered": f"{study}invitations/?outcome=answered",
        "invitations, one person": f"{silent}invitations/?q=p77777@customer.example",
        "invitations, everybody's word": f"{silent}invitations/?q=customer",
        "people": "/people/", "minutes of the year": "/minutes/", "minutes, by tenure": "/minutes/?facet=tenure",
        "who to ask": f"{silent}people/", "who to ask, one facet": f"{silent}people/?facet_region=north",
        "before asking": f"{silent}people/round/?how=all",
        "results": "/questionnaires/late-orders/results/", "results of a group": "/questionnaires/late-orders/results/?group=region:north",
    }  # fmt: skip


SEARCHES = {
    "a common word": "late", "two words": "driver+monday", "a phrase": "%22sorry+we+missed%22", "a rare word": "zanzibar",
    "a beginning": "w123*", "a person": "p77777@customer.example", "nothing": "xyzzy", "a word and not another": "late+-box",
    "a common phrase": "%22the+order%22",
}  # fmt: skip


def _words(chance: random.Random, number: int) -> str:
    return " ".join(chance.choices(COMMON, k=number)).capitalize()


def _today() -> Any:
    from allears.core.clock import today

    return today()


def _today_at() -> Any:
    from allears.core.clock import now

    return now()


def _moment(at: Any) -> Any:
    from django.db import connection

    return connection.ops.adapt_datetimefield_value(at)


if __name__ == "__main__":
    main()
