"""Recompute the ledger of words and every lottery on record; exit 1 and name the first thing that does not hold."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from allears.studies.selection.checking import Report as Lotteries
from allears.studies.selection.checking import check_all
from allears.verbatims.verify import Report, verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--head", metavar="HASH", help="a head written down earlier, which must be in the chain")


def run(args: argparse.Namespace) -> int:
    report, lots = verify(None if args.head is None else args.head.strip().lower()), check_all()
    if args.json:
        print(json.dumps({**asdict(report), "lotteries": asdict(lots)}))
    else:
        print("\n".join([*of_words(report), *of_lotteries(lots)]))
    return 1 if report.broken or report.overdue or lots.broken else 0


def of_words(report: Report) -> list[str]:
    """Return what was found of the ledger of words, in lines."""
    verbatims = _count(report.checked, "verbatim", "verbatims")
    if report.broken:
        were = "was" if report.checked == 1 else "were"
        return [f"BROKEN: {report.broken}", f"{verbatims} {were} checked before it."]
    if not report.checked and not report.blocks:
        return ["0 verbatims were checked: no words are kept here yet, so there is nothing that could have been changed."]
    blocks = f" in {_count(report.blocks, 'block', 'blocks')}" if report.blocks else ""
    stands = "was checked: it stands as spoken." if report.checked == 1 else "were checked: every one stands as spoken."
    return [f"{verbatims}{blocks} {stands}", *_unsealed(report), *_known(report), *_head(report)]


def _unsealed(report: Report) -> list[str]:
    if report.overdue:
        return [f"BROKEN: {report.overdue}: no worker (`allears serve`) has run since, or blocks were taken away."]
    if not report.unsealed:
        return []
    all_new = "It is" if report.checked == 1 else "All of them are"
    new = _count(report.unsealed, "of them is", "of them are") if report.blocks else all_new
    return [f"{new} new and not sealed yet: a worker (`allears serve`) does it in seconds."]


def _known(report: Report) -> list[str]:
    if not report.known:
        return []
    return [f"The head that was written down is block {report.known:,} of {report.blocks:,}: nothing up to it was cut off."]


def _head(report: Report) -> list[str]:
    if not report.head:
        return []
    return [f"Head of the chain: {report.head}. Write it down elsewhere: it proves all before it."]


def of_lotteries(lots: Lotteries) -> list[str]:
    """Return what was found of the lotteries on record, in lines; none where there are none."""
    if lots.broken:
        return [f"BROKEN: {lots.broken}"]
    if not lots.checked:
        return []
    were = "was" if lots.checked == 1 else "were"
    return [f"{_count(lots.checked, 'lottery', 'lotteries')} {were} recomputed: every commitment and every draw holds."]


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
