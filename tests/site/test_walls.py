"""The contracts about what is private name everything that is."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ["core", "design", "people", "verbatims", "studies", "questionnaires", "insights", "decisions", "web"]
PRIVATE = ("views", "forms", "receivers", "heartbeats", "templatetags", "urls")


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_contract_names_all_its_private_modules(room: str) -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    named = contracts[f"importlinter:contract:{room}"]["protected_modules"].split()

    there = [
        f"allears.{room}.{module}"
        for module in PRIVATE
        if (ROOT / "allears" / room / f"{module}.py").exists()
        or (ROOT / "allears" / room / module / "__init__.py").exists()
    ]
    assert named == there
