"""Our scripts as they are sent: without the lines and the indentation that only people need.

A script that participants load is a good third of their first page; its comments would be a sixth of it.
"""

from collections.abc import Collection
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDORED = ".min.js"


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
    """Hashed and compressed by WhiteNoise; scripts of our own are tightened before, but for those `as_written`, which
    strangers are invited to read where they run.
    """

    def __init__(self, *arguments: Any, as_written: Collection[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.as_written = as_written

    def _save(self, name: str, content: Any) -> str:
        if name.endswith(".js") and not name.endswith(VENDORED) and name not in self.as_written:
            content = ContentFile(tightened(content.read().decode()).encode(), name=name)
        return str(super()._save(name, content))
