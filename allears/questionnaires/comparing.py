"""How one version differs from the one before, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from allears.questionnaires.models import Question, Section
from allears.questionnaires.structure import questions_in, shortened


def differences(before: list[Section], after: list[Section]) -> list[str]:
    """Return a sentence for each difference between loaded versions; none when they ask word for word the same."""
    old = {question.key: question for question in questions_in(before)}
    new = {question.key: question for question in questions_in(after)}
    added = [_("Added: “%(q)s”") % {"q": shortened(q.text)} for key, q in new.items() if key not in old]
    gone = [_("Taken away: “%(q)s”") % {"q": shortened(q.text)} for key, q in old.items() if key not in new]
    changed = [words for key, q in new.items() if key in old for words in _changes(old[key], q)]
    return [*added, *gone, *changed, *_order(list(old), list(new)), *_pages(before, after), *_manner(before, after)]


def _manner(before: list[Section], after: list[Section]) -> Iterator[str]:
    """How the version as a whole is asked."""
    if not before or not after:
        return
    old, new = before[0].version, after[0].version
    if old.one_question_a_page != new.one_question_a_page:
        yield _("One question stands on a page now") if new.one_question_a_page else _("Questions share their pages now")
    if old.reviewed != new.reviewed:
        yield _("All answers are looked through before sending now") if new.reviewed else _("Answers are sent from the last page now")


def _changes(old: Question, new: Question) -> Iterator[str]:
    name = {"q": shortened(new.text)}
    if old.text != new.text:
        yield _("Reworded: “%(old)s” is now “%(q)s”") % {"old": shortened(old.text), **name}
    if old.kind != new.kind:
        kinds = {"old": old.get_kind_display(), "new": new.get_kind_display()}
        yield _("“%(q)s” was asked as “%(old)s”, now as “%(new)s”") % {**kinds, **name}
    if old.required != new.required:
        words = _("“%(q)s” has to be answered now") if new.required else _("“%(q)s” may be left out now")
        yield words % name
    if (old.minimum, old.maximum) != (new.minimum, new.maximum):
        yield _("“%(q)s” has other limits") % name
    if (old.low_label, old.high_label) != (new.low_label, new.high_label):
        yield _("The ends of “%(q)s” are named differently") % name
    if old.help != new.help:
        yield _("“%(q)s” has another line of help") % name
    if old.boxes != new.boxes:
        yield _("“%(q)s” offers another number of boxes") % name
    if old.shuffled != new.shuffled:
        words = _("“%(q)s” stands in another order for each person now") if new.shuffled else _("“%(q)s” stands in one order now")
        yield words % name
    if old.purpose != new.purpose or old.accepts != new.accepts or old.preset != new.preset:
        yield _("“%(q)s” is set up in another way") % name
    if old.touchpoint != new.touchpoint:
        yield _("“%(q)s” belongs to another touchpoint") % name
    yield from _choice_changes(old, new)


def _choice_changes(old: Question, new: Question) -> Iterator[str]:
    before = {choice.key: choice for choice in old.choices.all()}
    after = {choice.key: choice for choice in new.choices.all()}
    name = {"q": shortened(new.text)}
    for key, choice in after.items():
        if key not in before:
            yield _("“%(q)s” offers “%(choice)s” too") % {**name, "choice": shortened(choice.label)}
        elif before[key].label != choice.label:
            labels = {"old": shortened(before[key].label), "choice": shortened(choice.label)}
            yield _("“%(q)s”: the choice “%(old)s” is now “%(choice)s”") % {**name, **labels}
        elif before[key].asks_text != choice.asks_text:
            words = (
                _("“%(q)s”: “%(choice)s” asks for words now")
                if choice.asks_text
                else _("“%(q)s”: “%(choice)s” asks for no words any more")
            )
            yield words % {**name, "choice": shortened(choice.label)}
        elif (before[key].exclusive, before[key].anchored) != (choice.exclusive, choice.anchored):
            yield _("“%(q)s”: the choice “%(choice)s” follows other rules") % {**name, "choice": shortened(choice.label)}
    for key, choice in before.items():
        if key not in after:
            yield _("“%(q)s” no longer offers “%(choice)s”") % {**name, "choice": shortened(choice.label)}
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield _("The choices of “%(q)s” stand in another order") % name


def _order(old: list[object], new: list[object]) -> Iterator[str]:
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield _("The questions stand in another order")


def _pages(before: list[Section], after: list[Section]) -> Iterator[str]:
    if len(before) != len(after):
        yield _("It has %(new)d pages, before %(old)d") % {"old": len(before), "new": len(after)}
    elif [(s.title, s.text) for s in before] != [(s.title, s.text) for s in after]:
        yield _("What stands above the questions changed")
