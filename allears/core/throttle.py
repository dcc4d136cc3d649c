"""How often a stranger may ask for something from one address of the network; kept in memory, not in the database."""

from __future__ import annotations

import hashlib
import logging
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def too_often(request: HttpRequest, what: str, *, most: int, seconds: int) -> bool:
    """Count that `what` was asked for from here; return whether that was more than `most` times in `seconds`.

    Each process of the server counts for itself: enough to slow down who tries thousands of addresses.
    """
    span = int(_seconds()) // seconds
    key = "throttle:" + hashlib.sha256(f"{what}:{address_of(request)}:{span}".encode()).hexdigest()
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it went out of the cache between the two
        return False


def _seconds() -> float:
    return time.time()


def say_once(log: logging.Logger, request: HttpRequest, what: str, words: str, *more: str) -> None:
    """Warn of `what` once a minute for each address: whoever floods us must not flood the log.

    The line says nothing of who it was, nor what they sent: neither belongs into `words` or `more`.
    """
    if not too_often(request, what, most=1, seconds=60):
        log.warning(words, *more)


def address_of(request: HttpRequest) -> str:
    """Return the network's address, behind as many proxies as the installation says it has."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return request.META.get("REMOTE_ADDR", "")
