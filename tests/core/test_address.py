"""Links name the address at which the installation is reached, also when a command beside the server makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from allears.core.address import hosts, own_address, remember_address


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLEARS_URL", raising=False)
    monkeypatch.delenv("PORT", raising=False)


def test_without_a_word_it_is_port_8000_of_this_machine(tmp_path: Path) -> None:
    assert own_address(tmp_path) == "http://127.0.0.1:8000"


def test_a_command_knows_where_the_server_was_started(tmp_path: Path) -> None:
    remember_address(tmp_path, "http://127.0.0.1:8155")

    assert own_address(tmp_path) == "http://127.0.0.1:8155"


def test_what_is_said_now_counts_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_address(tmp_path, "http://127.0.0.1:8155")
    monkeypatch.setenv("PORT", "9000")
    assert own_address(tmp_path) == "http://127.0.0.1:9000"

    monkeypatch.setenv("ALLEARS_URL", "https://allears.example.org/")
    assert own_address(tmp_path) == "https://allears.example.org"


@pytest.mark.parametrize(
    ("address", "others", "answered"),
    [
        ("http://127.0.0.1:8000", "", ["127.0.0.1", "[::1]", "localhost"]),
        ("http://localhost:8101", "", ["127.0.0.1", "[::1]", "localhost"]),
        ("http://[::1]:8101", "", ["127.0.0.1", "[::1]", "localhost"]),
        ("https://hears.example", "", ["hears.example"]),
        ("https://hears.example", "localhost, inside.example", ["hears.example", "localhost", "inside.example"]),
        ("https://[2001:db8::1]", "", ["[2001:db8::1]"]),
    ],
)
def test_this_machines_names_are_answered_only_where_it_serves_itself(
    address: str, others: str, answered: list[str]
) -> None:
    assert hosts(address, others) == answered
