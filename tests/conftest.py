"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house_settings
from django.core.cache import cache as cache_of_tries
from django.db import connection
from django.db.models.signals import post_save
from django.test import Client, override_settings
from hypothesis import HealthCheck, settings

from allears.core import audit, statistics, throttle
from allears.questionnaires import answering_asked, answering_pages, answering_timing, answering_turn, answering_writer
from tests import cast, gate, migrated
from tests.core.mail_server import PostOffice, post_office
from tests.walks import browsing

ROOT = Path(__file__).resolve().parent.parent
gate.open_for_flush()
# The same examples each time, and as long as they take: a busy machine makes no test fail.
# `--hypothesis-profile=default` looks further, with other examples each time.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# As the server does (cli/server.py): garbage is looked for every so many objects, and not after each 700.
gc.set_threshold(10_000, 20, 50)


def pytest_collection(session: pytest.Session) -> None:
    """Of several processes each reads another part of the tests in first, and finds what the others have compiled by
    then: in a fresh checkout all of them would compile all tests, side by side.
    """
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    asked = [Path(argument.partition("::")[0]).resolve() for argument in session.config.args]
    files = sorted({file for path in asked for file in (path.rglob("test_*.py") if path.is_dir() else [path])})
    for file in files[int(worker[2:]) :: workers] if workers > 1 else ():
        with suppress(Exception):  # pytest says what is wrong with a file when it reads it in itself
            import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """What was read in stays for as long as the run: nobody looks through thousands of tests for garbage again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run on PostgreSQL only what a database can make a difference to; all else has run on SQLite."""
    if os.environ.get("ALLEARS_TEST_DATABASE") != "postgresql":
        return
    elsewhere = [item for item in items if not _asks_a_database(item)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if _asks_a_database(item)]


def _asks_a_database(item: pytest.Item) -> bool:
    asks = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asks or item.get_closest_marker("django_db")) or _names_one(item.path)


@cache
def _names_one(path: Path) -> bool:
    """Whether a file of tests speaks of PostgreSQL, as those do that start a product of their own on it."""
    text = path.read_text(encoding="utf-8")
    return "postgresql" in text.lower() or "DATABASE_URL" in text


@pytest.fixture(scope="session", autouse=True)
def in_every_test(django_test_environment: None) -> Iterator[None]:
    """What holds in every test, set up once.

    Static files are linked by their plain names: nothing has been collected. axe is one of them. A password costs half a
    second to guess; tests need not wait for it. Mail goes into the outbox: the test runner would put what libraries send
    elsewhere. How often something was tried is counted minute by minute; no test runs into the next minute. What the
    database knows of its tables would outlive a test, and the next would be planned for by it. And for each audit event
    that any test writes there are words.
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    post_save.connect(_is_in_words, sender="core.AuditEvent")
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(
            STATICFILES_FINDERS=[*house_settings.STATICFILES_FINDERS, "django.contrib.staticfiles.finders.FileSystemFinder"],
            STATICFILES_DIRS=[browsing.AXE_FILES],
            STORAGES={**house_settings.STORAGES, "staticfiles": plain},
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            EMAIL_BACKEND="allears.core.mail.OutboxBackend",
        ),
    ):
        patch.setattr(throttle, "_seconds", lambda: 0.0)
        patch.setattr(statistics, "FEW_ROWS", sys.maxsize)
        patch.setattr(statistics, "FEW_PAGES", sys.maxsize)
        yield
    post_save.disconnect(_is_in_words, sender="core.AuditEvent")


def _is_in_words(instance: Any, **_: Any) -> None:
    assert instance.verb.startswith("test.") or audit.in_words(instance.verb) != instance.verb, instance.verb


@pytest.fixture(autouse=True)
def _other_tests_are_forgotten() -> None:
    """What participants are asked is read once a process, and tests use the same numbers again; tries are counted there."""
    answering_asked.forget()
    answering_pages.forget()
    answering_timing.forget()
    cache_of_tries.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """What is written in tests need not outlive a loss of power: nothing waits for the disk (PostgreSQL: tests/early.py)."""
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Whether the database is there already: a run before has left it."""
    return migrated.taken()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any) -> Iterator[None]:
    """Before the test database is dropped, leave it: PostgreSQL drops none under a connection."""
    if not django_db_keepdb:
        migrated.keep()
    yield
    with django_db_blocker.unblock():
        answering_writer.leave()
        answering_turn.leave()


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """A real mail server, to which mail leaves."""
    with post_office() as running:
        settings.SMTP_URL = f"smtp://127.0.0.1:{running.port}/?tls=none"
        yield running


@pytest.fixture
def as_ana(db: None) -> Client:
    """A browser in which Ana, the researcher, is signed in."""
    return signed_in(cast.ana())


@pytest.fixture
def as_lea(db: None) -> Client:
    return signed_in(cast.lea())


@pytest.fixture
def as_sam(db: None) -> Client:
    return signed_in(cast.sam())


@pytest.fixture
def as_ada(db: None) -> Client:
    return signed_in(cast.ada())


@pytest.fixture
def as_mia(db: None) -> Client:
    return signed_in(cast.mia())


def signed_in(user: cast.User) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
