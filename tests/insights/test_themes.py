"""The codebook: themes are kept, merged and split, and no coding is lost."""

import pytest

from allears.core.models import AuditEvent
from allears.insights import actions
from allears.insights.models import Coding, Theme
from allears.insights.queries import codebook, flat, with_those_under
from tests import cast
from tests.insights.stories import coded, said, theme

pytestmark = pytest.mark.django_db


def test_a_theme_stands_in_the_codebook_with_its_definition() -> None:
    made = actions.add_theme(
        study=cast.late_orders(), name="  waiting   times ", by=cast.ana(), definition="Waits longer than told."
    )
    assert (made.name, made.definition, made.made_by) == ("waiting times", "Waits longer than told.", cast.ana())
    assert AuditEvent.objects.get(verb="insights.theme_added").actor == cast.ana()


def test_two_themes_of_one_study_cannot_have_the_same_name_whatever_its_case() -> None:
    theme("Waiting")
    with pytest.raises(actions.NameTaken):
        actions.add_theme(study=cast.late_orders(), name="waiting", by=cast.ben())


def test_a_theme_needs_a_name() -> None:
    with pytest.raises(actions.NoName):
        actions.add_theme(study=cast.late_orders(), name="  ", by=cast.ben())


def test_a_changed_theme_keeps_its_codings_and_the_trail_keeps_its_old_name() -> None:
    coding = coded(said("It came a week late."), "late")
    actions.change_theme(theme=coding.theme, by=cast.ben(), name="lateness", definition="Later than told.")
    coding.refresh_from_db()
    assert coding.theme.name == "lateness"
    assert AuditEvent.objects.get(verb="insights.theme_changed").details["before"] == {"name": "late", "definition": ""}


def test_themes_nest_and_what_is_under_them_counts_with_them() -> None:
    above, below = theme("delivery"), theme("late")
    actions.nest_theme(theme=below, by=cast.ana(), parent=above)
    assert [(b.theme.name, b.depth) for b in flat(codebook(cast.late_orders()))] == [("delivery", 0), ("late", 1)]
    assert with_those_under(above) == [above.pk, below.pk]


def test_a_theme_cannot_stand_under_one_of_its_own() -> None:
    top, middle, low = theme("a"), theme("b"), theme("c")
    actions.nest_theme(theme=middle, by=None, parent=top)
    actions.nest_theme(theme=low, by=None, parent=middle)
    with pytest.raises(actions.WouldLoop):
        actions.nest_theme(theme=top, by=None, parent=Theme.objects.get(pk=low.pk))


def test_a_theme_moves_up_past_its_neighbour() -> None:
    theme("first"), theme("second")
    actions.move_theme(theme=theme("second"), by=None, up=True)
    actions.move_theme(theme=theme("second"), by=None, up=True)
    assert [b.theme.name for b in codebook(cast.late_orders())] == ["second", "first"]


def test_merging_keeps_every_coding_and_each_remembers_its_first_theme() -> None:
    words = said("It came late, and nobody called.")
    late, delay = coded(words, "late", "came late"), coded(words, "delay", "nobody called")
    actions.merge_themes(keep=late.theme, other=delay.theme, by=cast.ben())
    delay.refresh_from_db()
    assert (delay.theme, delay.first_theme, delay.coder) == (late.theme, theme_named("delay"), cast.ana())
    assert theme_named("delay").merged_into == late.theme
    assert Theme.objects.get(name="late").words == 1


def test_a_merge_can_be_taken_back_and_what_went_along_goes_back_but_not_what_was_given_since() -> None:
    kept, own = coded(said("Nobody called."), "silence"), coded(said("It came late."), "late")
    older = coded(said("A week too late."), "lateness")
    silence, late, lateness = theme("silence"), theme("late"), theme("lateness")
    actions.merge_themes(keep=late, other=lateness, by=cast.ana())
    actions.merge_themes(keep=silence, other=late, by=cast.ana())
    since = actions.code(verbatim=said("Late again."), theme=late, start=0, end=4, by=cast.ben())

    parted = actions.unmerge_theme(theme=late, by=cast.ben())

    themes = {c.pk: (c.theme.name, c.first_theme and c.first_theme.name) for c in Coding.objects.select_related("theme", "first_theme")}
    assert themes == {
        kept.pk: ("silence", None), since.pk: ("silence", None), own.pk: ("late", None), older.pk: ("late", "lateness"),
    }  # fmt: skip
    assert (parted.is_in_use, parted.words, Theme.objects.get(pk=silence.pk).words) == (True, 2, 2)
    assert AuditEvent.objects.get(verb="insights.themes_parted").actor == cast.ben()
    with pytest.raises(actions.NotMerged):
        actions.unmerge_theme(theme=late, by=cast.ben())


def test_a_merge_is_not_taken_back_where_its_name_was_given_to_another_theme_or_the_other_was_retired() -> None:
    silence, late = theme("silence"), theme("late")
    actions.merge_themes(keep=silence, other=late, by=cast.ana())
    late = Theme.objects.get(pk=late.pk)
    actions.retire_theme(theme=silence, by=cast.ana())
    with pytest.raises(actions.ThemeNotInUse):
        actions.unmerge_theme(theme=late, by=cast.ana())

    actions.restore_theme(theme=silence, by=cast.ana())
    actions.add_theme(study=cast.late_orders(), name="Late", by=cast.ben())
    with pytest.raises(actions.NameTaken):
        actions.unmerge_theme(theme=late, by=cast.ana())
    assert Theme.objects.get(pk=late.pk).merged_into == silence


def test_the_same_span_under_both_themes_stays_with_the_merged_one_as_history() -> None:
    words = said("It came late.")
    kept, other = coded(words, "late"), coded(words, "delay")
    actions.merge_themes(keep=kept.theme, other=other.theme, by=cast.ben())
    assert Coding.objects.count() == 2
    assert Coding.objects.get(pk=other.pk).theme.merged_into == kept.theme


def test_what_stood_under_a_merged_theme_stands_under_the_one_that_stays() -> None:
    keep, other, child = theme("keep"), theme("other"), theme("child")
    actions.nest_theme(theme=child, by=None, parent=other)
    actions.nest_theme(theme=keep, by=None, parent=other)
    actions.merge_themes(keep=keep, other=other, by=None)
    assert [(b.theme.name, b.depth) for b in flat(codebook(cast.late_orders()))] == [("keep", 0), ("child", 1)]


def test_splitting_moves_the_chosen_codings_to_a_new_theme() -> None:
    stays, goes = coded(said("Late again."), "late"), coded(said("Nobody called."), "late")
    made = actions.split_theme(theme=stays.theme, codings=[goes.pk], by=cast.ben(), name="silence")
    goes.refresh_from_db()
    assert (goes.theme, goes.first_theme) == (made, stays.theme)
    assert {t.name: t.words for t in Theme.objects.all()} == {"late": 1, "silence": 1}


def test_splitting_needs_something_to_move() -> None:
    coding = coded(said("Late again."), "late")
    with pytest.raises(actions.NothingToMove):
        actions.split_theme(theme=coding.theme, codings=[], by=cast.ben(), name="silence")
    assert not Theme.objects.filter(name="silence").exists()


def test_a_retired_theme_keeps_its_codings_and_can_come_back() -> None:
    coding = coded(said("Late again."), "late")
    actions.retire_theme(theme=coding.theme, by=cast.ben())
    assert codebook(cast.late_orders()) == []
    with pytest.raises(actions.ThemeNotInUse):
        actions.code(verbatim=coding.verbatim, theme=coding.theme, start=0, end=4, by=cast.ana())
    actions.restore_theme(theme=coding.theme, by=cast.ben())
    assert [b.words for b in codebook(cast.late_orders())] == [1]


def theme_named(name: str) -> Theme:
    return Theme.objects.get(name=name)
