"""Marks in rendered text for what differs from reader to reader: no author can have written one, because they hold a
random word of this process.
"""

from __future__ import annotations

import re
import secrets

from django.utils.safestring import SafeString, mark_safe

_WORD = secrets.token_hex(8)
MARK = re.compile(f"<!{_WORD} ([^>]*)>")


def slot(name: str) -> SafeString:
    """Return the mark of the slot `name`; splitting by `MARK` gives text, name, text, name, ..., text."""
    return mark_safe(f"<!{_WORD} {name}>")
