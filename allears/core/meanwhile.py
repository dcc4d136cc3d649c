"""Two people edit the same words: who saves second is told what the first made of them, and loses nothing they typed.

A form carries a print of each field that its reader saw, so that it is known which of them only one has changed, and
which both have. Saving over other words than those that were seen needs a second press of the button, which the form,
shown again with both, offers. A form without a print (a program's) is taken as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

FIELD = "seen"


def print_of(*words: str) -> str:
    """Return a short fingerprint of these words as they stand in a form, whatever the line ends."""
    said = "\0".join("\n".join(each.splitlines()).strip() for each in words)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def prints_of(words: Mapping[str, str]) -> str:
    """Return the fingerprints of several fields, by their names, as one line for a form to carry."""
    return " ".join(f"{name}:{print_of(said)}" for name, said in words.items())


def read_prints(line: str) -> dict[str, str]:
    """Return what `prints_of` wrote, by the fields' names; what is nothing of the kind is left out."""
    pairs = (pair.partition(":") for pair in line.split())
    return {name: mark for name, colon, mark in pairs if colon}


def _overtaken(said: str) -> forms.ValidationError:
    words = _("This was changed meanwhile. It says now: “%(said)s”. Save again to put yours in its place.")
    return forms.ValidationError(words, params={"said": said})


@dataclass(frozen=True)
class Piece:
    """One field of something that two people wrote: what the one wants, what the other has made of it, and what both
    had before them (its print).
    """

    name: str
    mine: str
    now: str
    was: str

    @property
    def differs(self) -> bool:
        """Whether the two do not say the same."""
        return print_of(self.mine) != print_of(self.now)

    @property
    def is_mine(self) -> bool:
        """Whether who saves now has changed it."""
        return print_of(self.mine) != self.was

    @property
    def is_theirs(self) -> bool:
        """Whether somebody has changed it since it was seen."""
        return print_of(self.now) != self.was


def pieces(seen: Mapping[str, str], mine: Mapping[str, str], now: Mapping[str, str]) -> list[Piece]:
    """Return every field of both; one that either does not have says nothing there."""
    names = dict.fromkeys([*mine, *now])
    return [Piece(name, mine.get(name, ""), now.get(name, ""), seen.get(name, print_of(""))) for name in names]


def as_sent(value: Any) -> str:
    """Return what a field holds as a form sends it: a day or an hour as its number, a tick as "on", several things a line
    each."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "\n".join(sorted(str(each) for each in value))
    if value is None or value is False:
        return ""
    return "on" if value is True else str(value)


class TogetherForm(forms.Form):
    """A form that several people may change at once. Whoever makes it says what the fields hold `now`: with that it is
    filled, too, unless `initial` says otherwise.

    What only somebody else has changed since it was opened is taken over. What both have changed is refused once, with
    the other's words; a second press of the button puts one's own in their place. `now` may name more than fields: what
    else of the page is saved along, as `beside` says that it was sent. Fields that say something only together
    (`as_one`), a beginning and its end, are never half one's own and half somebody else's.
    """

    as_one: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, *args: Any, now: Mapping[str, Any] | None = None, beside: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"initial": now, **kwargs})
        self.now = {name: as_sent(value) for name, value in (now or {}).items()}
        self.beside, self.both = dict(beside or {}), list[Piece]()
        if self.now:
            self.fields[FIELD] = forms.CharField(widget=forms.HiddenInput, required=False, initial=prints_of(self.now))

    def full_clean(self) -> None:
        """Look what became of the fields since they were seen; then as any form."""
        seen = read_prints(self.data.get(FIELD, "")) if self.now else {}
        if seen:
            self._bring_together(seen)
        super().full_clean()

    def _bring_together(self, seen: dict[str, str]) -> None:
        self.data, self.both = self.data.copy(), []  # type: ignore[attr-defined]
        every = pieces(seen, {name: self._sent(name) for name in [*self.now, *seen]}, self.now)
        mine = {piece.name for piece in every if piece.is_mine}
        mine |= self.as_one if mine & self.as_one else frozenset()
        for piece in every:
            if piece.is_theirs and piece.differs:
                self._meet(piece, piece.name in mine)
        self.data[FIELD] = prints_of(self.now)  # type: ignore[index]

    def _sent(self, name: str) -> str:
        return as_sent(self[name].data if name in self.fields else self.beside.get(name))

    def _meet(self, piece: Piece, is_mine: bool) -> None:
        if is_mine or piece.name not in self.fields:
            self.both.append(piece)
        elif getattr(self.fields[piece.name].widget, "allow_multiple_selected", False):
            self.data.setlist(piece.name, piece.now.splitlines())  # type: ignore[attr-defined]
        else:
            self.data[piece.name] = piece.now  # type: ignore[index]

    def clean(self) -> dict[str, Any]:
        """Refuse once what would replace what its writer has not seen."""
        typed = super().clean() or {}
        typed.pop(FIELD, None)
        for piece in self.both:
            self.add_error(piece.name if piece.name in self.fields else None, _overtaken(self._as_read(piece)))
        return typed

    def _as_read(self, piece: Piece) -> str:
        labels = {str(value): str(label) for value, label in getattr(self.fields.get(piece.name), "choices", ())}
        return " — ".join(labels.get(line, line) for line in piece.now.splitlines()) or str(_("nothing"))
