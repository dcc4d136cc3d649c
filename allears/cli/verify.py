"""Recompute every digest and every block of the ledger of words; exit 1 and name the first row that does not hold."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from allears.verbatims.verify import verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    report = verify()
    if args.json:
        print(json.dumps(asdict(report)))
    elif report.broken:
        print(f"BROKEN: {report.broken}\n{report.checked:,} verbatims were checked before it.")
    else:
        print(f"{report.checked:,} verbatims in {report.blocks:,} blocks were checked: every one stands as spoken.")
        if report.unsealed:
            print(f"{report.unsealed:,} of them are new and not sealed yet; that takes a few seconds.")
        print(f"Head of the chain: {report.head or 'none yet'}. Write it down elsewhere: it proves all before it.")
    return 1 if report.broken else 0
