"""The verbs of the lottery: describe, find, commit, draw, invite, redraw, publish.

Each looks again under the selection's lock, because two people may press a button at once. What is refused says what to
do first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from allears.core import audit, progress
from allears.core.clock import now, today
from allears.core.models import Job, User
from allears.people.models import Person
from allears.selection import SelectionError, accepted, draw, propose, token
from allears.selection.checker import pool_hash
from allears.selection.plan import MOST_TYPES, PANEL_SIZES
from allears.selection.proof import type_entry
from allears.studies import rounds
from allears.studies.models import Study
from allears.studies.selection import pool as pools
from allears.studies.selection.forgetting import forget_members
from allears.studies.selection.models import (
    Commitment,
    Draw,
    PoolMember,
    Prepared,
    Publication,
    Rule,
    Selection,
    new_salt,
)
from allears.studies.selection.queries import Standing, account_of, standing

CHANGEABLE = ("size", "rule", "criteria", "rested", "minutes", "facets", "carries", "seconds")
POOL_PARTS = ("format", "rule", "facets", "quotas", "pool")
A_PIECE = 5_000  # people between two words about how far it is
Member = tuple[int, int, str, int, str]  # selection, person, token, place, chance
DRAWN_PARTS = ("seed", "ticket", "seats", "selected", "landing")


class Refused(Exception):
    """The lottery is not where this needs it to be; the words say what to do first."""


class Fixed(Refused):
    """The lottery is committed: nothing about it changes any more."""


class NotFound(Refused):
    """No lottery has been found yet for the selection as it stands."""


class PoolChanged(Refused):
    """Who may be drawn is not who the lottery was found for."""


class NotCommitted(Refused):
    """There is no commitment that waits for a seed."""


class NotDrawn(Refused):
    """Nobody has been drawn yet."""


class NobodyDeclined(Refused):
    """There is no empty seat to draw again."""


class BadSeed(Refused):
    """This seed could have been known before the lottery was committed, or is none."""


def describe(*, study: Study, by: User, minutes: float | Decimal, **fields: Any) -> Selection:
    """Return a new selection for `study`, with quotas in proportion to the customer base.

    All people are counted before anything is locked, so that others write meanwhile.
    """
    criteria = fields.pop("criteria", None) or study.criteria or {"kind": "customer"}
    kind = str(criteria.get("kind") or "customer")
    fields.setdefault("facets", [facet.key for facet in pools.to_begin_with(kind)])
    selection = Selection(study=study, made_by=by, criteria=criteria, minutes=minutes, **_known(fields))
    selection.quotas = proposal(selection)
    with transaction.atomic():
        selection.save()
        audit.record(by=by, verb="studies.selection_described", target=selection, study=study.pk, size=selection.size)
    return selection


def change(*, selection: Selection, by: User, **fields: Any) -> Selection:
    """Change what stands in `fields`; quotas are proposed anew where size, facets or base are others. Raises `Fixed`.

    All people are counted before anything is locked; where somebody was faster, once more.
    """
    known = _known(fields)
    while True:
        wanted = Selection.objects.select_related("study").get(pk=selection.pk)
        changed = [name for name, value in known.items() if getattr(wanted, name) != value]
        for name in changed:
            setattr(wanted, name, known[name])
        if {"size", "facets", "criteria", "carries"} & set(changed):
            wanted.quotas = proposal(wanted)
        with transaction.atomic():
            if _open(selection).version != wanted.version:
                continue
            if changed:
                _save(wanted, [*changed, "quotas"])
                audit.record(by=by, verb="studies.selection_changed", target=wanted, fields=sorted(changed))
            return wanted


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(fields) - set(CHANGEABLE):
        raise TypeError(f"a selection has no {', '.join(sorted(unknown))} to set here")
    return fields


def _open(selection: Selection) -> Selection:
    """Return the selection under its lock. Raises `Fixed` when it was committed."""
    locked = _locked(selection)
    if locked.commitments.exists():
        raise Fixed(_("This lottery is committed and does not change any more. Begin another one."))
    return locked


def _locked(selection: Selection) -> Selection:
    return Selection.objects.select_for_update(of=("self",)).select_related("study").get(pk=selection.pk)


def _save(selection: Selection, fields: list[str]) -> None:
    """Save, and forget the lottery that was found for what stood there before."""
    selection.version += 1
    selection.save(update_fields=[*fields, "version"])
    Prepared.objects.filter(selection=selection).delete()


def proposal(selection: Selection) -> list[dict[str, Any]]:
    """Return quotas in proportion to the customer base: floor and ceiling with one seat of slack, by keys.

    Whoever gave no value of a facet may be of any: so at least is the share of all, at most that of who gave one, and
    the quotas take no seat from those of whom little is known. In a group larger than a panel, seats that earlier
    panels owe are added; in a panel they weigh in what is heard.
    """
    names = pools.naming(selection.facets)
    base = pools.base_of(selection, names)
    if not base:
        return []
    panel = rule_of(selection, 0) == Rule.PANEL
    carried = None if panel else account_of(selection, base).owed
    fewest = propose(pools.with_unknown(base, selection.kind), selection.size, carried=carried).bounds
    quotas = propose(base, selection.size, carried=carried)
    keys = {(names.names[f], name): (f, v) for (f, v), name in names.values.items()}
    return [
        {"facet": keys[facet, value][0], "value": keys[facet, value][1], "min": fewest[facet][value][0], "max": high}
        for facet, value, _low, high in quotas
    ]


def rule_of(selection: Selection, types: int) -> str:
    """Return the rule that is meant: "auto" is a panel for a few, else whole panels where they can be listed."""
    if selection.rule != Rule.AUTO:
        return str(selection.rule)
    if PANEL_SIZES[0] <= selection.size <= PANEL_SIZES[1]:
        return str(Rule.PANEL)
    return str(Rule.LEXIMIN if types <= MOST_TYPES else Rule.SAMPLE)


@transaction.atomic
def set_quotas(*, selection: Selection, by: User, quotas: list[dict[str, Any]]) -> Selection:
    """Keep these quotas: a minimum and a maximum for each value, by keys. Raises `Fixed`."""
    selection = _open(selection)
    if selection.quotas != quotas:
        selection.quotas = quotas
        _save(selection, ["quotas"])
        audit.record(by=by, verb="studies.selection_quotas_set", target=selection, lines=len(quotas))
    return selection


def propose_quotas(*, selection: Selection, by: User) -> Selection:
    """Put the proposal in the place of the quotas that stand there. Raises `Fixed`."""
    return set_quotas(selection=selection, by=by, quotas=proposal(selection))


@transaction.atomic
def apply_changes(*, selection: Selection, by: User) -> Selection:
    """Loosen the quotas as the explanation of an infeasible pool says. Raises `Fixed`, `NotFound`."""
    locked = _open(selection)
    found = Prepared.objects.filter(selection=locked).first()
    changes = (found.trouble or {}).get("changes") if found else None
    if not changes:
        raise NotFound(_("There is no change to apply: look for a lottery first."))
    names = pools.naming(locked.facets)
    wanted = {names.keys_of(c["facet"], c["value"]): c["after"] for c in changes}
    quotas = [
        {**line, "min": wanted[key][0], "max": wanted[key][1]} if (key := (line["facet"], line["value"])) in wanted else line
        for line in locked.quotas
    ]
    return set_quotas(selection=locked, by=by, quotas=quotas)


@transaction.atomic
def withdraw(*, selection: Selection, by: User) -> None:
    """Throw a selection away that was never committed. Raises `Fixed`."""
    locked = _open(selection)
    audit.record(by=by, verb="studies.selection_thrown_away", target=locked, study=locked.study_id)
    locked.delete()


@transaction.atomic
def ask_for_lottery(*, selection: Selection, by: User, next_url: str = "") -> Job:
    """Look for the fairest lottery in the background and return the job. Raises `Fixed`."""
    from allears.studies.tasks import find_lottery

    locked = _open(selection)
    Prepared.objects.filter(selection=locked).delete()
    audit.record(by=by, verb="studies.lottery_asked", target=locked, seconds=locked.seconds)
    return progress.ask_for(
        find_lottery, kind="studies.lottery", title=_("The fairest lottery for “%(title)s”") % {"title": locked.study.title},
        by=by, unit=_("seconds"), total=locked.seconds, next_url=next_url, next_words=_("See the lottery"), selection=locked.pk,
        version=locked.version,
    )  # fmt: skip


@transaction.atomic
def ask_for_looser_redraw(*, selection: Selection, by: User, next_url: str = "") -> Job:
    """Look again for the lottery of the empty seats, with quotas loosened as the explanation says; that is on record.

    Raises `NotFound` when there is no explanation to follow, and what `ask_for_redraw` raises.
    """
    locked = _locked(selection)
    found = standing(locked)
    trouble = (found.prepared.trouble if found.prepared else None) or {}
    if not found.commitments or not trouble.get("changes"):
        raise NotFound(_("There is no change to apply: look for a lottery first."))
    lines = loosened(found.proof(), trouble["changes"])
    declined = trouble["declined"]
    return ask_for_redraw(selection=locked, by=by, declined=declined, quotas=lines, next_url=next_url)


def loosened(proof: dict[str, Any], changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the proof's quotas, each bound given way by as many seats as `changes` (of what is left of them) ask for."""
    given = {(c["facet"], c["value"]): (c["before"][0] - c["after"][0], c["after"][1] - c["before"][1]) for c in changes}
    lines = proof["rounds"][-1]["quotas"] or proof["quotas"]
    return [
        {**line, "min": max(0, line["min"] - less), "max": line["max"] + more}
        for line in lines
        for less, more in [given.get((line["facet"], line["value"]), (0, 0))]
    ]


@transaction.atomic
def ask_for_redraw(
    *,
    selection: Selection,
    by: User,
    declined: Iterable[str],
    quotas: list[dict[str, Any]] | None = None,
    next_url: str = "",
) -> Job:
    """Look for the lottery of the seats that became empty, by the same rules. Raises `NotDrawn`, `NobodyDeclined`.

    `declined`: tokens of who was drawn and cannot or would rather not come. `quotas` are looser ones, for the record.
    """
    from allears.studies.tasks import find_redraw

    locked = _locked(selection)
    found = standing(locked)
    if not found.commitments or found.waiting:
        raise NotDrawn(_("Draw the lottery that is committed first."))
    gone = sorted(set(declined) & set(accepted(found.proof())))
    if not gone:
        raise NobodyDeclined(_("Say whose seat is empty: choose at least one of those who were drawn."))
    Prepared.objects.filter(selection=locked).delete()
    _next_version(locked)
    audit.record(by=by, verb="studies.redraw_asked", target=locked, seats=len(gone), loosened=quotas is not None)
    return progress.ask_for(
        find_redraw, kind="studies.redraw", title=_("A lottery for the empty seats of “%(title)s”") % {"title":
        locked.study.title}, by=by, unit=_("seconds"), total=locked.seconds, next_url=next_url,
        next_words=_("See the lottery"), selection=locked.pk, version=locked.version, declined=gone, quotas=quotas,
    )  # fmt: skip


def _next_version(selection: Selection) -> None:
    selection.version += 1
    selection.save(update_fields=["version"])


@transaction.atomic
def salt_of(selection: Selection) -> str:
    """Return the secret that numbers are made with; a new one where it went because somebody was erased while the pool
    was written down for a commitment that was then not made.
    """
    locked = _locked(selection)
    if not locked.salt and not locked.commitments.exists():
        locked.salt = new_salt()
        locked.save(update_fields=["salt"])
    return locked.salt


@transaction.atomic
def keep_found(
    *, selection: Selection, version: int, number: int, proof: dict[str, Any] | None, facts: dict[str, Any],
    trouble: dict[str, Any] | None,
) -> bool:  # fmt: skip
    """Keep what a search found, unless the selection has changed since it began; return whether it was kept."""
    locked = _locked(selection)
    if locked.version != version or locked.commitments.count() != number:
        return False
    Prepared.objects.update_or_create(
        selection=locked,
        defaults={"number": number, "proof": proof, "facts": facts, "trouble": trouble, "at": now()},
    )
    return True


def ask_to_commit(*, selection: Selection, by: User, next_url: str = "") -> Job:
    """Do what `commit_lottery` does in the background, for a pool in which that takes a while; return the job."""
    from allears.studies.tasks import commit_in_background

    people = _ready(standing(selection)).facts.get("people")
    return progress.ask_for(
        commit_in_background, kind="studies.commit", title=_("The commitment for “%(title)s”") % {"title":
        selection.study.title}, by=by, unit=_("people"), total=people, next_url=next_url, next_words=_("See the commitment"), selection=selection.pk,
    )  # fmt: skip


def commit_lottery(*, selection: Selection, by: User, told: Callable[[int], None] = lambda people: None) -> Commitment:
    """Fix pool and lottery, before any seed. Raises `NotFound`, `NotCommitted` (one waits already), `PoolChanged`.

    The pool is read and everybody gets their number before anything is locked; a large one is then written down piece by
    piece, so that others write in between. It counts once the commitment stands, which comes last. `told` hears after
    each piece of how many people all is done, read and written each counting half.
    """
    looked = _ready(standing(selection))
    members = [] if looked.number else _members(selection, looked.proof or {}, told)
    if len(members) <= A_PIECE:
        return _commit(selection, by, looked, members)
    looked = _begin_pool(selection, looked)
    try:
        for at in range(0, len(members), A_PIECE):
            _freeze_some(selection, looked, members[at : at + A_PIECE])
            told((len(members) + min(at + A_PIECE, len(members))) // 2)
        return _commit(selection, by, looked, [])
    except Exception:
        _give_up_pool(selection, looked)
        raise


@transaction.atomic
def _begin_pool(selection: Selection, looked: Prepared) -> Prepared:
    """Take the turn: who began before is overtaken, and what they wrote is thrown away."""
    locked = _in_turn(selection, looked)
    looked.at = max(now(), looked.at + timedelta(microseconds=1))
    looked.save(update_fields=["at"])
    PoolMember.objects.filter(selection=locked).delete()
    return looked


@transaction.atomic
def _freeze_some(selection: Selection, looked: Prepared, members: list[Member]) -> None:
    _freeze_pool(_in_turn(selection, looked), members)


@transaction.atomic
def _give_up_pool(selection: Selection, looked: Prepared) -> None:
    """Throw away what was written of a pool that was not committed, unless somebody else is writing it anew."""
    locked = _locked(selection)
    others = Prepared.objects.filter(selection=locked).exclude(pk=looked.pk, at=looked.at)
    if not locked.commitments.exists() and not others.exists():
        PoolMember.objects.filter(selection=locked).delete()


def _in_turn(selection: Selection, looked: Prepared) -> Selection:
    """Return the selection under its lock while `looked` is what stands to be committed. Raises as `_ready`, `PoolChanged`."""
    locked = _locked(selection)
    if not Prepared.objects.filter(selection=locked, pk=looked.pk, at=looked.at).exists():
        _ready(standing(locked))
        raise PoolChanged(_("Another lottery was found meanwhile, or somebody else is committing this one. Look at it again."))
    return locked


def _ready(found: Standing) -> Prepared:
    """Return the lottery that can be committed now. Raises `NotFound`, `NotCommitted`."""
    if found.waiting:
        raise NotCommitted(_("A lottery is committed already and waits for its seed."))
    if found.prepared is None or found.prepared.proof is None or found.prepared.number != len(found.commitments):
        raise NotFound(_("There is nothing to commit yet: look for a lottery first."))
    return found.prepared


@transaction.atomic
def _commit(selection: Selection, by: User, looked: Prepared, members: list[Member]) -> Commitment:
    locked = _in_turn(selection, looked)
    proof, first = looked.proof or {}, not looked.number
    if members:
        _freeze_pool(locked, members)
    made = Commitment.objects.create(
        selection=locked,
        number=looked.number,
        digest=proof["rounds"][-1]["commitment"],
        pool_hash=proof["pool"]["hash"],
        pool={name: proof[name] for name in POOL_PARTS} if first else None,
        lottery=proof["rounds"][-1],
        facts=looked.facts,
        by=by,
    )
    Prepared.objects.filter(pk=looked.pk).delete()
    audit.record(by=by, verb="studies.lottery_committed", target=locked, number=made.number, digest=made.digest)
    return made


def _members(selection: Selection, proof: dict[str, Any], told: Callable[[int], None]) -> list[Member]:
    """Return who is in the pool. Raises `PoolChanged` when it is not the pool that the lottery was found for."""
    names = pools.naming(selection.facets)
    salt = Selection.objects.values_list("salt", flat=True).get(pk=selection.pk)
    read, ids = pools.with_ids(pools.people_of(selection), names)
    tokens: dict[str, str] = {}
    for number, ref in enumerate(ids, start=1):
        tokens[ref] = token(salt, ref)
        if number % A_PIECE == 0:
            told(number // 2)
    changed = PoolChanged(
        _("Who may be drawn has changed since the lottery was found (somebody came, was asked, or said no). Find it anew.")
    )
    try:
        pool = read.only(tuple(proof["facets"]))
    except SelectionError:
        raise changed from None
    if pool_hash([type_entry(pool, at, salt, tokens) for at in range(len(pool.types))]) != proof["pool"]["hash"]:
        raise changed
    chances = _chances(proof)
    return [
        (selection.pk, ids[ref], tokens[ref], at, chances[at])
        for at, refs in enumerate(pool.members or ())
        for ref in refs
    ]


def _freeze_pool(selection: Selection, members: list[Member]) -> None:
    """Write down these members of the pool; who was erased since it was read is a number that leads to nobody."""
    columns = "selection_id, person_id, token, place, chance"
    table = PoolMember._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s)", members)  # noqa: S608
    if connection.vendor == "postgresql":
        connection.check_constraints()  # waits for whoever is erasing one of them at this moment, so that the next line sees it
    gone = Person.objects.filter(pk__in=[person for _selection, person, *_rest in members], erased_at__isnull=False)
    forget_members(PoolMember.objects.filter(selection=selection, person__in=list(gone)))


def _chances(proof: dict[str, Any]) -> list[str]:
    """Everybody's chance in the first draw, per type, as the proof's own numbers say."""
    round_, types = proof["rounds"][0], proof["pool"]["types"]
    parts = [0] * len(types)
    if round_["targets"]:
        unit, parts = round_["targets"]["unit"], round_["targets"]["seats"]
    else:
        unit = sum(panel["tickets"] for panel in round_["lottery"])
        for panel in round_["lottery"]:
            for at, seats in panel["seats"]:
                parts[at] += seats * panel["tickets"]
    return [str(Fraction(part, unit * type_["people"])) for part, type_ in zip(parts, types, strict=True)]


@transaction.atomic
def draw_lottery(
    *, selection: Selection, by: User, seed: str, source: str = "", source_on: date | None = None
) -> Draw:
    """Draw the committed lottery with this seed, once. Raises `NotCommitted`, `BadSeed`.

    `source` and `source_on` name the dated public source that the seed was taken from; without them it was typed before
    witnesses. A source dated before the commitment could have been known, so it is refused.
    """
    locked = _locked(selection)
    found = standing(locked)
    waiting = found.waiting
    if waiting is None:
        raise NotCommitted(_("There is no lottery to draw: it has to be committed first, and each is drawn once."))
    seed = seed.strip()
    if not seed:
        raise BadSeed(_("Type the seed: any text that nobody could know when the lottery was committed."))
    if source_on and not localdate(waiting.at) <= source_on <= today():
        raise BadSeed(_("The source has to be of a day since the commitment and not yet to come."))
    if waiting.digest in seed:
        raise BadSeed(_("The seed holds the commitment itself, which was known. Take another."))
    try:
        proof = draw(found.proof(), seed)
    except SelectionError as error:
        raise BadSeed(str(error)) from error
    round_ = proof["rounds"][-1]
    made = Draw.objects.create(
        commitment=waiting, seed=seed, source=source.strip(), source_on=source_on, by=by,
        result={name: round_[name] for name in DRAWN_PARTS if name in round_},
    )  # fmt: skip
    audit.record(
        by=by, verb="studies.lottery_drawn", target=locked, number=waiting.number,
        seed_digest=hashlib.sha256(seed.encode()).hexdigest(),
    )  # fmt: skip
    return made


def ask_to_invite_drawn(
    *, selection: Selection, by: User, minutes: float | Decimal, override_reason: str = "", next_url: str = ""
) -> Job:
    """Invite everybody who holds a seat, in the background. Raises `NotDrawn`, `inviting.NotOpen`."""
    found = standing(selection)
    if not found.drawn:
        raise NotDrawn(_("Nobody has been drawn yet."))
    return rounds.ask_to_invite(
        study=selection.study, people=Person.objects.filter(pk__in=holders(found)), by=by, minutes=minutes,
        override_reason=override_reason, next_url=next_url, next_words=_("See the lottery"), selection=selection,
    )  # fmt: skip


def holders(found: Standing) -> list[int]:
    """Return the ids of those who hold a seat: drawn and not drawn again; as they stand today if rows were merged."""
    rows = PoolMember.objects.filter(selection=found.selection, token__in=accepted(found.proof()))
    return [row.person.merged_into_id or row.person_id for row in rows.select_related("person")]


@transaction.atomic
def publish_proof(*, selection: Selection, by: User) -> Publication:
    """Put the proof where everybody can read it; a second time changes nothing. Raises `NotCommitted`."""
    locked = _locked(selection)
    if not locked.commitments.exists():
        raise NotCommitted(_("There is no proof yet: commit the lottery first."))
    made, new = Publication.objects.get_or_create(selection=locked, withdrawn_at=None, defaults={"by": by})
    if new:
        audit.record(by=by, verb="studies.proof_published", target=locked)
    return made


@transaction.atomic
def withdraw_proof(*, selection: Selection, by: User) -> None:
    """Take the proof off the public page; who has a copy can go on checking it."""
    locked = _locked(selection)
    gone = Publication.objects.filter(selection=locked, withdrawn_at=None).update(withdrawn_at=now(), withdrawn_by=by)
    if gone:
        audit.record(by=by, verb="studies.proof_withdrawn", target=locked)
