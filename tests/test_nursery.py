"""The nursery's children are processes like those that are started from nothing."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.nursery import Child, Nursery, nursery, nursery_with_pages

WAITS = "import time\nprint('here', flush=True)\ntime.sleep(60)"


def born(program: str, tmp_path: Path, of: Callable[[], Nursery] = nursery, **surroundings: str) -> Child:
    with (tmp_path / "said").open("wb") as said:
        return of().born(
            "tests.dying:program", program, surroundings=os.environ | surroundings, out=said.fileno(), err=said.fileno()
        )


@pytest.mark.parametrize(("program", "code"), [
    ("print('done')", 0),
    ("import sys\nsys.exit(3)", 3),
    ("raise ValueError('it fails')", 1),
    ("import os\nos.kill(os.getpid(), 9)", -9),
])  # fmt: skip
def test_it_ends_as_its_program_does(program: str, code: int, tmp_path: Path) -> None:
    assert born(program, tmp_path).wait(60) == code


def test_it_has_a_group_of_its_own_and_is_waited_for_and_asked_to_end(tmp_path: Path) -> None:
    child = born(WAITS, tmp_path)

    assert os.getpgid(child.pid) == os.getsid(child.pid) == child.pid
    assert child.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.1)
    child.terminate()
    assert child.wait(60) == child.poll() == child.returncode == -signal.SIGTERM
    assert not Path(f"/proc/{child.pid}").exists()


@pytest.mark.parametrize(("of", "pages"), [(nursery, "False"), (nursery_with_pages, "True")])
def test_it_reads_the_settings_from_its_own_surroundings_and_opens_its_own_database(
    of: Callable[[], Nursery], pages: str, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "secret_key").write_text((Path(os.environ["ALLEARS_DATA"]) / "secret_key").read_text())
    asks = (
        "from django.conf import settings\nfrom django.core.files.storage import default_storage\n"
        "from django.db import connection\nimport random, sys\n"
        "print(settings.SMTP_URL, default_storage.location, connection.settings_dict['NAME'], random.random(),"
        " 'allears.web.views' in sys.modules)"
    )
    here = {"ALLEARS_DATA": str(folder), "ALLEARS_SMTP_URL": "smtp://there:25", "DATABASE_URL": ""}
    if os.environ.get("DATABASE_URL"):
        here["DATABASE_URL"] = "postgresql://somebody@there/another"

    said = []
    for _ in range(2):
        assert born(asks, tmp_path, of, **here).wait(60) == 0
        said.append((tmp_path / "said").read_text().split())

    database = "another" if here["DATABASE_URL"] else str(folder / "allears.sqlite3")
    assert [words[:3] for words in said] == [["smtp://there:25", str(folder / "files"), database]] * 2
    assert said[0][3] != said[1][3]
    assert said[0][4] == pages


def test_it_refuses_settings_that_were_read_before_it_was_born(tmp_path: Path) -> None:
    assert born("", tmp_path, ALLEARS_DATA=str(tmp_path / "of another secret")).wait(60) == 1
    assert "{'SECRET_KEY'} would be others" in (tmp_path / "said").read_text()
