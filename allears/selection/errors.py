"""What can be wrong with a pool, its quotas or a request, each with a code that can be translated."""

from __future__ import annotations

MESSAGES: dict[str, str] = {
    "not_text": "{source}, row {row}, is not UTF-8 text: the byte at position {position} cannot be read. Save it as UTF-8.",
    "not_csv": "{source}, row {row}: this line cannot be read as CSV ({detail}).",
    "empty_file": "{source}, row 1: the file is empty. It needs a header row and at least one more row.",
    "no_people": "{source}, row 2, column “{column}”: there is a header row, but nobody in the pool.",
    "no_quotas": "{source}, row 2, column “{column}”: there is a header row, but no quota.",
    "missing_column": "{source}, row 1: there is no column “{column}”. The columns are: {columns}.",
    "double_column": "{source}, row 1: the column “{column}” appears twice.",
    "ragged_row": "{source}, row {row}, from column “{column}” on: {found} cells where the header has {expected}.",
    "empty_id": "{source}, row {row}, column “{column}”: everybody needs an id, and this one is empty.",
    "double_id": "{source}, row {row}, column “{column}”: the id “{value}” was already used in row {first}.",
    "unknown_value": (
        "{source}, row {row}, column “{column}”: “{value}” is not among the values that the quotas name"
        " ({known}). Correct it, or give it a quota."
    ),
    "not_a_number": (
        "{source}, row {row}, column “{column}”: “{value}” is not a whole number of seats."
        " Write it in digits only, such as 12 or 1000."
    ),
    "min_above_max": "{source}, row {row}, column “min”: at least {min} but at most {max} cannot both hold.",
    "double_quota": (
        "{source}, row {row}, column “{column}”: “{value}” of “{facet}” already has a quota in row {first}."
    ),
    "empty_facet": "{source}, row {row}, column “{column}”: the name of the facet is empty.",
    "too_many_facets": (
        "{source}, row {row}, column “{column}”: “{value}” is facet number {count}, and a lottery can balance"
        " at most {most}. Keep the ones that matter to the decision."
    ),
    "bad_size": "{size} is not a number of people that can be chosen: ask for at least 1.",
    "size_above_pool": "You ask for {size} people and the pool has {people}.",
    "minimums_above_size": (
        "{where}“{facet}” is to have at least {total} seats in all, and only {size} can be chosen. Lower some minimums."
    ),
    "maximums_below_size": (
        "{where}“{facet}” may have at most {total} seats in all, and {size} are to be chosen. Raise some maximums."
    ),
    "unknown_facet": "The quotas speak of “{facet}”, which the pool does not have.",
    "bad_share": "“{facet}”, “{value}”: {share} is not a share or a count that can be used.",
    "bad_count": "The type {values} has {count} people: a count is a whole number, at least 1.",
    "infeasible": "No panel can meet these quotas. {sentences}",
    "timed_out": "No valid panel was found in the time allowed. Allow more time, or loosen a quota.",
    "no_members": "This pool holds counts only, so nobody in it can be drawn. Hand the ids of each type.",
    "size_for_rule": "The rule “{rule}” chooses {low} to {high} people, not {size}.",
    "too_many_types": (
        "This pool has {types} different types, too many for a lottery of published panels (at most {most})."
        " Use the rule “sample”."
    ),
    "bad_alpha": "{alpha} is not a share of an equal chance: it lies between 0 and 1.",
    "unknown_rule": "There is no rule “{rule}”. The rules are: {known}.",
    "empty_seed": "The draw needs a seed: any text that nobody could choose after seeing the lottery.",
    "bad_text": "The {what} holds characters that cannot be written as UTF-8 text. Type it anew.",
    "no_salt": (
        "A copy for everybody needs a salt: without a secret, anybody can try which ids and facets its numbers stand for."
    ),
    "already_drawn": "This lottery has been drawn. A second draw from it would not be fair.",
    "not_drawn": "This lottery has not been drawn yet, so nobody can have declined.",
    "not_selected": "“{value}” is not among those chosen, so cannot have declined.",
    "nobody_declined": "Nobody declined, so there is no seat to draw again.",
    "double_decline": "“{value}” has already declined.",
    "no_landing": (
        "The quotas leave so little room that no whole sample was found near the expected one ({attempts} times)."
        " Give the quotas one more seat of slack and commit again."
    ),
    "bad_proof": "The proof cannot be read: {detail}.",
    "mismatch": "The pool is not the one that was committed: {detail}.",
}

# Quotas that leave nobody to draw: a smallest change that helps can be found (allears.selection.explain).
UNMEETABLE = ("infeasible", "minimums_above_size", "maximums_below_size")


class SelectionError(Exception):
    """Something the caller can mend. `code` names it, `details` holds what the sentence is made of."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(MESSAGES[code].format(**details))

    @property
    def row(self) -> int | None:
        """The row of the file, the header being row 1; None where the error is not about a row."""
        row = self.details.get("row")
        return row if isinstance(row, int) else None

    @property
    def column(self) -> str | None:
        """The column of the file; None where the error is not about a column."""
        column = self.details.get("column")
        return column if isinstance(column, str) else None


class Infeasible(SelectionError):
    """No panel meets the quotas. `sentences` say why, and the smallest change that helps."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        self.sentences = sentences
        super().__init__("infeasible", sentences=" ".join(sentences))
