"""The style sheets are put together without a build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from allears.design.checks import the_sheet_finder_is_installed
from allears.design.sheets import OWN_PAGE, PARTICIPANT, PARTS, assembled, staff_parts, tightened


def test_every_part_is_in_one_of_the_sheets() -> None:
    assert {path.stem for path in PARTS.glob("*.css")} == {*staff_parts(), *PARTICIPANT, *OWN_PAGE}


def test_tokens_come_first_and_print_comes_last() -> None:
    assert staff_parts()[:3] == ("tokens", "tokens-staff", "fonts")
    assert staff_parts()[-1] == "print"


def test_tightening_takes_away_words_for_people_and_no_rule() -> None:
    assert tightened("/* why */\n.a > .b {\n  margin: 0 1px;\n}\n") == ".a>.b{margin:0 1px}"


def test_the_sheets_are_found_like_any_static_file() -> None:
    for name in ("design/allears.css", "design/participant.css", "design/own-page.css"):
        found = finders.find(name)
        assert isinstance(found, str)
        assert Path(found).read_text().startswith("@layer tokens")


def test_the_participants_sheet_stays_small_and_loads_no_font() -> None:
    sheet = assembled(PARTICIPANT)
    assert len(sheet.encode()) < 8 * 1024
    assert "@font-face" not in sheet
    assert "url(" not in sheet


@pytest.mark.parametrize("parts", [staff_parts(), PARTICIPANT], ids=["staff", "participant"])
def test_braces_and_custom_properties_close(parts: tuple[str, ...]) -> None:
    sheet = assembled(parts)
    assert sheet.count("{") == sheet.count("}")
    used = set(re.findall(r"var\((--[\w-]+)\)", sheet))
    assert used <= set(re.findall(r"(--[\w-]+):", sheet))


def test_colours_come_from_tokens_only() -> None:
    for path in PARTS.glob("*.css"):
        if path.stem not in ("tokens", "tokens-staff"):
            css = re.sub(r"::backdrop \{[^}]*\}", "", path.read_text())
            assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(|oklch\([\d.]", css), path.name


def test_collecting_hashes_the_sheet_and_its_fonts(settings: object, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    (sheet,) = (path for path in (tmp_path / "design").glob("allears.*.css"))
    for url in re.findall(r'url\("([^"]+)"\)', sheet.read_text()):
        assert (tmp_path / "design" / url).exists(), url


def test_start_up_complains_when_the_finder_is_missing(settings: object) -> None:
    assert the_sheet_finder_is_installed(None) == []
    settings.STATICFILES_FINDERS = []  # type: ignore[attr-defined]
    (error,) = the_sheet_finder_is_installed(None)
    assert error.id == "design.E001"
