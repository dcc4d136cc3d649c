"""Two people edit the same words: who saves second is told what the first made of them, and loses nothing they typed.

A form carries a print of the words that its reader saw. Saving over other words than those needs a second press of the
button, which the form, shown again with both, offers. A form without a print (a program's) is taken as it is.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext as _

FIELD = "seen"


def print_of(*words: str) -> str:
    """Return a short fingerprint of these words as they stand in a form, whatever the line ends."""
    said = "\0".join("\n".join(each.splitlines()).strip() for each in words)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


class SeenForm(forms.Form):
    """A form that remembers what its reader saw. Whoever makes it says what the words are `now`."""

    def __init__(self, *args: Any, now: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        if now:
            self.fields[FIELD] = forms.CharField(widget=forms.HiddenInput, required=False, initial=print_of(*now))

    def clean(self) -> dict[str, Any]:
        """Refuse once what would replace words that its writer has not seen."""
        typed = super().clean() or {}
        seen, current = typed.pop(FIELD, ""), print_of(*self.now)
        if self.now and seen and seen != current:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[FIELD] = current  # type: ignore[index]
            said = " — ".join(words for words in self.now if words)
            words = _("Somebody else has changed this meanwhile. It says now: “%(said)s”. Save again to put yours in its place.")
            self.add_error(None, words % {"said": said})
        return typed
