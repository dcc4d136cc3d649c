"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache as django_cache
from django.db.models.signals import post_save
from django.test import Client
from hypothesis import HealthCheck, settings

from allears.core import audit, throttle
from allears.questionnaires import answering_asked, answering_pages, answering_timing, answering_turn, answering_writer
from tests import cast, gate
from tests.core.mail_server import PostOffice, post_office

gate.open_for_flush()
# The same examples each time, and as long as they take: a busy machine makes no test fail.
# `--hypothesis-profile=default` looks further, with other examples each time.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


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


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Tests link static files by their plain names: nothing has been collected."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _pages_of_other_tests_forgotten() -> None:
    """What participants are asked is read once a process; tests use the same numbers again."""
    answering_asked.forget()
    answering_pages.forget()
    answering_timing.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before the test database is dropped, leave it: PostgreSQL drops none under a connection."""
    yield
    with django_db_blocker.unblock():
        answering_writer.leave()
        answering_turn.leave()


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often something was tried is counted in memory, minute by minute; no test runs into the next minute."""
    django_cache.clear()
    monkeypatch.setattr(throttle, "_seconds", lambda: 0.0)


@pytest.fixture(autouse=True)
def _what_is_recorded_can_be_read() -> Iterator[None]:
    """Whatever any test does: for each of its audit events there are words."""
    post_save.connect(_is_in_words, sender="core.AuditEvent")
    yield
    post_save.disconnect(_is_in_words, sender="core.AuditEvent")


def _is_in_words(instance: Any, **_: Any) -> None:
    assert instance.verb.startswith("test.") or audit.in_words(instance.verb) != instance.verb, instance.verb


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """A password costs half a second to guess; tests need not wait for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _mail_goes_into_the_outbox(settings: Any) -> None:
    """The test runner would put what libraries send elsewhere."""
    settings.EMAIL_BACKEND = "allears.core.mail.OutboxBackend"


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
