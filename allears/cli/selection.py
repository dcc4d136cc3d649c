"""Check the proof of a fair draw, with the same checker that anybody can run without Allears."""

from __future__ import annotations

import argparse

from allears.selection import checker


def add_arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", required=True)
    check = commands.add_parser("check", help="recompute a proof; exit 1 and the first thing that does not hold")
    check.add_argument("proof", help="the proof's JSON file")


def run(args: argparse.Namespace) -> int:
    code: int = checker.main([args.proof])
    return code
