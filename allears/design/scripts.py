"""Our scripts as they are sent: without the lines and the indentation that only people need.

A script that participants load is a good third of their first page; its comments would be a sixth of it.
"""

import re
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


def tightened(script: str) -> str:
    """The same script without indentation, empty lines and lines that are comments.

    A text in backticks that goes on over several lines may hold what looks like any of them: where a line opens one
    and does not close it, the script stays as it is.
    """
    lines = [line.strip() for line in script.splitlines()]
    if any(line.count("`") % 2 for line in lines):
        return script
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed by WhiteNoise; scripts of our own are tightened before, but for those of the setting
    `SCRIPTS_AS_WRITTEN`, which strangers are invited to read where they run.
    """

    def _save(self, name: str, content: Any) -> str:
        if name.endswith(".js") and not _is_sent_as_written(name):
            content = ContentFile(tightened(b"".join(content.chunks()).decode()).encode(), name=name)
        return str(super()._save(name, content))


def _is_sent_as_written(name: str) -> bool:
    """Whether it was tightened by others or is there to be read, under its own name or its hashed one."""
    stem = re.sub(r"\.[0-9a-f]{12}$", "", name.removesuffix(".js"))
    return stem.endswith(".min") or stem in settings.SCRIPTS_AS_WRITTEN
