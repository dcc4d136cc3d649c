"""The fair lottery from the command line: draw, chances, verify, explain. Needs no database."""

from __future__ import annotations

from allears.selection.command import add_arguments, run

__all__ = ["add_arguments", "run"]
