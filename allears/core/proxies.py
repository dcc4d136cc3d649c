"""Where a request comes from: what proxies say about it is believed of as many as the installation counts.

Counted wrongly, everybody seems to come from one address, and whoever tries too much from there holds back all others.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.health import Finding, State
from allears.core.throttle import address_of


def way_here(request: HttpRequest) -> Finding:
    """Find out, from the request of an administrator, whether the proxies before the server are counted right.

    Only from theirs: whoever else asks could write any header.
    """
    state, words = _found(request, _said_by_proxies(request), settings.ALLAUTH_TRUSTED_PROXY_COUNT)
    return Finding(_("Proxies"), state, words)


def _said_by_proxies(request: HttpRequest) -> list[str]:
    """The addresses that proxies wrote down, the one next to us last: one a proxy, where nobody added one."""
    return [part.strip()[:60] for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]


def _found(request: HttpRequest, passed: list[str], counted: int) -> tuple[State, str]:
    address = address_of(request)
    known = {"address": address, "counted": counted, "passed": len(passed), "first": passed[0] if passed else ""}
    if not passed and not counted:
        return "well", _("None stands before the server; this request came from %(address)s.") % known
    if not passed:
        return "look", _(
            "ALLEARS_PROXIES says %(counted)s, and this request carries no X-Forwarded-For: it came past the proxy, or the"
            " proxy does not send it. Then everybody seems to come from %(address)s."
        ) % known
    if not 0 < counted <= len(passed):
        return "wrong", ngettext(
            "ALLEARS_PROXIES says %(counted)s, and this request was passed on by %(passed)s proxy. So everybody seems to come"
            " from %(address)s, and whoever tries too many passwords or links holds back all others, or nobody is held back"
            " at all. If %(first)s is your own address, start the server with ALLEARS_PROXIES=%(passed)s.",
            "ALLEARS_PROXIES says %(counted)s, and this request was passed on by %(passed)s proxies. So everybody seems to"
            " come from %(address)s, and whoever tries too many passwords or links holds back all others, or nobody is held"
            " back at all. If %(first)s is your own address, start the server with ALLEARS_PROXIES=%(passed)s.",
            len(passed),
        ) % known
    if not address or (address == request.META.get("REMOTE_ADDR") and address not in passed[-counted]):
        return "look", _("The proxy wrote “%(wrote)s” into X-Forwarded-For, which is no address.") % {"wrote": passed[-counted]}
    if len(passed) > counted and ipaddress.ip_address(address).is_private:
        return "look", _(
            "ALLEARS_PROXIES says %(counted)s, and so this request came from %(address)s, which is inside a network. If that"
            " is another proxy and %(first)s is your own address, start the server with ALLEARS_PROXIES=%(passed)s."
        ) % known
    return "well", _("ALLEARS_PROXIES says %(counted)s; this request came from %(address)s.") % known
