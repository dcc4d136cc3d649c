"""The demo: a real organisation's real words, brought in by the product's own import, and the loop begun on them.

What the source does not say (an insight, a decision, a change, addresses to write to) is marked as an example.
"""

from __future__ import annotations

from pathlib import Path

FILES = Path(__file__).parent / "jupyter-2015-ux"
