"""Files that come with a page of answers, between the browser's form and the answers.

Only pages that ask for files come here. A file that can be taken is put away before its page is saved, and belongs to
the response from then on; what cannot be taken is said beside its question, and the rest of the page is saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from django.utils.translation import gettext as _

from allears.questionnaires import answering_guard as guard
from allears.questionnaires import answering_store as store
from allears.questionnaires import files
from allears.questionnaires.answering_asked import Asked, Cell, Given, Page
from allears.questionnaires.answering_forms import Posted
from allears.questionnaires.answering_ways import Way
from allears.questionnaires.answering_wrong import Fields, Wrong
from allears.questionnaires.models import SentFile
from allears.questionnaires.refusal import Refusal

LARGEST_POST = 40 * 1024 * 1024


def fields_of(request: HttpRequest) -> Fields | None:
    """Return what a form with files holds besides them; None when it is more than a form of ours can hold."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_POST:
            guard.refused(request, Refusal.LONG_FORM)
            return None
        return {name: list(map(str, request.POST.getlist(name))) for name in request.POST}
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, ValueError):
        guard.refused(request, Refusal.BROKEN_FORM)
        return None


def drop_name(question: Asked, box: int) -> str:
    """Return the name of the field that says: take away what I sent here."""
    return f"{question.name}.x{box}"


def box_name(question: Asked, box: int) -> str:
    """Return the name of the field for a file."""
    return f"{question.name}.f{box}"


@dataclass(slots=True)
class Taken:
    """What a page brought in files: what came new, and what is to be taken away."""

    new: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)


def take(request: HttpRequest, way: Way, page: Page, fields: Fields, posted: Posted) -> Taken:
    """Add to `posted` what the page's questions for files are answered with; return what came and what goes."""
    stored = store.given(store.answers(way.response_id))
    taken = Taken()
    for question in page.questions:
        if question.kind == "file":
            _take_one(request, way, question, fields, stored.get(question.id, ()), posted, taken)
    return taken


def _take_one(
    request: HttpRequest, way: Way, question: Asked, fields: Fields, stands: Given, posted: Posted, taken: Taken
) -> None:
    before = {cell.box: cell for cell in stands}
    cells, new = [], []
    uploads = request.FILES if request.content_type == "multipart/form-data" else {}
    for box in range(question.boxes):
        upload = uploads.get(box_name(question, box))
        cell = before.get(box)
        if isinstance(upload, UploadedFile):
            try:
                cell = _kept(way, question, box, upload)
                new.append(int(cell.number or 0))
            except files.Refused as refused:
                if refused.why:
                    guard.refused(request, refused.why)
                posted.wrong.append(Wrong(question, f"{question.name}-{box}", f"{_name(upload)}: {refused}"))
        elif cell is not None and drop_name(question, box) in fields:
            taken.dropped.append(int(cell.number or 0))
            cell = None
        if cell is not None:
            cells.append(cell)
    posted.given[question.id] = tuple(cells)
    taken.new += new


def _name(upload: UploadedFile) -> str:
    return (upload.name or _("The file"))[:60]


def _kept(way: Way, question: Asked, box: int, upload: UploadedFile) -> Cell:
    if way.response_id and SentFile.objects.filter(response=way.response_id).count() >= files.MOST_OF_ONE_RESPONSE:
        raise files.Refused(_("That is more files than we can keep from one person."), Refusal.MANY_FILES)
    return Cell(box, number=float(files.keep(question=question.id, accepts=question.accepts, upload=upload).pk))


def give_up(taken: Taken) -> None:
    """The page was not saved: what came goes again."""
    files.remove(SentFile.objects.filter(pk__in=taken.new))


def shown(questions: Iterable[Asked], given: dict[int, Given]) -> dict[str, str]:
    """Return the slots that say beside each field which file was sent there, and let it be taken away."""
    cells = [(q, cell) for q in questions if q.kind == "file" for cell in given.get(q.id, ())]
    if not cells:
        return {}
    sent = SentFile.objects.in_bulk([int(cell.number or 0) for _question, cell in cells])
    return {f"{q.name}/sent/{cell.box}": _line(q, cell, sent.get(int(cell.number or 0))) for q, cell in cells}


def _line(question: Asked, cell: Cell, file: SentFile | None) -> str:
    if file is None:
        return ""
    told = _("You sent %(name)s (%(size)s).") % {"name": file.name, "size": filesizeformat(file.size)}
    name = drop_name(question, cell.box)
    words = _("Take it away")
    away = f'<label class="away"><input type="checkbox" name="{name}" value="1">{escape(words)}</label>'
    return f'<p class="small">{escape(told)} {away}</p>'
