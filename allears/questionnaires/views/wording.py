"""The wording check's pages: remarks while one writes, "we mean it", and the rules with how often they were right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from allears.core.doors import door
from allears.core.rules import is_administrator, is_researcher, signs_in
from allears.questionnaires import remark_actions
from allears.questionnaires.forms import QuestionForm, choice_rows, has_choices, is_kind
from allears.questionnaires.models import Question, QuestionKind, Section
from allears.questionnaires.remarks import Remarks, asked_of, remarks_of, remarks_while_writing, rule_states
from allears.questionnaires.structure import draft_version, questionnaire_of, sections_of
from allears.questionnaires.views.finding import draft_question, own_study, reader
from allears.questionnaires.wording import SOURCES, Asked, knows
from allears.studies.models import Study

SWITCHED = {"on": True, "off": False, "measured": None}


@door(is_researcher)
@require_POST
def wording(request: HttpRequest, slug: str) -> HttpResponse:
    """What there is to say about a question that is being typed; keeps nothing."""
    study = own_study(request, slug)
    kind = request.GET.get("kind", "")
    if not is_kind(kind):
        raise Http404
    context = {"study": study, **beside(study, typed_question(request, kind), key_typed(request), _page(request, study))}
    return render(request, "questionnaires/remarks_beside.html", context)


def key_typed(request: HttpRequest) -> UUID | None:
    """Return the key of the question that is being changed; None for a new one."""
    try:
        return UUID(request.GET.get("key", ""))
    except ValueError:
        return None


def _page(request: HttpRequest, study: Study) -> str:
    return request.GET.get("section", "")


def typed_question(request: HttpRequest, kind: str) -> Asked:
    """Return the question as it stands in a posted form, whether it could be saved or not."""
    form = QuestionForm(request.POST, kind=kind)
    form.is_valid()
    rows = choice_rows(request.POST) if has_choices(form.kind) else None
    told: dict[str, Any] = form.cleaned_data
    labels = tuple(c.label for c in rows.words()) if rows is not None and rows.is_valid() else ()
    in_rows = form.kind == QuestionKind.MATRIX
    return Asked(
        text=told.get("text", ""), kind=form.kind.value, help=told.get("help", ""),
        choices=() if in_rows else labels, items=labels if in_rows else (),
        low_label=told.get("low_label", ""), high_label=told.get("high_label", ""),
        minimum=told.get("minimum"), maximum=told.get("maximum"), required=bool(told.get("required")),
    )  # fmt: skip


def beside(study: Study, asked: Asked | None, key: UUID | None, section: str = "") -> dict[str, Any]:
    """Return what the remarks beside a question's form need; `asked` None before anything was written."""
    language = study.language
    told = {"key": key, "language_known": knows(language), "language_name": _name_of(language), "checked": asked is not None}
    if asked is None or not asked.text.strip():
        return {**told, "remarks": Remarks(), "saved": (), "checked": False}
    version, questionnaire = draft_version(study), questionnaire_of(study)
    sections = sections_of(version) if version else []
    page, place = _in_place(sections, asked, key, section)
    remarks = remarks_while_writing(questionnaire, page, place, key, language)
    saved = remarks_of(questionnaire, sections, language) if questionnaire and key else {}
    return {**told, "remarks": remarks, "saved": saved[key].marks if key in saved else ()}


def _in_place(sections: Sequence[Section], asked: Asked, key: UUID | None, chosen: str) -> tuple[list[Asked], int]:
    """Return the page on which the question stands or will stand, with it, and its place there."""
    for section in sections:
        questions = list(section.questions.all())
        keys = [question.key for question in questions]
        if key in keys:
            place = keys.index(key)
            return [asked if n == place else asked_of(q) for n, q in enumerate(questions)], place
    last = [s for s in sections if str(s.pk) == chosen] or list(sections[-1:])
    others = [asked_of(question) for question in last[0].questions.all()] if last else []
    return [*others, asked], len(others)


def _name_of(language: str) -> str:
    try:
        return str(get_language_info(language)["name_translated"])
    except KeyError:
        return language


@door(is_researcher)
@require_POST
def answer(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Let a remark rest ("we mean it"), or look at it again."""
    study, question = draft_question(request, slug, key)
    mark = request.POST.get("mark", "")
    try:
        if request.POST.get("act") == "open":
            remark_actions.take_back(question=question, mark=mark, by=reader(request))
        else:
            remark_actions.mean_it(question=question, mark=mark, by=reader(request))
    except remark_actions.NoSuchRemark:
        messages.info(request, _("The wording was changed in the meantime, and the remark is gone."))
    return redirect(_back_to(request, study, question))


def _back_to(request: HttpRequest, study: Study, question: Question) -> str:
    if request.POST.get("from") == "question":
        return reverse("questionnaires:question", args=[study.slug, question.key])
    editor = reverse("questionnaires:questionnaire", args=[study.slug])
    return f"{editor}?remarks={question.key}#question-{question.key}"


@door(signs_in)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """What is looked for, how often it was right, and whether it speaks here."""
    sources = sorted(SOURCES.values(), key=lambda source: source.full)
    states = rule_states()
    speaking, silent = [rule for rule in states if rule.on], [rule for rule in states if not rule.on]
    return render(request, "questionnaires/wording_rules.html", {"speaking": speaking, "silent": silent, "sources": sources})


@door(is_administrator)
@require_POST
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a rule on or off, or let its measured precision decide."""
    state = request.POST.get("state", "")
    if state in SWITCHED:
        try:
            remark_actions.switch_rule(rule=code, on=SWITCHED[state], by=reader(request))
        except remark_actions.NoSuchRule as missing:
            raise Http404 from missing
        messages.success(request, _("Done. It holds for the whole organisation."))
    return redirect(f"{reverse('questionnaires:wording_rules')}#rule-{code}" if state in SWITCHED else "questionnaires:wording_rules")
