"""Scripts are sent without what only people need, and do the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from allears.design.scripts import tightened

OURS = "allears.design.scripts.StaticFilesStorage"

WRITTEN = """// Says hello.
const hello = (name) => {
  // Somebody may have no name.

  return `Hello ${name} // and welcome`;
};
"""


def test_a_script_is_sent_without_comments_empty_lines_and_indentation() -> None:
    assert tightened(WRITTEN) == "const hello = (name) => {\nreturn `Hello ${name} // and welcome`;\n};\n"


def test_a_text_over_several_lines_is_left_alone_and_so_is_its_script() -> None:
    script = "// About a poem.\nconst poem = `\n  // roses\n`;\n"

    assert tightened(script) == script


@pytest.fixture
def sent(settings: Any, tmp_path: Path) -> Path:
    """Where everything stands that is sent, as the server collects it."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": OURS}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_every_script_that_is_sent_is_whole(sent: Path) -> None:
    names = json.loads((sent / "staticfiles.json").read_text())["paths"]
    scripts = [name for name in names if name.endswith(".js")]

    for name in scripts:
        written = Path(str(finders.find(name))).read_text()
        is_ours = not name.endswith(".min.js") and name != "studies/check.js"
        expected = tightened(written) if is_ours else written
        assert (name, (sent / names[name]).read_text()) == (name, expected)
    assert {"questionnaires/saving.js", "studies/check.js", "design/vendor/htmx-4.0.1.min.js"} <= set(scripts)
