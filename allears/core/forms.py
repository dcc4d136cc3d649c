"""Shape and wording of what is typed on the settings pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from allears.core.languages import for_staff
from allears.core.meanwhile import TogetherForm
from allears.core.models import Organisation, Role, StaffInvitation, User
from allears.core.organisation import SAID
from allears.core.zones import ZoneField


def languages() -> list[tuple[str, str]]:
    """Languages in which participants can be spoken to."""
    return list(settings.LANGUAGES)


def languages_of_staff() -> list[tuple[str, str]]:
    """Languages in which the pages of staff can be shown."""
    return [(code, name) for code, name in settings.LANGUAGES if code in settings.STAFF_LANGUAGES]


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.RESEARCHER)


class StaffForm(forms.Form):
    """What an administrator may change about somebody who signs in."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), help_text=_("They sign in with it."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    @classmethod
    def about(cls, user: User, data: Any = None) -> StaffForm:
        """The form, filled with what is known of `user`."""
        return cls(data, initial={"name": user.name, "email": user.email, "role": user.role})


class JoinForm(forms.Form):
    """What somebody invited chooses for themselves."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("A password"),
        help_text=_("At least 12 characters. Four or five words of your own are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    language = forms.ChoiceField(label=_("Language"), choices=languages_of_staff)
    time_zone = ZoneField(label=_("Time zone"))

    @classmethod
    def for_invited(cls, invitation: StaffInvitation, organisation: Organisation, data: Any = None) -> JoinForm:
        """The form, with the name the inviter gave and the organisation's language and time zone."""
        initial = {
            "name": invitation.name,
            "language": for_staff(organisation.language),
            "time_zone": organisation.time_zone,
        }
        return cls(data, initial=initial)


class ProfileForm(forms.ModelForm[User]):
    """What everybody may change about themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=languages_of_staff)
    time_zone = ZoneField(label=_("Time zone"))
    theme = forms.ChoiceField(
        label=_("Pages are"),
        choices=[("auto", _("As my device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "theme"]
        labels = {"name": _("Name")}


class OrganisationForm(TogetherForm, forms.ModelForm[Organisation]):
    """The organisation, and how its mail leaves."""

    language = forms.ChoiceField(label=_("Language"), choices=languages, help_text=_("For whoever chose none."))
    time_zone = ZoneField(label=_("Time zone"), help_text=_("Staff who have the same one move along with it."))
    smtp_password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is stored sealed. Leave it empty to keep the one that is there."),
    )

    class Meta:
        model = Organisation
        fields = SAID
        labels = {
            "name": _("Name"),
            "mail_from": _("Mail is from"),
            "reply_to": _("Answers go to"),
            "smtp_host": _("Mail server"),
            "smtp_port": _("Port"),
            "smtp_security": _("Encryption"),
            "smtp_user": _("User name"),
        }
        help_texts = {
            "name": _("Participants read it: it says who asks."),
            "mail_from": _("An address that your mail server may send from."),
            "smtp_host": _("Such as smtp.example.org. While it is empty, mail waits in the outbox."),
            "smtp_port": _("587 with STARTTLS, 465 with TLS from the start."),
        }

    @classmethod
    def about(cls, organisation: Organisation, data: Any = None) -> OrganisationForm:
        """The form, filled with what holds for `organisation`; once it is clean, its `instance` is what is to hold."""
        return cls(data, instance=organisation, now=forms.model_to_dict(organisation, cls._meta.fields))

    def clean(self) -> dict[str, Any]:
        """Ask once more for a password that a page with errors does not show again."""
        typed = super().clean()
        if self.errors and typed.get("smtp_password"):
            self.add_error("smtp_password", _("Type it once more: a password is not shown again."))
        return typed

    def clean_name(self) -> str:
        """One line: it stands in the From of every mail."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_smtp_port(self) -> int:
        """A port that there can be."""
        port: int = self.cleaned_data["smtp_port"]
        if not 1 <= port <= 65_535:
            raise forms.ValidationError(_("A port is a number from 1 to 65535, mostly 587 or 465."))
        return port

    def clean_smtp_host(self) -> str:
        """A host name alone."""
        host: str = self.cleaned_data["smtp_host"].strip()
        if any(sign in host for sign in "/ :@"):
            raise forms.ValidationError(_("Only the server’s name, such as smtp.example.org."))
        return host


class TestMailForm(forms.Form):
    """Where the test mail goes."""

    to = forms.EmailField(label=_("Send a test mail to"))
