"""The worked example of the README runs as it stands, from the folder alone, and prints what the README says."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
from pathlib import Path

import allears.selection
from allears.selection.errors import MESSAGES

LIBRARY = Path(allears.selection.__file__).parent


def test_the_worked_example_runs_from_the_folder_alone_and_prints_what_is_said(tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "allears" / "selection", ignore=shutil.ignore_patterns("__pycache__"))
    example, printed = (
        (LIBRARY / "README.md").read_text(encoding="utf-8").split(f"```{fence}\n")[1].split("```")[0]
        for fence in ("python", "text")
    )
    start = f"import sys\nsys.path[:0] = {[str(tmp_path), *site.getsitepackages()]!r}\n"
    end = "\nassert not any(name.split('.')[0] == 'django' for name in sys.modules)\n"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", start + example + end], capture_output=True, text=True, cwd=tmp_path,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert (run.stdout, run.stderr) == (printed, "")


def test_everything_that_can_be_imported_is_named_in_the_readme_with_its_errors() -> None:
    told = (LIBRARY / "README.md").read_text(encoding="utf-8")
    assert [name for name in allears.selection.__all__ if name not in told] == []
    unused = {"infeasible", "no_salt"}  # the first is its own exception, the second is the command's
    assert [code for code in MESSAGES if code not in unused and f"`{code}`" not in told] == []
