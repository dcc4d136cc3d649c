"""Who signs in: added by the command line, invited and looked after by administrators; nobody registers alone."""

from __future__ import annotations

import zoneinfo
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.core import audit, mail
from allears.core.clock import now
from allears.core.languages import for_staff
from allears.core.links import hash_token, new_token
from allears.core.models import Message, Role, StaffInvitation, User
from allears.core.queries import the_organisation
from allears.core.short_mails import both_ways

INVITATION_LASTS = timedelta(days=14)
# On the server: there is nobody yet who could invite.
FIRST_ACCOUNT = 'bin/allears add-user --role administrator --email you@example.org --name "Your Name"'


class StaffError(Exception):
    """What was asked about somebody who signs in cannot be done; the message says why."""


class LastAdministrator(StaffError):
    """Without this administrator nobody could administer any more."""


class WeakPassword(StaffError):
    """The password is too easy to guess."""


class CannotBeAccepted(StaffError):
    """The invitation was accepted, withdrawn or is too old."""


@transaction.atomic
def add_user(
    *, email: str, name: str, role: str, password: str, by: User | str, language: str = "en", time_zone: str = "UTC"
) -> User:
    """Make somebody who can sign in at once. Raises `StaffError` for an address in use, a weak password and the like."""
    user = User(
        email=_good_address(email), name=name.strip(), role=_known_role(role), language=_known_language(language),
        time_zone=_known_zone(time_zone),
    )
    _must_be_good(password, user)
    user.set_password(password)
    user.save()
    audit.record(by=by, verb="core.user_added", target=user, role=role)
    return user


@transaction.atomic
def invite(*, email: str, role: str, by: User, name: str = "") -> tuple[StaffInvitation, str]:
    """Invite somebody to sign in; return the invitation and the link, which is also mailed.

    An open invitation to the same address is withdrawn, and its mail, if it still waits: only the newest link works.
    Raises `StaffError`.
    """
    address = _good_address(email)
    _withdraw_open(address)
    token = new_token()
    invitation = StaffInvitation.objects.create(
        email=address, name=name.strip(), role=_known_role(role), token_hash=hash_token(token), invited_by=by,
        expires_at=now() + INVITATION_LASTS,
    )
    link = settings.BASE_URL + reverse("core:join", args=[token])
    _mail_invitation(invitation, link)
    audit.record(by=by, verb="core.staff_invited", target=invitation, email=address, role=role)
    return invitation, link


def _withdraw_open(address: str) -> None:
    older = StaffInvitation.objects.filter(email=address, accepted_at=None, withdrawn_at=None)
    for invitation in older:
        _call_mail_back(invitation, why=_("They were invited once more, by another link."))
    older.update(withdrawn_at=now())


def _call_mail_back(invitation: StaffInvitation, *, why: str) -> None:
    """Keep the invitation's mail from leaving later, for instance once a mail server is named: its link is of no use."""
    mail.call_back(Message.objects.filter(key=_mail_key(invitation)), why=why)


def _mail_key(invitation: StaffInvitation) -> str:
    return f"core:invitation:{invitation.pk}"


def _mail_invitation(invitation: StaffInvitation, link: str) -> None:
    organisation = the_organisation()
    with override(for_staff(organisation.language)):
        text = _(
            "Hello,\n\n%(inviter)s invites you to Allears, where %(organisation)s listens to its customers.\n\n"
            "The link is for you alone. It works for 14 days."
        ) % {"inviter": _one_line(invitation.invited_by.name), "organisation": _one_line(organisation.name)}
        mail.put(
            to=invitation.email,
            to_name=invitation.name,
            subject=_("%(inviter)s invites you to Allears at %(organisation)s")
            % {"inviter": _one_line(invitation.invited_by.name), "organisation": _one_line(organisation.name)},
            key=_mail_key(invitation),
            kind="account",
            **both_ways(text, link=link, button=_("Choose your password")),
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def invitation_for(token: str) -> StaffInvitation | None:
    """Return the open invitation that `token` belongs to."""
    found = StaffInvitation.objects.filter(token_hash=hash_token(token)).select_related("invited_by").first()
    return found if found and found.is_open else None


@transaction.atomic
def accept(
    *, invitation: StaffInvitation, name: str, password: str, language: str = "en", time_zone: str = "UTC"
) -> User:
    """Make the invited person's account. Raises `CannotBeAccepted`, `WeakPassword`, `StaffError`."""
    locked = StaffInvitation.objects.select_for_update().get(pk=invitation.pk)
    if not locked.is_open:
        raise CannotBeAccepted(_("This invitation is not open any more. Ask for a new one."))
    user = add_user(
        email=locked.email, name=name, role=locked.role, password=password, by=f"{name} (invited)",
        language=language, time_zone=time_zone,
    )
    locked.accepted_at, locked.accepted_by = now(), user
    locked.save(update_fields=["accepted_at", "accepted_by"])
    _call_mail_back(locked, why=_("They came by the link already."))
    return user


@transaction.atomic
def withdraw(*, invitation: StaffInvitation, by: User) -> None:
    """Make the invitation's link useless; does nothing to one that is not open."""
    open_still = StaffInvitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if open_still.update(withdrawn_at=now()):
        _call_mail_back(invitation, why=_("The invitation was withdrawn."))
        audit.record(by=by, verb="core.staff_invitation_withdrawn", target=invitation, email=invitation.email)


@transaction.atomic
def change_role(*, user: User, role: str, by: User) -> None:
    """Give `user` another role. Raises `LastAdministrator`."""
    if user.role == _known_role(role):
        return
    _must_leave_an_administrator(without=user)
    before = user.role
    user.role = role
    user.save(update_fields=["role"])
    audit.record(by=by, verb="core.role_changed", target=user, before=before, after=role)


@transaction.atomic
def change_user(*, user: User, name: str, email: str, by: User) -> None:
    """Change what `user` is called and signs in with. Raises `StaffError`."""
    address = email.strip().lower()
    if address != user.email:
        address = _good_address(address)
    if (user.name, user.email) == (name.strip(), address):
        return
    user.name, user.email = name.strip(), address
    user.save(update_fields=["name", "email"])
    # Otherwise the old address would go on opening the account.
    EmailAddress.objects.filter(user=user).exclude(email=address).delete()
    audit.record(by=by, verb="core.user_changed", target=user)


@transaction.atomic
def deactivate(*, user: User, by: User) -> None:
    """Let `user` sign in no more, and end what they are signed in to now. What they did stays. Raises `LastAdministrator`."""
    _must_leave_an_administrator(without=user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _sign_out_everywhere(user)
    audit.record(by=by, verb="core.user_deactivated", target=user)


def _sign_out_everywhere(user: User) -> None:
    mine = [s.pk for s in Session.objects.filter(expire_date__gt=now()) if s.get_decoded().get("_auth_user_id") == str(user.pk)]
    Session.objects.filter(pk__in=mine).delete()


@transaction.atomic
def reactivate(*, user: User, by: User) -> None:
    """Let `user` sign in again."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(by=by, verb="core.user_reactivated", target=user)


def _must_leave_an_administrator(*, without: User) -> None:
    others = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=without.pk)
    if without.is_administrator and without.is_active and not others:
        raise LastAdministrator(_("%(name)s is the only administrator. Make somebody else one first.") % {"name": without})


def _good_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise StaffError(_("“%(email)s” is not an e-mail address.") % {"email": email}) from error
    if User.objects.filter(email__iexact=address).exists():
        raise StaffError(_("%(email)s signs in already.") % {"email": address})
    return address


def _known_role(role: str) -> str:
    if role not in Role.values:
        raise StaffError(_("There is no role “%(role)s”.") % {"role": role})
    return role


def _known_language(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise StaffError(_("Allears does not speak “%(language)s”.") % {"language": language})
    return language


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise StaffError(_("There is no time zone “%(zone)s”.") % {"zone": name}) from error
    return name


def _must_be_good(password: str, user: User) -> None:
    if not user.name:
        raise StaffError(_("Say the name that others will see."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error
