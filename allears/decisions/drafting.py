"""The first wording of an update, for people to edit: what was decided or done, plainly, in the study's language."""

from __future__ import annotations

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.decisions.chain import insights_behind, quoted_by_person
from allears.decisions.models import Change, ChangeState, ChangeStep, Decision, Update
from allears.decisions.queries import HEARER
from allears.insights.models import Insight


def about(update: Update) -> tuple[str, str]:
    """Return both texts as they would be drafted now for what `update` is about."""
    if update.decision and update.corrects:
        return _about_correction(update.decision, update.corrects, update)
    if update.decision:
        return about_decision(update.decision)
    if update.change_step and update.corrects:
        return _about_changed_step(update.change_step, update.corrects, update)
    if update.change_step:
        return about_step(update.change_step)
    assert update.insight is not None, "an update is about a decision, a step of a change or an insight"
    return _about_withdrawn(update.insight, update.corrects, update) if update.corrects else about_insight(update.insight)


def about_decision(decision: Decision) -> tuple[str, str]:
    """Return (for those whose words it rests on, for the others who took part), with what is planned because of it."""
    with translation.override(decision.study.language):
        told = "\n\n".join([_decided(decision), *_planned(decision)])
        return (
            _("Because of what you told us, this is what we decided.") + "\n\n" + told,
            _("Thank you for taking part. From what everybody said, this is what we decided.") + "\n\n" + told,
        )


def decided(decision: Decision) -> str:
    """Return what people are told that was decided, in the study's language."""
    with translation.override(decision.study.language):
        return _decided(decision)


def _about_correction(decision: Decision, told: Update, update: Update) -> tuple[str, str]:
    """Both texts about a decision that has changed since `told` went out; they hold for who hears of it first, too."""
    with translation.override(decision.study.language):
        changed = "\n\n".join([_("We had said:"), told.said, _("Now this holds instead:"), _decided(decision)])
        cited = _("What we decided because of what you told us has changed.") + "\n\n" + changed
        general = _("You took part. What we decided from what everybody said has changed.") + "\n\n" + changed
    return cited, "" if _reaches_all_of(told, update) else general


def _reaches_all_of(told: Update, update: Update) -> bool:
    """Whether only the cited were told, and all of them are cited still."""
    if told.text_general.strip():
        return False
    hearers = told.tellings.annotate(hearer=HEARER).values_list("hearer", flat=True)
    return set(hearers) <= quoted_by_person(insights_behind(update)).keys()


def _decided(decision: Decision) -> str:
    lines = [decision.headline]
    if decision.because:
        lines.append(_("Why: %(why)s") % {"why": decision.because})
    if decision.until:
        lines.append(_("We come back to it when: %(until)s") % {"until": decision.until})
    return "\n\n".join(lines)


def _planned(decision: Decision) -> list[str]:
    """The changes that are planned, unless an update of their own says so."""
    own = Update.objects.filter(change_step__change__decision=decision).values("change_step__change")
    planned = Change.objects.filter(decision=decision, state=ChangeState.PLANNED).exclude(pk__in=own).order_by("pk")
    return [" ".join([_("We plan this: %(what)s") % {"what": change.what}, *_by_when(change)]) for change in planned]


def _by_when(change: Change) -> list[str]:
    if not change.due_on:
        return []
    return [_("(It is meant to be done by %(day)s.)") % {"day": date_format(change.due_on, "DATE_FORMAT")}]


def about_step(step: ChangeStep) -> tuple[str, str]:
    """Return both texts about a change that is planned, and by when; that was started, done or dropped."""
    with translation.override(step.change.decision.study.language):
        day = _by_when(step.change) if step.state == ChangeState.PLANNED else []
        told = "\n\n".join(filter(None, [_how_far(step.change, step.state), *day, step.note]))
        return (
            _("You told us about this, so here is how far it has come.") + "\n\n" + told,
            _("You took part, so here is how far it has come.") + "\n\n" + told,
        )


def said_of_change(told: Update, change: Change) -> str:
    """Return what `told` said of a change, in the study's language, when the change stood as in `change`."""
    state = told.change_step.state if told.change_step else ChangeState.PLANNED
    with translation.override(change.decision.study.language):
        day = _by_when(change) if state == ChangeState.PLANNED or told.corrects_id else []
        return "\n\n".join([_how_far(change, state), *day])


def _how_far(change: Change, state: str) -> str:
    lead = {
        ChangeState.PLANNED: _("Planned: %(what)s"),
        ChangeState.STARTED: _("We have begun: %(what)s"),
        ChangeState.DONE: _("Done: %(what)s"),
        ChangeState.DROPPED: _("We have stopped: %(what)s"),
    }
    return lead[ChangeState(state)] % {"what": change.what}


def _about_changed_step(step: ChangeStep, told: Update, update: Update) -> tuple[str, str]:
    """Both texts about a change that is another than what `told` said, and how far it has come."""
    with translation.override(step.change.decision.study.language):
        day = _by_when(step.change) if step.state in (ChangeState.PLANNED, ChangeState.STARTED) else []
        now = "\n\n".join(filter(None, [_how_far(step.change, step.state), *day, step.note]))
        changed = "\n\n".join([_("We had said:"), update.said, _("Now this holds instead:"), now])
        cited = _("What we do because of what you told us has changed.") + "\n\n" + changed
        general = _("You took part. What we do because of what everybody said has changed.") + "\n\n" + changed
    return cited, "" if _reaches_all_of(told, update) else general


def about_insight(insight: Insight) -> tuple[str, str]:
    """Return both texts about something that was understood; what follows from it is told later."""
    with translation.override(insight.study.language):
        return (
            _("This is what we understood from what you told us.") + f"\n\n{insight.claim}",
            _("This is what we understood from everybody who took part.") + f"\n\n{insight.claim}",
        )


def _about_withdrawn(insight: Insight, told: Update, update: Update) -> tuple[str, str]:
    """Both texts for those who were told, by `told`, of an insight that is not held any more."""
    with translation.override(insight.study.language):
        said = "\n\n" + "\n\n".join([_("We had said:"), update.said])
        again = _("We have looked at it again: it does not hold, or not all of it.")
        cited = _("We had told you what we understood from what you told us.") + " " + again + said
        general = _("We had told you what we understood from everybody who took part.") + " " + again + said
    return cited, general if told.text_general.strip() else ""
