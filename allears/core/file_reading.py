"""How a file of rows is to be read, as somebody is asked who brings one: its encoding, and whether its first row holds
headings. What is shown beside it is `design/file_reading.html`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from allears.core.tables import Reading


class FileReadingForm(forms.Form):
    """What else is asked of the file belongs to the room that takes it in.

    `was_read`: the encoding and whether there are headings, as the file was looked at now.
    """

    def __init__(self, read: Reading, *, headed: bool, **options: Any) -> None:
        super().__init__(**options)
        self.was_read = (read.encoding, headed)
        if read.choices:
            self.fields["encoding"] = forms.ChoiceField(
                label=_("Its letters are"), choices=read.choices, initial=read.encoding, required=False
            )
        self.fields["unheaded"] = forms.BooleanField(
            label=_("The first row holds no headings"), required=False, initial=not headed
        )

    @property
    def reading(self) -> tuple[str, bool]:
        """How the file is to be read: its encoding, and whether its first row holds headings."""
        return self.cleaned_data.get("encoding") or self.was_read[0], not self.cleaned_data["unheaded"]
