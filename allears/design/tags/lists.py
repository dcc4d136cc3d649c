"""Things in rows: the loop's strip, what waits, facts, tables, people, steps."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString

from allears.design.tags import drawn, register
from allears.design.tags.navigation import with_query


@register.simple_tag
def loop_strip(cells: Iterable[Any], label: str = "", note: str = "", href: str = "") -> SafeString:
    """The loop in six cells (parts.LoopCell): asked, spoke, understood, decided, done, heard back."""
    return drawn("loop_strip", cells=cells, label=label, note=note, href=href)


@register.simple_tag
def waiting_list(items: Iterable[Any]) -> SafeString:
    """What waits for the reader (parts.Waiting), most urgent first as given."""
    return drawn("waiting_list", items=items)


@register.simple_tag
def facts(pairs: Any, wide: bool = False) -> SafeString:
    """A definition list from parts.Fact, (term, value) pairs or a dict."""
    rows = pairs.items() if isinstance(pairs, Mapping) else pairs
    return drawn("facts", pairs=[_as_fact(row) for row in rows], wide=wide)


def _as_fact(row: Any) -> Any:
    return {"term": row[0], "value": row[1]} if isinstance(row, tuple) else row


@register.simple_block_tag(takes_context=True)
def data_table(
    context: dict[str, Any],
    content: SafeString,
    columns: Sequence[Any],
    caption: str,
    sort: str = "",
    show_caption: bool = False,
) -> SafeString:
    """A table whose rows you write yourself (`<tr>` between the tags). `columns`: parts.Column; `sort` is
    `?sort=` as it is.
    """
    heads = _heads(context, columns, sort)
    return drawn("data_table", content=content, heads=heads, caption=caption, show_caption=show_caption)


@register.simple_tag(takes_context=True)
def rows_table(
    context: dict[str, Any],
    columns: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    caption: str,
    sort: str = "",
    show_caption: bool = False,
) -> SafeString:
    """A table out of rows of values or parts.Cell; on a narrow screen every row becomes a small list with
    its labels.
    """
    heads = _heads(context, columns, sort)
    lines = [[{"head": head, "cell": _as_cell(cell)} for head, cell in zip(heads, row, strict=True)] for row in rows]
    return drawn("rows_table", heads=heads, lines=lines, caption=caption, show_caption=show_caption)


def _as_cell(cell: Any) -> Any:
    return cell if hasattr(cell, "text") else {"text": cell}


def _heads(context: Mapping[str, Any], columns: Sequence[Any], sort: str) -> list[dict[str, Any]]:
    """Each column with where a click on it leads: its order, or the reverse when it is the order already."""
    return [_head(context, column, sort) for column in columns]


def _head(context: Mapping[str, Any], column: Any, sort: str) -> dict[str, Any]:
    order = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(sort, "") if column.sort else ""
    next_sort = f"-{column.sort}" if order == "ascending" else column.sort
    href = with_query(context, sort=next_sort, page="") if column.sort else ""
    return {
        "label": column.label,
        "numeric": column.numeric,
        "hidden": column.hidden,
        "order": order,
        "href": href,
    }


@register.simple_tag
def steps(items: Iterable[Any], label: str = "") -> SafeString:
    """Steps done in order (parts.Step): done, current, ahead."""
    return drawn("steps", items=items, label=label)


@register.simple_tag
def person_line(name: str, facts: Iterable[str] = (), href: str = "", note: str = "") -> SafeString:
    """A person in one line: a name, what we know of them, no picture."""
    return drawn("person_line", name=name, facts=facts, href=href, note=note)
