"""How the reader gets about: tabs, breadcrumbs, pagers, filters, search. Links carry the rest of the query
along.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Page
from django.utils.safestring import SafeString

from allears.design.tags import drawn, register


def with_query(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query string with changes; an empty value takes the name out."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is None:
        return "?" + "&".join(f"{name}={value}" for name, value in changes.items() if value)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """`{% query_with page=2 %}`: a link to this page with one thing changed."""
    return with_query(context, **changes)


@register.simple_tag
def tabs(items: Iterable[Any], label: str) -> SafeString:
    """Views of the same thing, as links (parts.Link)."""
    return drawn("tabs", items=items, label=label)


@register.simple_tag
def breadcrumbs(items: Iterable[Any]) -> SafeString:
    """Where this page stands (parts.Link); the last one is the page itself."""
    return drawn("breadcrumbs", items=list(items))


@register.simple_tag(takes_context=True)
def pager(context: dict[str, Any], page: Page[Any], name: str = "page", label: str = "") -> SafeString:
    """Numbered pages of a Django `Page`. Draws nothing when there is only one."""
    if not page.has_other_pages():
        return SafeString()
    numbers = [
        _numbered(context, name, number) for number in page.paginator.get_elided_page_range(page.number, on_each_side=1)
    ]
    before = with_query(context, **{name: page.previous_page_number()}) if page.has_previous() else ""
    after = with_query(context, **{name: page.next_page_number()}) if page.has_next() else ""
    return drawn("pager", numbers=numbers, page=page, before=before, after=after, label=label)


def _numbered(context: Mapping[str, Any], name: str, number: int | str) -> dict[str, Any]:
    return {
        "number": number,
        "href": with_query(context, **{name: number}) if isinstance(number, int) else "",
    }


@register.simple_tag(takes_context=True)
def keyset_pager(
    context: dict[str, Any],
    before: str = "",
    after: str = "",
    before_label: str = "",
    after_label: str = "",
    note: str = "",
    label: str = "",
) -> SafeString:
    """Pages of a list that is too long to number: the cursors (`?before=`, `?after=`) of the rows at its
    ends.
    """
    back = with_query(context, before=before, after="") if before else ""
    on = with_query(context, after=after, before="") if after else ""
    return drawn(
        "keyset_pager", back=back, on=on, before_label=before_label, after_label=after_label, note=note, label=label
    )


@register.simple_block_tag
def filter_bar(
    content: SafeString, chips: Iterable[Any] = (), count: str = "", clear: str = "", label: str = ""
) -> SafeString:
    """What is shown and why: chips (parts.Chip with `remove`), how many there are, and further filters
    between the tags.
    """
    return drawn("filter_bar", content=content, chips=chips, count=count, clear=clear, label=label)


@register.simple_tag
def search_box(
    action: str = "",
    name: str = "q",
    value: str = "",
    label: str = "",
    keep: Iterable[tuple[str, str]] = (),
    hint: str = "",
) -> SafeString:
    """A search form (GET). `keep`: (name, value) pairs of the query that must survive."""
    return drawn("search_box", action=action, name=name, value=value, label=label, keep=keep, hint=hint)
