"""What things stand on: sheets, sections, notices, empty places."""

from typing import Any

from django.utils.safestring import SafeString

from allears.design.tags import drawn, register


@register.simple_block_tag
def card(
    content: SafeString,
    heading: str = "",
    note: str = "",
    href: str = "",
    tone: str = "",
    level: int = 2,
    id: str = "",
) -> SafeString:
    """A sheet of paper with an optional heading. A `tone` colours its upper edge."""
    return drawn("card", content=content, heading=heading, note=note, href=href, tone=tone, level=level, id=id)


@register.simple_block_tag
def section(
    content: SafeString,
    heading: str,
    note: str = "",
    link: str = "",
    href: str = "",
    id: str = "",
    level: int = 2,
) -> SafeString:
    """A part of a page under a heading; `link` and `href` put a quiet link at the end of the
    heading's line.
    """
    return drawn("section", content=content, heading=heading, note=note, link=link, href=href, id=id, level=level)


@register.simple_block_tag
def page_header(content: SafeString, heading: str, kicker: str = "") -> SafeString:
    """A page's title where the blocks of `design/base.html` do not fit; actions go between the tags."""
    return drawn("page_header", content=content, heading=heading, kicker=kicker)


@register.simple_block_tag
def notice(content: SafeString, tone: str = "accent", heading: str = "", role: str = "") -> SafeString:
    """Something the reader should know here. `role="status"` or `"alert"` when it appears after the page has
    loaded.
    """
    return drawn("notice", content=content, tone=tone, heading=heading, role=role)


@register.simple_block_tag
def empty_state(content: SafeString, heading: str, action: str = "", href: str = "") -> SafeString:
    """An empty place: the heading says what will stand here, the words how to get the first one."""
    return drawn("empty_state", content=content, heading=heading, action=action, href=href)


@register.simple_tag
def stat(figure: Any, label: str, note: str = "", href: str = "", tone: str = "") -> SafeString:
    """One figure in words' company. `href` leads to the words behind it."""
    return drawn("stat", figure=figure, label=label, note=note, href=href, tone=tone)


@register.simple_tag
def progress(done: int, total: int, label: str, note: str = "", finished: bool = False) -> SafeString:
    """Long work: what has been done, of how much. With `total=0` nobody knows yet how much."""
    return drawn("progress", done=done, total=total, label=label, note=note, finished=finished)


@register.simple_tag(takes_context=True)
def undo_toast(
    context: dict[str, Any], text: str, action: str, name: str = "", value: str = "", label: str = ""
) -> SafeString:
    """Says what was just done and offers to take it back (a POST form)."""
    token = context.get("csrf_token", "")
    return drawn("undo_toast", text=text, action=action, name=name, value=value, label=label, csrf_token=token)
