"""How the lottery's figures and troubles are put into words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.studies.selection.pool import MOST_PEOPLE


def percent(share: float | Fraction) -> str:
    """Return a share with three figures that mean something: "5.14 %", "0.0171 %", which no line breaks."""
    figure = f"{float(share) * 100:.3g}"
    if "e" in figure:
        figure = f"{float(figure):f}".rstrip("0").rstrip(".")
    return _("%(figure)s\u00a0%%") % {"figure": number_format(figure, use_l10n=True)}


def one_in(share: float | Fraction) -> str:
    """Return a chance as people say it: "1 in 23", "1 in 2,730"."""
    if not share:
        return _("none")
    figure = float(f"{1 / float(share):.3g}")
    return _("1 in %(n)s") % {"n": number_format(f"{figure:g}" if figure < 1000 else int(figure), force_grouping=True)}


def seats(number: float) -> str:
    """Return expected seats with one or two decimals: "1.3", "0.04"."""
    return str(number_format(round(number, 1 if number >= 1 else 2), use_l10n=True))


def named(facet: str, value: str) -> str:
    """Return "Region: North"; a value that nobody gave says so."""
    return f"{facet}: {value}" if value else _("%(facet)s: not given") % {"facet": facet}


def fairness(facts: Mapping[str, Any]) -> str:
    """Return how fair the lottery is, whether that is proven, and first of all how many people have no chance."""
    shut = sum(entry["people"] for entry in facts.get("barred", ()))
    if not shut:
        return _of_the_able(facts)
    told = {"shut": number_format(shut, force_grouping=True), "all": number_format(facts["people"], force_grouping=True)}
    none = ngettext(
        "%(shut)s of %(all)s people can have no seat, because no group that keeps the quotas holds them. Of the others:",
        "%(shut)s of %(all)s people can have no seat, because no group that keeps the quotas holds them. Of the others:",
        shut,
    )
    return f"{none % told} {_of_the_able(facts)}"


def _of_the_able(facts: Mapping[str, Any]) -> str:
    least, bound = Fraction(facts["least"]), Fraction(facts["bound"])
    told = {"least": percent(least), "bound": percent(bound), "one_in": one_in(least)}
    if "coverage" in facts:
        told["alpha"] = percent(min(facts["coverage"]["alpha"], float(least / bound) if bound else 0))
        told["of_best"] = percent(facts["coverage"]["of_best"])
        whole = _(
            "Nobody’s chance is below %(least)s (%(one_in)s), at least %(alpha)s of what the fairest lottery would give;"
            " with that, %(of_best)s of the voices that any choice could cover are expected to be heard."
        )
        proven = _("It is proven that no lottery that leaves everybody this chance covers more.")
        return f"{whole % told} {proven}" if facts["certified"] else str(whole % told)
    if facts["certified"]:
        return _(
            "The least chance is %(least)s (%(one_in)s). It is proven that no lottery gives the least lucky person more."
        ) % told
    return _(
        "The least chance is %(least)s (%(one_in)s); nobody could promise the least lucky person more than %(bound)s."
    ) % told


def price(facet: str, value: str, side: str, bound: int, gain: float, least: Fraction) -> str:
    """Return what one seat of slack in this quota would give the least lucky person."""
    told = {
        "what": named(facet, value), "bound": bound, "other": bound + 1 if side == "max" else bound - 1,
        "least": percent(least), "more": percent(float(least) + gain),
    }  # fmt: skip
    if side == "max":
        return _(
            "%(what)s, at most %(bound)s: with %(other)s instead, the least lucky person’s chance could rise from"
            " %(least)s to %(more)s at most."
        ) % told
    return _(
        "%(what)s, at least %(bound)s: with %(other)s instead, the least lucky person’s chance could rise from"
        " %(least)s to %(more)s at most."
    ) % told


def barred(entry: Mapping[str, Any]) -> str:
    """Return who can be on no valid panel, by facet values, and which quotas keep them off."""
    who = ngettext("%(n)s person", "%(n)s people", entry["people"]) % {"n": number_format(entry["people"], force_grouping=True)}
    what = ", ".join(named(facet, value) for facet, value in entry["values"])
    told = {"who": who, "what": what}
    quotas = [
        _("%(what)s (%(low)s to %(high)s)") % {"what": named(facet, value), "low": low, "high": high}
        for facet, value, low, high in entry["quotas"]
    ]
    if not quotas:
        return _("%(who)s can be on no valid panel (%(what)s): no combination with others adds up.") % told
    told["quotas"] = "; ".join(quotas)
    return _("%(who)s can be on no valid panel (%(what)s). What keeps them off: %(quotas)s.") % told


def change(entry: Mapping[str, Any]) -> str:
    """Return one change of a quota that helps: what to ask for instead, and why where the pool says why."""
    (low, high), (new_low, new_high) = entry["before"], entry["after"]
    told = {"what": named(entry["facet"], entry["value"]), "old": low, "new": new_low}
    if new_low < low and entry["held"] < low:
        why = ngettext("the pool has %(n)s person like that", "the pool has %(n)s people like that", entry["held"])
        told["why"] = why % {"n": number_format(entry["held"], force_grouping=True)}
        return _("%(what)s: ask for at least %(new)s instead of %(old)s; %(why)s.") % told
    if new_low < low:
        return _("%(what)s: ask for at least %(new)s instead of %(old)s.") % told
    return _("%(what)s: allow up to %(new)s instead of %(old)s.") % {**told, "old": high, "new": new_high}


def trouble(told: Mapping[str, Any]) -> str:
    """Return why there is no lottery, and what to do next."""
    if told["code"] == "pool_too_large":
        return too_many(told["details"]["people"])
    said = {
        "infeasible": _("No group of this size can meet all the quotas at once."),
        "bad_size": _("Ask for at least one person."),
        "size_above_pool": _("You ask for %(size)s people, and the pool has %(people)s. Ask for fewer, or widen the pool."),
        "minimums_above_size": _("The minimums of “%(facet)s” add up to %(total)s, more than the %(size)s seats. Lower some."),
        "maximums_below_size": _("The maximums of “%(facet)s” add up to %(total)s, fewer than the %(size)s seats. Raise some."),
        "timed_out": _("No valid group was found in the time allowed. Allow more time, or loosen a quota."),
        "too_many_types": _(
            "The pool has %(types)s different kinds of people, too many for a published lottery (at most %(most)s)."
            " Balance fewer facets, or choose the rule “one sample”."
        ),
        "size_for_rule": _("A panel has %(low)s to %(high)s people. Choose another rule for a larger group."),
        "no_people": _("Nobody can be drawn now. Widen the pool."),
        "no_landing": _("The quotas leave too little room for a whole sample. Give them one more seat of slack."),
    }.get(told["code"])
    if said is None:
        return _("There is no lottery for these wishes (%(code)s). Change the size or the quotas.") % {"code": told["code"]}
    try:
        return str(said % told["details"]) if "%(" in said else str(said)
    except KeyError:
        return str(said)


def too_many(people: int) -> str:
    """Return why a pool is too large for a page, and what to do instead."""
    told = {"people": number_format(people, force_grouping=True), "most": number_format(MOST_PEOPLE, force_grouping=True)}
    return _(
        "The pool has %(people)s people. A proof names everybody by a number, and with more than %(most)s it is no file that a"
        " reader’s browser could check. Narrow the pool; or draw from a list by command, which has no such limit:"
        " bin/allears selection draw."
    ) % told
