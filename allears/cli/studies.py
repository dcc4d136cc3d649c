"""List the studies, oldest first: slug, title and state (draft, open, closed)."""

from __future__ import annotations

import argparse
import json

from allears.studies.models import Study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a list of objects")


def run(args: argparse.Namespace) -> int:
    rows = Study.objects.order_by("created_at", "pk").values("slug", "title", "state")
    if args.json:
        print(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        print(f"{row['state']:<7} {row['slug']}  {row['title']}")
    return 0
