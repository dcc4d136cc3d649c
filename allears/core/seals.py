"""Passwords that the house must be able to use are sealed: who reads only the database or a backup cannot.

Fernet (AES-128-CBC with HMAC-SHA256, from the library cryptography) under a key derived from the installation's
secret key, which lies beside the database in a file that only its owner may read.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class BrokenSeal(ValueError):
    """What was sealed cannot be opened: the secret key has changed since."""


def seal(secret: str) -> str:
    """Return `secret` in a form that may be stored; the empty string stays empty."""
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """Return what was sealed. Raises `BrokenSeal`."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as broken:
        raise BrokenSeal("The secret key has changed since this was stored: type it again.") from broken


def _fernet() -> Fernet:
    key = hashlib.sha256(b"allears.core.seals:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
