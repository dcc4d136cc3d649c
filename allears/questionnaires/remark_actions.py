"""Answering the wording check: "we mean it", taking that back, and which rules speak at all."""

from __future__ import annotations

from django.db import transaction

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.questionnaires.models import MeantWording, Question, WordingSwitch
from allears.questionnaires.remarks import Remark, remarks_of
from allears.questionnaires.structure import sections_of
from allears.questionnaires.wording import RULES


class NoSuchRemark(Exception):
    """The wording was changed in the meantime, or the rule no longer speaks: there is nothing to answer."""


class NoSuchRule(Exception):
    """The wording check has no rule of this name."""


@transaction.atomic
def mean_it(*, question: Question, mark: str, by: User | None) -> Remark:
    """Let a remark rest as long as the wording stays, in this version and the next ones. Raises `NoSuchRemark`."""
    remark = _remark(question, mark)
    _meant, made = MeantWording.objects.get_or_create(
        questionnaire=question.version.questionnaire, key=question.key, mark=mark,
        defaults={"rule": remark.rule, "by": by},
    )  # fmt: skip
    if made:
        audit.record(by=by, verb="questionnaires.wording_meant", target=question, rule=remark.rule)
    return remark


def _remark(question: Question, mark: str) -> Remark:
    questionnaire = question.version.questionnaire
    found = remarks_of(questionnaire, sections_of(question.version), questionnaire.study.language).get(question.key)
    for remark in (*found.open, *found.meant) if found else ():
        if remark.mark == mark:
            return remark
    raise NoSuchRemark


@transaction.atomic
def take_back(*, question: Question, mark: str, by: User | None) -> None:
    """Let a remark speak again that somebody meant; nothing happens where nobody did."""
    gone, _rows = MeantWording.objects.filter(
        questionnaire=question.version.questionnaire, key=question.key, mark=mark
    ).delete()
    if gone:
        audit.record(by=by, verb="questionnaires.wording_meant_no_more", target=question)


@transaction.atomic
def switch_rule(*, rule: str, on: bool | None, by: User | None) -> None:
    """Switch a rule on or off for the whole organisation; None lets its measured precision decide. Raises
    `NoSuchRule`.
    """
    if rule not in RULES:
        raise NoSuchRule(rule)
    if on is None:
        WordingSwitch.objects.filter(rule=rule).delete()
    else:
        WordingSwitch.objects.update_or_create(rule=rule, defaults={"on": on, "by": by, "at": now()})
    audit.record(by=by, verb="questionnaires.wording_rule_switched", rule=rule, on=on)
