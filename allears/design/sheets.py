"""The style sheets: many small files to read, one file to send.

`css/` holds a file for each component. A sheet lists the parts it is made of; the finder below puts them
together
whenever Django asks for static files (in development on every change, otherwise once, at `collectstatic`).
So nobody
runs a build, and WhiteNoise hashes and compresses the result like any other file.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PARTS = Path(__file__).parent / "css"
LAYERS = "@layer tokens, base, layout, components, print;\n"

PARTICIPANT = ("tokens", "participant", "print-participant")
OWN_PAGE = ("participant-own",)  # beside the participants' sheet, where words are followed through time
STAFF_FIRST = ("tokens", "tokens-staff", "fonts", "base", "layout")
STAFF_LAST = ("print",)


def staff_parts() -> tuple[str, ...]:
    """Every part but the participants' own; components in alphabetical order between the base and print."""
    set_apart = {*STAFF_FIRST, *STAFF_LAST, *PARTICIPANT, *OWN_PAGE}
    components = sorted(path.stem for path in PARTS.glob("*.css") if path.stem not in set_apart)
    return (*STAFF_FIRST, *components, *STAFF_LAST)


def tightened(css: str) -> str:
    """The same rules without comments and without the space that only people need."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


def assembled(parts: Iterable[str]) -> str:
    """One sheet out of its parts, in their order."""
    return LAYERS + "\n".join(tightened((PARTS / f"{part}.css").read_text()) for part in parts) + "\n"


SHEETS = {"design/allears.css": staff_parts, "design/participant.css": lambda: PARTICIPANT, "design/own-page.css": lambda: OWN_PAGE}


@cache
def _desk() -> tempfile.TemporaryDirectory[str]:
    """Where this process puts the finished sheets; gone when it ends."""
    return tempfile.TemporaryDirectory(prefix="allears-sheets-")


def _laid_out(path: str) -> Path:
    """The finished sheet on disk, written again only when a part has changed."""
    target = Path(_desk().name) / path
    text = assembled(SHEETS[path]())
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return target


class SheetFinder(BaseFinder):
    """Offers the assembled sheets to `runserver`, WhiteNoise and `collectstatic`."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in SHEETS:
            return []
        found = str(_laid_out(path))
        return [found] if find_all or kwargs.get("all") else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in SHEETS:
            _laid_out(path)
            yield path, FileSystemStorage(location=_desk().name)
