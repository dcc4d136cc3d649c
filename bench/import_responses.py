"""How long do 100,000 responses take to come in and to go out, and how much memory?

    python bench/import_responses.py [--rows 100000] [--keep FOLDER]

Makes a file such as Alchemer exports (ten questions: two long texts, three boxes, choices, several choices, a
scale), imports it into an empty installation of its own, imports it again, exports it and verifies the ledger.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADER = [
    "Time Started", "Date Submitted", "Status", "How often do you use it?", "What, if anything, hinders you?",
    "Aspect #1:What makes it pleasant to use?", "Aspect #2:What makes it pleasant to use?",
    "Aspect #3:What makes it pleasant to use?", "How do you run it?", "Other - Write In:How do you run it?",
    "Select all the words that fit.", "How long have you used it?", "How likely are you to recommend it to a friend?",
    "In which year did you begin?", "What should change, and why?",
]  # fmt: skip
WORDS = [
    "because",
    "the",
    "order",
    "of",
    "what",
    "I",
    "did",
    "is",
    "lost",
    "whenever",
    "I",
    "come",
    "back",
    "to",
    "it",
    "and",
    "nobody",
    "in",
    "my",
    "team",
    "can",
    "tell",
    "what",
    "ran",
    "first",
    "so",
    "we",
    "send",
    "each",
    "other",
    "pictures",
    "of",
    "the",
    "screen",
    "instead",
    "of",
    "the",
    "work",
    "itself",
    "which",
    "is",
    "quick",
    "but",
    "not",
    "kind",
]
FITTING = ["comfortable", "intuitive", "convenient", "simple", "cool", "complicated", "quick", "flexible"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder for the installation; by default one that goes away")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(args.rows, args.keep or Path(folder))


def _measure(rows: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "responses.csv"
    _write(file, rows)
    os.environ["ALLEARS_DATA"] = str(folder / "var")
    print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")
    _run("migrate")
    command = ["import-responses", str(file), "--study", "bench", "--create", "--json"]
    for label in ("import", "again"):
        report = json.loads(_run(*command, label=label))
        print(f"  {report['responses']:,} responses, {report['verbatims']:,} words, new: {report['new']}")
    _run("export", "--study", "bench", "--out", str(folder / "out"), label="export")
    print(_run("verify", label="verify").strip())


def _run(*command: str, label: str = "") -> str:
    """Run a command of Allears; print how long it took and the most memory it held."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "allears.cli.main", *command], check=True, stdout=subprocess.PIPE, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if label:
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        peak = after.ru_maxrss / 1024
        print(f"{label}: {time.monotonic() - began:.1f} s, {cpu:.1f} s of CPU, at most {peak:.0f} MB so far")
    return done.stdout


def _write(file: Path, rows: int) -> None:
    dice = random.Random(4)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(rows):
            writer.writerow(_row(dice, number))


def _row(dice: random.Random, number: int) -> list[str]:
    began = (
        f"2015-{number % 12 + 1:02}-{number // 12 % 28 + 1:02} {number % 24:02}:{number % 60:02}:{number // 60 % 60:02}"
    )
    other = dice.random() < 0.1
    return [
        began, began, "Complete" if dice.random() < 0.6 else "Partial",
        dice.choice(["Daily", "Weekly", "Monthly", "Less often than monthly"]),
        _said(dice, 25, 0.5), _said(dice, 4, 0.5), _said(dice, 4, 0.4), _said(dice, 4, 0.2),
        "Other - Write In" if other else dice.choice(["On my own computer", "On a server"]),
        _said(dice, 5, 0.9) if other else "",
        ";".join(word for word in FITTING if dice.random() < 0.4),
        dice.choice(["Less than one year", "One year or more"]),
        str(dice.randrange(11)), str(dice.randrange(1995, 2016)), _said(dice, 30, 0.4),
    ]  # fmt: skip


def _said(dice: random.Random, most: int, share: float) -> str:
    if dice.random() > share:
        return ""
    return " ".join(dice.choices(WORDS, k=dice.randrange(1, most + 1)))


if __name__ == "__main__":
    main()
