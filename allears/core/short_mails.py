"""A short mail: a few words and, where it leads somebody somewhere, one link. As plain text and as HTML, where the link is
a button.
"""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from allears.core.languages import direction
from allears.core.queries import the_organisation

QUOTED = "\ue000"  # in no keyboard: what is quoted cannot be taken for its own place


class BothWays(TypedDict):
    """The two parts of a mail."""

    text: str
    html: str


def both_ways(words: str, *, link: str = "", button: str = "", quoted: str = "") -> BothWays:
    """Return `text` and `html` of a mail, as `core.mail.put` takes them, in the language that is active; the organisation
    signs it.

    `words` are paragraphs with an empty line between. Where they hold `QUOTED`, a paragraph of its own, stands what is
    `quoted`. `button` is what the HTML says instead of the address of `link`.
    """
    before, _here, after = words.partition(QUOTED)
    language = translation.get_language() or settings.LANGUAGE_CODE
    context = {
        "language": language, "way": direction(language), "organisation": the_organisation().name,
        "before": before.strip(), "quoted": quoted, "after": after.strip(), "link": link, "button": button,
    }  # fmt: skip
    parts = [words.replace(QUOTED, quoted), link, context["organisation"]]
    text = "\n\n".join(part for part in parts if part)
    return {"text": f"{text}\n", "html": render_to_string("design/mails/short.html", context)}
