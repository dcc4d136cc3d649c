"""Recompute the ledger of words and every lottery on record; exit 1 and name the first thing that does not hold."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from allears.studies.selection.checking import check_all
from allears.verbatims.verify import verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    report, lots = verify(), check_all()
    if args.json:
        print(json.dumps({**asdict(report), "lotteries": asdict(lots)}))
    elif report.broken:
        print(f"BROKEN: {report.broken}\n{report.checked:,} verbatims were checked before it.")
    else:
        print(f"{report.checked:,} verbatims in {report.blocks:,} blocks were checked: every one stands as spoken.")
        if report.unsealed:
            print(f"{report.unsealed:,} of them are new and not sealed yet: a worker (`allears serve`) does it in seconds.")
        print(f"Head of the chain: {report.head or 'none yet'}. Write it down elsewhere: it proves all before it.")
    if lots.broken and not args.json:
        print(f"BROKEN: {lots.broken}")
    elif lots.checked and not args.json:
        print(f"{lots.checked:,} lotteries were recomputed: every commitment and every draw holds.")
    return 1 if report.broken or lots.broken else 0
