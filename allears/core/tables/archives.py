"""Is this workbook safe to open? Asked before anything in it is unpacked.

An XLSX file is a ZIP archive of XML. A few kilobytes can unpack to gigabytes, so the sizes that the archive
declares are added up first (Python's zipfile never unpacks more than was declared), and XML that declares
entities, which no spreadsheet program writes, is refused.
"""

import zipfile
from typing import BinaryIO

from .errors import TableError, broken_workbook, not_a_table, unpacks_too_large
from .limits import MEBIBYTE, Limits

HARMLESS = 8 * MEBIBYTE  # below this an entry may be packed as tightly as it likes
PEEK = 4096
WORKBOOK = "xl/workbook.xml"
SHARED_TEXT = "xl/sharedstrings.xml"


def check_archive(file: BinaryIO, limits: Limits) -> None:
    """Raises a TableError unless `file` is an XLSX workbook of honest size; leaves the file at its start."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_sizes(archive.infolist(), limits)
            _check_kind(archive)
            _check_xml(archive)
    except TableError:
        raise
    except Exception as problem:  # zipfile raises half a dozen kinds on damaged archives
        raise broken_workbook() from problem
    file.seek(0)


def _check_sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.archive_entries or sum(e.file_size for e in entries) > limits.unpacked_bytes:
        raise unpacks_too_large()
    for entry in entries:
        swollen = entry.file_size > limits.unpacking_ratio * max(entry.compress_size, 1)
        if swollen and entry.file_size > HARMLESS:
            raise unpacks_too_large()
        if entry.filename.lower() == SHARED_TEXT and entry.file_size > limits.shared_text_bytes:
            raise unpacks_too_large()


def _check_kind(archive: zipfile.ZipFile) -> None:
    names = {name.lower() for name in archive.namelist()}
    if WORKBOOK in names:
        return
    if "xl/workbook.bin" in names:
        raise not_a_table("a binary workbook (XLSB)")
    if "mimetype" in names:
        raise not_a_table("an OpenDocument file")
    raise not_a_table("a Word or PowerPoint file" if "[content_types].xml" in names else "a ZIP archive")


def _check_xml(archive: zipfile.ZipFile) -> None:
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!" in part.read(PEEK).replace(b"\0", b"").replace(b"<!--", b""):
                    raise not_a_table("a workbook that declares XML entities, as no spreadsheet program does")
