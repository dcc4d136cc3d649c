"""The command says what it can do, and refuses in words."""

from __future__ import annotations

import importlib
import sys

import pytest

from allears.cli import main as cli
from allears.core.models import AuditEvent, User
from tests import cast

GOOD = ["--email", "first@house.example", "--name", "First Admin"]


def test_it_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0

    said = capsys.readouterr().out
    assert all(command in said for command in cli.COMMANDS)


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fly"]) == 2

    assert "no command 'fly'" in capsys.readouterr().err


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_says_what_it_needs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])

    assert ended.value.code == 0
    module = importlib.import_module("allears.cli." + command.replace("-", "_"))
    assert module.__doc__
    assert "usage: allears " + command in capsys.readouterr().out


@pytest.mark.django_db
def test_the_first_administrator_comes_in_by_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALLEARS_PASSWORD", cast.PASSWORD)

    assert cli.main(["add-user", *GOOD]) == 0

    user = User.objects.get()
    assert (user.email, user.is_administrator) == ("first@house.example", True)
    assert user.check_password(cast.PASSWORD)
    assert AuditEvent.objects.get().actor_label == "the command line"
    assert cast.PASSWORD not in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(("arguments", "password", "words"), [
    (GOOD, "short", "too short"),
    (GOOD, "password1234567"[:8] + "1", "too"),
    (["--email", "nobody", "--name", "X"], cast.PASSWORD, "not an e-mail address"),
    ([*GOOD, "--time-zone", "Mars/Olympus"], cast.PASSWORD, "no time zone"),
    ([*GOOD, "--language", "xx"], cast.PASSWORD, "does not speak"),
])  # fmt: skip
def test_a_bad_user_is_refused_in_words(
    arguments: list[str], password: str, words: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("ALLEARS_PASSWORD", password)

    assert cli.main(["add-user", *arguments]) == 1

    assert words in capsys.readouterr().err
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_an_address_that_signs_in_already_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cast.user("First", "leader")
    monkeypatch.setenv("ALLEARS_PASSWORD", cast.PASSWORD)

    assert cli.main(["add-user", "--email", "FIRST@house.example", "--name", "Again"]) == 1
    assert "signs in already" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(command: str, typed: list[str]) -> int:
        raise BrokenPipeError

    kept = sys.stdout
    monkeypatch.setattr(cli, "_run", gone)
    monkeypatch.setattr(cli.os, "dup2", lambda a, b: None)
    assert cli.main(["verify"]) == 0
    assert sys.stdout is kept
