"""What this room says in the loop's strip: how many were asked."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.studies.hearing import Uninvited, uninvited_of_each
from allears.studies.loop import Cell, Tab, add_tab, cell
from allears.studies.models import Invitation, Study
from allears.studies.rules import can_see, can_see_who_was_asked, can_work_on


@cell("asked")
def asked(studies: Sequence[Study]) -> list[Cell]:
    """Who was invited; else who came uninvited, or was brought from elsewhere. The others stand beside them."""
    ids = [study.pk for study in studies]
    counted = Invitation.objects.filter(study__in=ids).order_by().values_list("study").annotate(n=Count("pk"))
    invited, others = dict(counted), uninvited_of_each(ids)
    return [_asked(study, invited.get(study.pk, 0), others[study.pk]) for study in studies]


def _asked(study: Study, invited: int, others: Uninvited) -> Cell:
    counted = [
        (invited, _("asked"), ""),
        (others.came, _("came uninvited"), _("%(n)s came uninvited")),
        (others.brought, _("brought from elsewhere"), _("%(n)s brought from elsewhere")),
    ]
    (count, words, _beside), *rest = [each for each in counted if each[0]] or counted[:1]
    notes = [beside % {"n": intcomma(more)} for more, _words, beside in rest]
    home = reverse("studies:study", args=[study.slug])
    return Cell("asked", intcomma(count), words, f"{home}#asked", " · ".join(notes))


add_tab(Tab(10, gettext_lazy("Study"), "studies:study", can_see))
add_tab(Tab(20, gettext_lazy("Who to ask"), "studies:people", can_work_on))
add_tab(Tab(22, gettext_lazy("By lot"), "studies:selections", can_see))
add_tab(Tab(25, gettext_lazy("Invitations"), "studies:invitations", can_see_who_was_asked))
