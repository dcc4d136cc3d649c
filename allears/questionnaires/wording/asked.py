"""What goes in: a question as it stands on paper, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Kinds in which a question is answered by choosing from what is offered.
CHOSEN = frozenset({"single", "multiple", "scale", "matrix", "ranking"})


@dataclass(frozen=True)
class Asked:
    """A question with everything that is read beside it.

    `kind`: short_text, long_text, single, multiple, scale, matrix, ranking, number, date, statement (shown, not
    answered) or any other word, which is then treated as open. `choices` are the labels offered (the columns of a
    matrix), `items` the rows of a matrix. A scale runs from `minimum` to `maximum`, whose meaning the end labels say.
    """

    text: str
    kind: str = "short_text"
    help: str = ""
    choices: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    low_label: str = ""
    high_label: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False

    def parts(self) -> Iterator[tuple[str, int, str]]:
        """Return (part, index, text) for everything that is read, in the order of reading."""
        yield "text", 0, self.text
        yield "help", 0, self.help
        for name, texts in (("item", self.items), ("choice", self.choices)):
            for index, text in enumerate(texts):
                yield name, index, text
        yield "low_label", 0, self.low_label
        yield "high_label", 0, self.high_label

    def part(self, name: str, index: int = 0) -> str:
        """Return the text of one part. Raises `IndexError` for an index that is not there, `KeyError` for a name."""
        lists = {"item": self.items, "choice": self.choices}
        if name in lists:
            return lists[name][index]
        texts = {"text": self.text, "help": self.help, "low_label": self.low_label, "high_label": self.high_label}
        return texts[name]
