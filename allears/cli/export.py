"""Write a study's responses and words into a folder: responses.csv, verbatims.jsonl and manifest.json."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from allears.cli.errors import CannotDo
from allears.questionnaires.exporting import export
from allears.studies.models import Study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, metavar="SLUG")
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder; made if there is none")
    parser.add_argument("--json", action="store_true", help="print the manifest")


def run(args: argparse.Namespace) -> int:
    study = Study.objects.filter(slug=args.study).first()
    if study is None:
        raise CannotDo(f"there is no study “{args.study}”.")
    try:
        manifest = export(study=study, folder=Path(args.out), by="the command line", told=_tell)
    except OSError as error:
        raise CannotDo(f"{args.out} cannot be written: {error.strerror}.") from error
    if args.json:
        print(json.dumps(manifest, ensure_ascii=False))
    else:
        for name, file in manifest["files"].items():
            print(f"{name}: {file['rows']:,} rows, SHA-256 {file['sha256']}")
    return 0


def _tell(rows: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{rows:,} responses", end="", file=sys.stderr, flush=True)
