"""What the verbs of this room refuse, in words that a page can show."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class NotNow(Exception):
    """Something this room will not do; `str(error)` says why and what to do next."""

    words = _("This cannot be done now.")

    def __init__(self, words: object = None) -> None:
        super().__init__(str(words or self.words))


class WordsAreGone(NotNow):
    words = _("These words were taken back. Nothing can be marked in them any more.")


class OutsideTheWords(NotNow):
    words = _("Choose at least one character of these words first.")


class AnotherStudy(NotNow):
    words = _("These words belong to another study. Themes and insights stay with the words of their own study.")


class ThemeNotInUse(NotNow):
    words = _("This theme was merged or retired in the meantime. Choose another one.")


class NameTaken(NotNow):
    words = _("There is a theme of this name already. Choose another name, or merge the two.")


class NoName(NotNow):
    words = _("Give the theme a name.")


class WouldLoop(NotNow):
    words = _("A theme cannot stand under itself or under one of its own.")


class NothingToMove(NotNow):
    words = _("Choose at least one passage that moves to the new theme.")


class NotMerged(NotNow):
    words = _("This theme is no part of another one; there is nothing to take back.")


class NoClaim(NotNow):
    words = _("Say in a sentence what you understood.")


class AlreadyWithdrawn(NotNow):
    words = _("This insight has been withdrawn. Make a new one if it holds after all.")


class SayHow(NotNow):
    words = _("Say how you looked, so that others can judge it.")
