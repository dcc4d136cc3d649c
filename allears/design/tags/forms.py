"""Fields as people meet them: a label, what helps, what was wrong and what to do about it."""

from typing import Any

from django.forms import BoundField
from django.forms.forms import BaseForm
from django.utils.safestring import SafeString

from allears.design.tags import drawn, register


def kind_of(bound: BoundField) -> str:
    """Which of our drawings fits the widget: choices, check, select, textarea, file or input."""
    widget = bound.field.widget
    input_type = getattr(widget, "input_type", "")
    if getattr(widget, "allow_multiple_selected", False) and input_type == "checkbox":
        return "choices"
    if input_type in {"radio", "select", "checkbox", "file", "hidden"}:
        return {"radio": "choices", "checkbox": "check"}.get(input_type, input_type)
    return "textarea" if "cols" in widget.attrs else "input"


def described_by(bound: BoundField, help: str = "") -> str:
    """The ids of what explains this field, for `aria-describedby`."""
    named = [(help or bound.help_text, "help"), (bound.errors, "error")]
    return " ".join(f"{bound.auto_id}-{name}" for there, name in named if there)


def _attributes(bound: BoundField, help: str, rows: int | None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"rows": rows} if rows else {}
    if described := described_by(bound, help):
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if _says_it_twice(bound):
        attributes["placeholder"] = ""
    return attributes


def _says_it_twice(bound: BoundField) -> bool:
    """Whether the placeholder only repeats the label: libraries' forms do, and an empty field then looks filled."""
    return bool(bound.label) and bound.field.widget.attrs.get("placeholder") == bound.label


@register.simple_tag
def field(
    bound: BoundField,
    label: str = "",
    help: str = "",
    optional: bool | None = None,
    width: str = "",
    rows: int | None = None,
) -> SafeString:
    """One field of a form, whatever its widget. `width`: "short", "medium" or "" (full); `rows` for a
    textarea.

    Fields that may stay empty say so, unless `optional=False` silences it.
    """
    kind = kind_of(bound)
    says_optional = (not bound.field.required) if optional is None else optional
    return drawn(
        "field",
        bound=bound,
        kind=kind,
        label=label or bound.label,
        help=help or bound.help_text,
        width=width,
        optional=says_optional and kind != "check",
        widget=_widget(bound, kind, help, rows),
        auto_id=bound.auto_id,
        described=described_by(bound, help),
    )


def _widget(bound: BoundField, kind: str, help: str, rows: int | None) -> SafeString:
    if kind == "choices":
        return SafeString()
    return bound.as_widget(attrs=_attributes(bound, help, rows))


@register.simple_tag
def form_fields(form: BaseForm) -> SafeString:
    """Every field of a form in its order, hidden ones included; not the summary, the token or the buttons."""
    return drawn("form_fields", form=form)


@register.simple_tag
def error_summary(*forms: Any) -> SafeString:
    """What is wrong, on top of the page, each line a link to its field. Draws nothing when nothing
    is wrong. Takes forms and sets of them.
    """
    every = [each for form in forms for each in getattr(form, "forms", [form])]
    broken = [form for form in every if getattr(form, "errors", None)]
    if not broken:
        return SafeString()
    fields = [bound for form in broken for bound in form if bound.errors]
    general = [error for form in broken for error in form.non_field_errors()]
    return drawn("error_summary", fields=fields, general=general, count=len(fields) + len(general))
