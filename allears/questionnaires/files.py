"""Files that people send as answers: checked by content, kept outside the web's folders under names nobody can guess.

What a file is called and says it is counts for nothing; its bytes do. Pictures are drawn anew (`pictures`). A PDF or a
plain text is kept as it is, and only ever handed out as a download that no browser opens by itself.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from allears.core import strays
from allears.core.clock import now
from allears.questionnaires.models import Accepts, SentFile
from allears.questionnaires.pictures import NotAPicture, TooManyPixels, looks_like_one, redrawn
from allears.questionnaires.refusal import Refusal

LARGEST = 10 * 1024 * 1024
MOST_OF_ONE_RESPONSE = 30  # those that were replaced count, too
LEAST_FREE = 512 * 1024 * 1024  # bytes of the disk that are not for files
ABANDONED = timedelta(days=1)
FOLDER = "answers"


class Refused(Exception):
    """The file is not taken; the words say why and what would be, and `why` what is logged: None where it is no abuse."""

    def __init__(self, words: str, why: Refusal | None = None) -> None:
        super().__init__(words)
        self.why = why


@dataclass(frozen=True)
class Checked:
    """A file that can be kept."""

    data: bytes
    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None


def keep(*, question: int, accepts: str, upload: UploadedFile) -> SentFile:
    """Check `upload`, put its bytes away and return its row, which belongs to no response yet. Raises `Refused`."""
    checked = check(upload, accepts)
    if shutil.disk_usage(settings.DATA_DIR).free < LEAST_FREE + len(checked.data):
        raise Refused(_("We cannot take files at the moment. Please come back later with the same link."))
    ref = secrets.token_hex(16)
    default_storage.save(path_of(ref), ContentFile(checked.data))
    return SentFile.objects.create(
        ref=ref,
        question_id=question,
        name=_called(upload.name or "", checked.extension),
        media_type=checked.media_type,
        size=len(checked.data),
        width=checked.width,
        height=checked.height,
        sha256=hashlib.sha256(checked.data).hexdigest(),
    )


def check(upload: UploadedFile, accepts: str) -> Checked:
    """Return what is to be kept of `upload`. Raises `Refused`."""
    if (upload.size or 0) > LARGEST:
        raise Refused(_("This file is larger than 10 MB. Please send a smaller one."), Refusal.LARGE_FILE)
    if not upload.size:
        raise Refused(_("This file is empty. Please choose it once more."))
    head = upload.read(1024)
    upload.seek(0)
    if looks_like_one(head[:12]):
        return _picture(BytesIO(upload.read()))
    if accepts == Accepts.ANY:
        return _document(head, upload)
    raise Refused(_("This is no picture that we can read. Please send a JPEG, PNG, WebP or GIF."), Refusal.OTHER_FILE)


def _picture(file: BinaryIO) -> Checked:
    try:
        drawn = redrawn(file)
    except TooManyPixels:
        raise Refused(_("This picture has more than 50 million pixels. Please send a smaller one."), Refusal.BOMB) from None
    except NotAPicture:
        raise Refused(_("This picture is broken: we cannot read it. Please send another one."), Refusal.BROKEN_PICTURE) from None
    return Checked(drawn.data, drawn.media_type, drawn.extension, drawn.width, drawn.height)


def _document(head: bytes, upload: UploadedFile) -> Checked:
    data = upload.read()
    if head.startswith(b"%PDF-"):
        return Checked(data, "application/pdf", "pdf")
    if _is_plain_text(data):
        return Checked(data, "text/plain", "txt")
    raise Refused(_("We take pictures (JPEG, PNG, WebP, GIF), PDF and plain text. Please send one of these."), Refusal.OTHER_FILE)


def _is_plain_text(data: bytes) -> bool:
    """Text in UTF-8 without control characters, and no markup: a browser must never find a page or a script in it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", text):
        return False
    return not re.search(r"<\s*[!?/a-z]", text, re.IGNORECASE)


def _called(name: str, extension: str) -> str:
    """What a file is called: the last part of its path, without what would steer a terminal or a header."""
    last = PurePosixPath(name.replace("\\", "/")).name
    stem = last.rpartition(".")[0] or last
    stem = "".join(sign for sign in stem if unicodedata.category(sign)[0] != "C" and sign not in '/\\:*?"<>|')
    return f"{stem.strip(' .')[:120] or 'file'}.{extension}"


def path_of(ref: str) -> str:
    """Return where the bytes of a file lie in the storage."""
    return f"{FOLDER}/{ref[:2]}/{ref}"


def read(file: SentFile) -> bytes:
    """Return the bytes of a file; nothing when they are gone."""
    try:
        with default_storage.open(path_of(file.ref)) as stored:
            return bytes(stored.read())
    except FileNotFoundError:
        return b""


def handed_out(file: SentFile) -> HttpResponse | None:
    """Return a file as a download, because no browser is to open by itself what somebody sent; None when its bytes are
    gone.
    """
    data = read(file)
    if not data:
        return None
    return HttpResponse(
        data,
        headers={
            "Content-Type": file.media_type,
            "Content-Disposition": content_disposition_header(True, file.name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


def settle(*, response_id: int, new: Iterable[int], dropped: Iterable[int]) -> None:
    """A page is saved, in this transaction: what came with it belongs to its response, what is to be taken away goes."""
    SentFile.objects.filter(pk__in=list(new)).update(response=response_id)
    remove(SentFile.objects.filter(pk__in=list(dropped), response=response_id))


def remove(files: Iterable[SentFile]) -> int:
    """Take files away for good, their bytes once the transaction stands; return how many."""
    gone = list(files)
    SentFile.objects.filter(pk__in=[file.pk for file in gone]).delete()
    paths = [path_of(file.ref) for file in gone]
    transaction.on_commit(partial(_delete, paths))
    return len(gone)


def _delete(paths: list[str]) -> None:
    for path in paths:
        default_storage.delete(path)


def sweep() -> int:
    """Remove files whose page was never saved, and bytes that belong to no file any more; return how many."""
    stray = sum(strays.sweep(folder, _named) for folder in _folders())
    return stray + remove(SentFile.objects.filter(response=None, at__lt=now() - ABANDONED))


def _folders() -> list[str]:
    return [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[0]] if default_storage.exists(FOLDER) else []


def _named(refs: set[str]) -> set[str]:
    return set(SentFile.objects.filter(ref__in=refs).values_list("ref", flat=True))
