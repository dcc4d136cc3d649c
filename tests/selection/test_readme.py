"""The worked example of the README runs as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import allears.selection


def test_the_worked_example_runs_and_its_proof_holds() -> None:
    text = Path(allears.selection.__file__).with_name("README.md").read_text(encoding="utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    told: dict[str, Any] = {}
    exec(example, told)
    assert told["plan"].certified
    assert len(told["accepted"](told["proof"])) == 8
    assert allears.selection.verify(told["proof"]) == []
