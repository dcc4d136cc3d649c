"""What a mail server's trouble means and what to do about it: a sentence for an administrator, with the server's own words."""

from __future__ import annotations

import smtplib
import socket
import ssl

from django.utils.translation import gettext as _

WANTS_SIGN_IN = 530


def words_of(trouble: Exception) -> str:
    """Return the trouble in one line: what it means, as far as it is known, and in brackets what was said."""
    said, meaning = _said(trouble), _meaning(trouble)
    return f"{meaning} ({said})" if meaning and said else meaning or said


def _said(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(trouble.recipients.values()))
        return f"{code} {_text(words)}"
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"{trouble.smtp_code} {_text(trouble.smtp_error)}"
    return str(trouble) or type(trouble).__name__


def _text(words: str | bytes) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _meaning(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPException):
        return _of_the_talk(trouble)
    if isinstance(trouble, ssl.SSLError):
        return _of_encryption(trouble)
    if isinstance(trouble, socket.gaierror):
        return _("There is no machine of this name. Look at the mail server’s name.")
    if isinstance(trouble, ConnectionRefusedError):
        return _("Nothing answers there. Look at the mail server’s name and port.")
    if isinstance(trouble, TimeoutError):
        return _("It does not answer. Look at name, port and encryption; a firewall may stand between.")
    if isinstance(trouble, OSError):
        return _("There is no way to it from here. Look at the mail server’s name, and at this machine’s network.")
    return ""


def _of_encryption(trouble: ssl.SSLError) -> str:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return _(
            "Its certificate cannot be trusted: it is not for this name, has run out, or nobody whom this machine knows has"
            " signed it. Write the name that stands in the certificate, or let this machine trust who signed it."
        )
    return _(
        "It does not encrypt in this way at this port. Choose STARTTLS (mostly port 587) or TLS from the start (mostly 465)."
    )


def _of_the_talk(trouble: smtplib.SMTPException) -> str:
    if isinstance(trouble, smtplib.SMTPAuthenticationError):
        return _("It refuses user name or password. Look at both.")
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        return _of_what_it_lacks(trouble)
    if isinstance(trouble, smtplib.SMTPConnectError):
        return _("What answers there is no mail server, or one that takes no mail now. Look at name and port.")
    if isinstance(trouble, smtplib.SMTPServerDisconnected):
        return _("It ended the talk. Look at port and encryption; if they are right, it may let us in later.")
    if isinstance(trouble, smtplib.SMTPResponseException) and trouble.smtp_code == WANTS_SIGN_IN:
        return _("It wants a user name and a password, or encryption before them.")
    if isinstance(trouble, smtplib.SMTPSenderRefused):
        return _("It takes no mail from our address. Look at “Mail is from”.")
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return _("It takes no mail for this address.")
    if isinstance(trouble, smtplib.SMTPDataError):
        return _("It does not want this mail.")
    return ""


def _of_what_it_lacks(trouble: smtplib.SMTPNotSupportedError) -> str:
    if "STARTTLS" in str(trouble):
        return _("It offers no STARTTLS at this port. Choose TLS from the start (mostly port 465), or another port.")
    if "AUTH" in str(trouble):
        return _("It asks for no user name at this port. Leave it empty, or choose an encryption: many ask only then.")
    return ""
