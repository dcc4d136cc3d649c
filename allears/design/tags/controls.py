"""What is pressed: buttons, links that look like them, menus, dialogs, fields to copy from."""

from typing import Any

from django.utils.safestring import SafeString

from allears.design.tags import drawn, register


@register.simple_tag
def button(
    label: str,
    kind: str = "primary",
    name: str = "",
    value: str = "",
    type: str = "submit",
    form: str = "",
    disabled: bool = False,
    describedby: str = "",
) -> SafeString:
    """A button. Kinds: primary (one a page), plain, quiet, danger."""
    return drawn(
        "button",
        label=label,
        kind=kind,
        name=name,
        value=value,
        type=type,
        form=form,
        disabled=disabled,
        describedby=describedby,
    )


@register.simple_tag
def link_button(label: str, href: str, kind: str = "plain", download: bool = False) -> SafeString:
    """A link that looks like a button: it leads somewhere and changes nothing."""
    return drawn("link_button", label=label, href=href, kind=kind, download=download)


@register.simple_tag(takes_context=True)
def post_button(
    context: dict[str, Any],
    label: str,
    action: str,
    kind: str = "plain",
    name: str = "",
    value: str = "",
    next: str = "",
) -> SafeString:
    """A whole form with one button: something small that is done at once (and can be undone)."""
    token = context.get("csrf_token", "")
    return drawn(
        "post_button",
        label=label,
        action=action,
        kind=kind,
        name=name,
        value=value,
        next=next,
        csrf_token=token,
    )


@register.simple_tag
def chip(label: Any, tone: str = "neutral", href: str = "", remove: str = "") -> SafeString:
    """A small label. Tones: neutral, voice, accent, kept, dissent, surprise, wrong. `remove` adds a cross
    that leads there.
    """
    return drawn("chip", label=label, tone=tone, href=href, remove=remove)


@register.simple_block_tag
def menu(content: SafeString, label: str, kind: str = "plain", align: str = "start") -> SafeString:
    """A button that opens a short list of links and small forms (a `<details>`; script only closes it on
    Escape).
    """
    return drawn("menu", content=content, label=label, kind=kind, align=align)


@register.simple_tag
def dialog_link(label: str, dialog: str, href: str, kind: str = "plain") -> SafeString:
    """Opens the dialog with this id; without script it leads to `href`, a page that asks the same."""
    return drawn("dialog_link", label=label, dialog=dialog, href=href, kind=kind)


@register.simple_block_tag
def dialog(content: SafeString, id: str, heading: str) -> SafeString:
    """A native `<dialog>`. Opened by `dialog_link`, closed by Escape or its Close button (a form,
    no script).
    """
    return drawn("dialog", content=content, id=id, heading=heading)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: dict[str, Any],
    content: SafeString,
    action: str,
    label: str,
    cancel: str = "",
    cancel_label: str = "",
    danger: bool = False,
) -> SafeString:
    """A question before something that cannot be undone: what will happen (between the tags), then two ways
    out.

    Works alone on a page and inside a `dialog`. Hidden fields and a reason field go between the tags as well.
    """
    token = context.get("csrf_token", "")
    return drawn(
        "confirm",
        content=content,
        action=action,
        label=label,
        cancel=cancel,
        cancel_label=cancel_label,
        danger=danger,
        csrf_token=token,
    )


@register.simple_tag
def copy_field(value: str, label: str, id: str = "copy") -> SafeString:
    """A value to take away: readable and selectable always, with a Copy button where script runs."""
    return drawn("copy_field", value=value, label=label, id=id)
