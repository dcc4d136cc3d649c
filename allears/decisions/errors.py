"""Why an action of this room was refused, in words for whoever tried."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class DecisionError(Exception):
    """An action is not allowed now; `str(error)` says what to do."""

    message = _("That is not possible now.")

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(self.message))


class NoInsight(DecisionError):
    message = _("A decision rests on at least one insight: choose the insights that it answers.")


class OtherStudy(DecisionError):
    message = _("These insights belong to another study.")


class SameState(DecisionError):
    message = _("The change is in that state already.")


class AlreadySent(DecisionError):
    message = _("This update has gone out; what people were told stays as they were told. Write a new one instead.")


class WordingChanged(DecisionError):
    message = _("The texts, or what they are about, have changed since you opened the page. Read them once more, then approve.")


class NothingToSend(DecisionError):
    message = _("No update is approved and waiting for anybody. Approve one first.")


class NoConsent(DecisionError):
    message = _("Whoever said this has not agreed to be quoted in this way.")


class DecisionChanged(DecisionError):
    message = _("The decision has changed since you opened the page. It is shown as it stands now: look once more, then publish.")


class NotPublished(DecisionError):
    message = _("This item is not on the public page.")
