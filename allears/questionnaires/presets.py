"""Scales that the trade knows by name: what each asks, on which steps, and what its figure can and cannot tell.

Sources: F. F. Reichheld (2003), "The one number you need to grow", Harvard Business Review 81(12); T. L. Keiningham et
al. (2007), "A longitudinal examination of net promoter and firm revenue growth", Journal of Marketing 71(3);
M. Dixon, K. Freeman and N. Toman (2010), "Stop trying to delight your customers", Harvard Business Review 88(7).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allears.questionnaires.models import Preset

Words = str | Promise


@dataclass(frozen=True)
class Shape:
    """A preset: its steps, the words it begins with, the steps that count as good, and what its figure tells."""

    minimum: int
    maximum: int
    text: Words
    low_label: Words
    high_label: Words
    good_from: int
    tells: Words
    hides: Words
    bad_to: int | None = None  # of a score from which the bad are taken

    @property
    def parted_at(self) -> tuple[int, ...]:
        """The steps from which on an answer counts as something else."""
        return (self.good_from,) if self.bad_to is None else (self.bad_to + 1, self.good_from)


SHAPES = {
    Preset.NPS: Shape(
        0, 10,
        _("How likely are you to recommend us to a friend or colleague?"),
        _("not at all likely"), _("extremely likely"), 9,
        _("It tells whether more people would put their name to you than warn of you, and how that moves over time when you always ask the same people in the same way."),
        _("It does not tell why, what to change, or whether anybody did recommend you. The same score can come from very different answers, small samples move it by many points, and cultures use the scale differently. Ask why beside it, and read the answers."),
        bad_to=6,
    ),
    Preset.CSAT: Shape(
        1, 5,
        _("How satisfied are you with …?"),
        _("very dissatisfied"), _("very satisfied"), 4,
        _("It tells how people felt about one thing they have just lived through, when you name that thing."),
        _("It does not tell whether they stay, nor what they expected. Who was asked and when moves it more than the service does, and most people are “satisfied” with very different things."),
    ),
    Preset.CES: Shape(
        1, 7,
        _("It was easy for me to get … done."),
        _("strongly disagree"), _("strongly agree"), 5,
        _("It tells where an errand cost people effort, which is where they give up. Ask it right after the errand."),
        _("It does not tell about people who never got that far, nor whether the errand should have been necessary at all. People tend to agree with statements, whatever these say."),
    ),
}  # fmt: skip


def shape_of(preset: str) -> Shape | None:
    """Return the shape of a preset; None for a scale of one's own."""
    return SHAPES.get(Preset(preset)) if preset in Preset.values else None
