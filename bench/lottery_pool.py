"""How large may a pool be that is committed in the database? Each step of a lottery, timed, with the most memory.

    python bench/lottery_pool.py                            # SQLite, 200,000 people, in a folder of its own
    python bench/lottery_pool.py --people 50000 --size 1000 --facets 6
    python bench/lottery_pool.py --people 1000000 --only region=south    # a pool of some 240,000 of them
    python bench/lottery_pool.py --people 1000000 --describe    # only what is done before a search: for any number
    python bench/lottery_pool.py --postgresql

With ALLEARS_DATA set, people that are there from before are kept. They are those of bench/load_people.py. A proof names everybody by a salted number, so what grows with the pool is
the file; the search itself grows with kinds of people, not with people. Pages that describe a pool of many come from
crowds (`people.crowds`): they grow with everybody times the values of the balanced facets, a thousandth of a second for
a million people and a value, once a minute; describing locks nothing while it counts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from load_people import FACETS, _memory, _own_postgresql, _timed, load


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--size", type=int, default=4)
    parser.add_argument("--facets", type=int, default=3)
    parser.add_argument("--only", default="", help="a facet and a value of it, as in region=south: draw from these alone")
    parser.add_argument("--describe", action="store_true", help="stop before the search")
    parser.add_argument("--postgresql", action="store_true", help="start a PostgreSQL server of its own")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="allears-bench-") as folder:
        os.environ.setdefault("ALLEARS_DATA", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "allears.config.settings"
        server = _own_postgresql(folder) if wanted.postgresql else None
        try:
            print(json.dumps(_run(wanted), indent=1))
        finally:
            if server:
                server.cleanup()


def _run(wanted: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    settings.ALLOWED_HOSTS += ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    call_command("migrate", verbosity=0)
    told: dict[str, Any] = {"database": connection.vendor, "people": wanted.people, "load": _loaded(wanted.people)}
    told["memory_before"] = round(_memory())

    from allears.core.models import Role, User
    from allears.people import crowds
    from allears.selection import verify
    from allears.studies.actions import create_study
    from allears.studies.models import Selection
    from allears.studies.selection import actions
    from allears.studies.selection import pool as pools
    from allears.studies.selection.queries import standing

    pools.MOST_PEOPLE = max(pools.MOST_PEOPLE, wanted.people)
    by, _new = User.objects.get_or_create(email="ana@example.org", defaults={"name": "Ana", "role": Role.RESEARCHER})
    study = create_study(title="Bench", by=by)
    facet, _is, value = wanted.only.partition("=")
    keys = [key for key in FACETS if key != facet][: wanted.facets]
    criteria = {"kind": "customer", **({"facets": {facet: [value]}} if facet else {})}
    client = Client()
    client.force_login(by)

    def step(name: str, act: Any) -> None:
        cpu = time.process_time()
        told[name] = _timed(act)
        told[f"{name}, of a processor"] = round(time.process_time() - cpu, 1)
        told[f"{name}, memory"] = round(_memory())

    def page(url: str) -> int:
        answer = client.get(url)
        size = sum(map(len, answer.streaming_content)) if answer.streaming else len(answer.content)
        assert answer.status_code == 200, url
        return size

    step("counted ahead, in the background", crowds.count_ahead)
    step("page to describe", lambda: page(f"/studies/{study.slug}/selection/new/"))
    with _locked_for(told, "describe, of which others cannot write, on SQLite"):
        fields = {"minutes": 3, "size": wanted.size, "facets": keys, "seconds": 120, "criteria": criteria}
        step("describe", lambda: actions.describe(study=study, by=by, **fields))
    selection = Selection.objects.latest("pk")
    home, public = f"/studies/{study.slug}/selection/{selection.ref}/", f"/proofs/{selection.ref}/"
    step("page of the wish", lambda: page(home))
    step("page of the wish, again", lambda: page(home))
    step("page of the quotas", lambda: page(f"{home}quotas/"))
    if wanted.describe:
        return told
    step("find", lambda: _work(actions.ask_for_lottery(selection=selection, by=by)))
    step("page of what was found", lambda: page(home))
    with _locked_for(told, "commit, of which others cannot write, on SQLite"):
        step("commit", lambda: _work(actions.ask_to_commit(selection=selection, by=by)))
    step("page, committed", lambda: page(home))
    step("draw", lambda: actions.draw_lottery(selection=selection, by=by, seed="4 1 6 2"))
    actions.publish_proof(selection=selection, by=by)
    step("page, drawn", lambda: page(home))
    step("public page", lambda: page(public))
    told["file, MB"] = round(page(f"{public}proof.json") / 1e6, 1)
    step("file", lambda: page(f"{public}proof.json"))
    step("verify", lambda: verify(standing(selection).proof()))
    return told


def _loaded(people: int) -> Any:
    from allears.people.models import Person

    return "kept from before" if Person.objects.exists() else _timed(lambda: load(people))


@contextmanager
def _locked_for(told: dict[str, Any], name: str) -> Iterator[None]:
    """Keep the longest transaction: on SQLite each holds the one lock that there is for writing."""
    from django.db import transaction

    enter, leave, began, longest = transaction.Atomic.__enter__, transaction.Atomic.__exit__, [0.0], [0.0]

    def entered(atomic: Any) -> None:
        enter(atomic)
        began.append(time.monotonic())

    def left(atomic: Any, *error: Any) -> None:
        leave(atomic, *error)
        longest.append(time.monotonic() - began.pop())

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = entered, left
    try:
        yield
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave
    told[name] = round(max(longest), 1)


def _work(job: Any) -> None:
    from allears.core.models import Job
    from allears.core.worker import work_off

    work_off()
    done = Job.objects.get(pk=job.pk)
    assert not done.error, done.error


if __name__ == "__main__":
    main()
