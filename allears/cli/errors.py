"""How a command refuses."""

from __future__ import annotations


class CannotDo(Exception):
    """The command cannot be done; the message says why and what to do next. Ends with exit code 1."""
