"""What forms say when something is not right: what to do next, in plain words, wherever a form does not say
it better.

Django reads these defaults from the classes of fields and validators when a form is checked, so they are set
there,
once, when the room starts.
"""

from typing import Any

from django.core import validators
from django.forms import fields, models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


def settle() -> None:
    """Replace Django's sentences by ours."""
    fields.Field.default_error_messages = {"required": _("Please fill this in.")}
    _say(fields.CharField, required=_("Please write something here."))
    _say(
        fields.ChoiceField,
        required=_("Please choose one."),
        invalid_choice=_("Please choose one of those shown."),
    )
    _say(fields.MultipleChoiceField, required=_("Please choose at least one."))
    _say(
        models.ModelChoiceField,
        required=_("Please choose one."),
        invalid_choice=_("Please choose one of those shown."),
    )
    _say(fields.BooleanField, required=_("Please tick this to go on."))
    _say(
        fields.IntegerField,
        required=_("Please write a number."),
        invalid=_("Please write a whole number, such as 12."),
    )
    _say(
        fields.FloatField,
        required=_("Please write a number."),
        invalid=_("Please write a number, such as 2.5."),
    )
    _say(
        fields.DecimalField,
        required=_("Please write a number."),
        invalid=_("Please write a number, such as 2.5."),
    )
    _say(
        fields.DateField,
        required=_("Please choose a day."),
        invalid=_("Please write a day as year-month-day, such as 2026-03-12."),
    )
    _say(
        fields.FileField,
        required=_("Please choose a file."),
        empty=_("This file is empty. Please choose another."),
    )
    _settle_validators()


def _say(field: type[fields.Field], **messages: Any) -> None:
    own = field.__dict__.get("default_error_messages", {})
    field.default_error_messages = {**own, **messages}


def _settle_validators() -> None:
    validators.MinValueValidator.message = _("Please write %(limit_value)s or more.")
    validators.MaxValueValidator.message = _("Please write %(limit_value)s or less.")
    validators.EmailValidator.message = _("Please write a whole e-mail address, such as ana@example.org.")
    validators.validate_email.message = validators.EmailValidator.message
    validators.MaxLengthValidator.message = ngettext_lazy(
        "Please shorten this to %(limit_value)d character (it has %(show_value)d).",
        "Please shorten this to %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    )
    validators.MinLengthValidator.message = ngettext_lazy(
        "Please write at least %(limit_value)d character.",
        "Please write at least %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    )
