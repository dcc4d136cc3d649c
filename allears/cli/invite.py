"""Invite a person to an open study and print their personal link, or send it to them.

Who is not known yet is added as a customer. Asked again, the same person gets a fresh link to the same answers and is
not counted twice.
"""

from __future__ import annotations

import argparse
import sys

from allears.cli.errors import CannotDo
from allears.studies import asking, inviting
from allears.studies.links import answering_url
from allears.studies.models import Study

WHY_NOT = {
    "no_budget": "has no minutes left in the contact budget; --because WHY asks nevertheless and puts it on record.",
    "not_contactable": "does not want to be asked.",
    "no_address": "has no e-mail address that can be written to.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, metavar="SLUG")
    parser.add_argument("--name", required=True)
    parser.add_argument("--email", required=True)
    parser.add_argument("--kind", choices=["customer", "staff", "neighbour"], default="customer")
    parser.add_argument("--language", default="", help="the person's language, for instance en")
    parser.add_argument("--because", default="", metavar="WHY", help="ask although no minutes are left")
    parser.add_argument("--print-link", action="store_true", help="print the link and send no mail")


def run(args: argparse.Namespace) -> int:
    from allears.people.actions import add_person
    from allears.people.errors import PeopleError

    study = Study.objects.select_related("owner").filter(slug=args.study).first()
    if study is None:
        raise CannotDo(f"there is no study {args.study!r}; `allears studies` lists them.")
    if not study.is_open:
        raise CannotDo(f"“{study.title}” is not open, so nobody can answer it.")
    try:
        person = add_person(by=study.owner, kind=args.kind, name=args.name, email=args.email, language=args.language)
        invitation = inviting.invite_one(
            study=study,
            person=person,
            by=study.owner,
            minutes=asking.minutes_of(study),
            override_reason=args.because,
            by_mail=not args.print_link,
        )
    except PeopleError as refusal:
        raise CannotDo(str(refusal)) from refusal
    except inviting.NotInvitable as refusal:
        raise CannotDo(f"{args.email} {WHY_NOT[refusal.why]}") from refusal
    if args.print_link:
        print(answering_url(inviting.issue_link(invitation=invitation, by="the command line")))
    elif invitation.mails.exists():
        print(f"{args.email} is invited; the letter is in the outbox.", file=sys.stderr)
    else:
        raise CannotDo(f"{args.email} was invited by a link before; --print-link gives a fresh one.")
    return 0
