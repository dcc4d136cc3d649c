"""The catalogue of what participants read: which sources it comes from, and how it follows them.

    bin/translations            # bring every allears/locale/*/LC_MESSAGES/django.po up to date and compile it

Staff read English for now; participants read their own language where it is complete. So the catalogue holds what
stands on participants' pages and in the mails to them, and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "allears" / "locale"
SOURCES = (
    "core/meanwhile.py",
    "questionnaires/templates/questionnaires/answering/*.html",
    "questionnaires/answering_*.py",
    "questionnaires/calendar.py",
    "questionnaires/files.py",
    "studies/templates/studies/named*.html",
    "studies/templates/studies/mails/*",
    "studies/templates/studies/selection/proof.html",
    "studies/templates/studies/selection/proofs.html",
    "studies/templates/studies/selection/no_proof.html",
    "studies/mails.py",
    "studies/naming.py",
    "people/templates/people/leave.html",
    "people/templates/people/back.html",
    "people/leaving.py",
    "people/returning.py",
    "decisions/templates/decisions/mail/*",
    "decisions/templates/decisions/you_said.html",
    "decisions/digests.py",
    "decisions/drafting.py",
    "verbatims/templates/verbatims/receipt.html",
    "verbatims/templates/verbatims/look_up.html",
    "web/templates/web/me/*",
    "web/templates/web/public_*.html",
    "web/templates/web/_statement.html",
    "web/own.py",
    "web/own_time.py",
    "web/views/own*.py",
    "design/templates/design/participant.html",
    "design/templates/design/public.html",
    "design/templates/design/error*.html",
    "design/templates/design/contact.html",
    "design/templates/design/languages.html",
    "design/templates/design/charts/bar*.html",
    "design/templates/design/components/error_summary.html",
    "design/templates/design/components/moment.html",
    "design/templates/design/components/pager.html",
    "design/templates/4*.html",
    "design/templates/500.html",
)
# Of these modules participants read what begins like this; the rest is for staff.
PARTS = {
    "people/addresses.py": ("On %(day)s somebody at", "Your address with us was changed"),
    "people/models.py": ("be asked by us", "be told by mail", "be quoted", "use answers as agreed"),
    "decisions/models.py": ("We will: ", "We won’t: ", "Not yet: ", "Planned", "Started", "Done", "Dropped"),
    "studies/models.py": ("would rather not", "not the right person", "no time"),
    "studies/selection/words.py": (
        "%(figure)s", "none", "1 in %(n)s", "%(shut)s of", "Nobody’s chance", "It is proven", "The least chance",
    ),
    "studies/wording.py": ("about %(count)d minute", "today", "%(weekday)s %(day)s, %(time)s"),
    "design/wording.py": ("Please ",),
    "verbatims/models.py": ("brought here on",),
    "web/views/minutes.py": ("too few to show", "Studies of other teams", "not known"),
}
# Beside them, but read by who writes the questions.
OF_STAFF = ("answering_trial.py", "answering_preview.py", "trial.html")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = str | tuple[str, ...]


def sources() -> list[Path]:
    """Return the files whose words participants read. Raises `FileNotFoundError` for a pattern that finds none."""
    found: list[Path] = []
    for pattern in SOURCES:
        some = sorted(path for path in (ROOT / "allears").glob(pattern) if path.suffix in (".py", ".html", ".txt"))
        if not some:
            raise FileNotFoundError(pattern)
        found += some
    found += [ROOT / "allears" / name for name in PARTS]
    return [path for path in dict.fromkeys(found) if path.name not in OF_STAFF]


def extracted() -> Catalog:
    """Return every message of the sources, with where it stands. Raises `ValueError` where one of the `PARTS` is gone."""
    catalogue = Catalog(project="Allears", charset="utf-8", fuzzy=False)
    for path in sources():
        place = path.relative_to(ROOT).as_posix()
        wanted = PARTS.get(path.relative_to(ROOT / "allears").as_posix())
        found = list(_messages(path))
        if gone := [begins for begins in wanted or () if not any(_first(each[1]).startswith(begins) for each in found)]:
            raise ValueError(f"{place} says none of these any more: {gone}")
        for line, message, comments, context in found:
            if wanted and not _first(message).startswith(wanted):
                continue
            catalogue.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalogue


def _first(message: Message) -> str:
    return message if isinstance(message, str) else message[0]


def _messages(path: Path) -> Iterator[tuple[int, Message, list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What stands around the messages becomes letters without a meaning; indentation would mean something.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    source = io.BytesIO(text.encode())
    yield from extract("python", source, keywords=KEYWORDS, comment_tags=("Translators:",))  # type: ignore[misc]


def languages() -> list[str]:
    """Return the languages that there is a catalogue for."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def path_of(language: str, ending: str = "po") -> Path:
    """Return the catalogue's file, to be read by people (po) or by the product (mo)."""
    return LOCALE / language / "LC_MESSAGES" / f"django.{ending}"


def translated(language: str) -> Catalog:
    """Return the catalogue of a language as it is in the repository."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> bytes:
    """Return what the product reads, made from what people read."""
    file = io.BytesIO()
    write_mo(file, translated(language))
    return file.getvalue()


def update(language: str) -> Catalog:
    """Bring a catalogue up to date: new messages are empty, those that are gone are dropped. Compile it."""
    catalogue = translated(language)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with path_of(language).open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False)
    path_of(language, "mo").write_bytes(compiled(language))
    return catalogue


def main() -> None:
    for language in languages():
        missing = [message.id for message in update(language) if message.id and not all_of(message.string)]
        print(f"{language}: {len(missing)} without a translation")
        for one in missing:
            print(f"  {one!r}")


def all_of(string: Message) -> bool:
    """Whether a translation says something in each of its forms."""
    return bool(string) and all(string if isinstance(string, tuple) else (string,))


if __name__ == "__main__":
    main()
