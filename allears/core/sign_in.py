"""The forms of signing in, in our own words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.forms import Form
from django.utils.translation import gettext as _


class SignInForm(LoginForm):
    """Address and password; the labels say it, so nothing stands inside the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, login=_("E-mail"), password=_("Password"))
        self.fields["login"].help_text = self.fields["password"].help_text = ""


class OwnPasswordForm(ChangePasswordForm):
    """The password now, and a new one; the page itself says what to do without the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, oldpassword=_("Password now"), password1=_("New password"), password2=_("New password, once more"))
        self.fields["oldpassword"].help_text = ""


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password for whoever forgot theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, password1=_("New password"), password2=_("New password, once more"))


def _name(form: Form, **labels: str) -> None:
    """Label fields in our own words, and leave them empty inside."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class AddKeyForm(AddWebAuthnForm):
    """A key's name, and whether it signs in without a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["passwordless"].label = _("Sign in with this key alone, without a password")
        self.fields["passwordless"].help_text = _("The key then asks for your finger, your face or its PIN.")
