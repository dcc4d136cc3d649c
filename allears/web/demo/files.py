"""Where the demo's files are."""

from __future__ import annotations

from pathlib import Path

FILES = Path(__file__).parent / "jupyter-2015-ux"
