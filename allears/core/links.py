"""Personal links: a random token in the link, only its hash in the database.

Whoever reads the database cannot answer for anybody; whoever holds the link needs no account. Opening a link
(GET) never changes or consumes anything, because mail scanners open links too.
"""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 18


def new_token() -> str:
    """Return a fresh random token, 144 bits, 24 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Return what the database keeps of `token`: SHA-256 in hexadecimal. No salt: the token itself is random."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
