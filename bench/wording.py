"""How often the wording check is right about real questionnaires.

    python bench/wording.py ../definitions                          # read them, count findings by rule
    python bench/wording.py ../definitions --sample judge.csv       # a sample to judge by hand, the same every time
    python bench/wording.py ../definitions --keep judge.csv         # put the verdicts of that file into the library
    python bench/wording.py ../definitions --opinions ../opinions   # with a second folder, see bench/opinions.py
    python bench/wording.py --rare ../rare --sample judge.csv       # every finding of rules that seldom speak, see bench/rare.py
    python bench/wording.py --rare ../rare --keep judge.csv         # put those verdicts into the library, beside the others
    python bench/wording.py --table                                 # precision by rule, from the judgements kept

The folder holds one folder a system (limesurvey, xlsform, qualtrics, surveyjs, typeform, googleforms). Only questions in
English are read, each text once. A third of the texts, chosen by a digest, was looked at while the rules were written.
The sample is 200 of the others, and for every rule up to 30 findings more from outside of those 200, at most three from one
file. A rule that has fewer than ten there gets all that the folder has, the third that was looked at included; those are
told apart. It also gets up to twelve findings from a second folder, questionnaires that ask for opinions; what a rule that
was mended after they were read finds there counts as looked at.
Four rules were on by default with fewer than five judged findings. Every finding that they have in a third folder is judged,
too; it was first read after the rules had been written, and nothing was changed for it.
In the file, fill the column `verdict` with right or wrong. Kept are digests and verdicts, no texts.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from allears.questionnaires.wording import RULES, Asked, Finding, check_all
from allears.questionnaires.wording import measured as standing
from bench import definitions, opinions, rare

SEED = 20261127
SAMPLE = 200
EXTRA = 30
ENOUGH = 10
OF_OPINIONS = 12
# These were wrong in the second folder, and were mended for it.
MENDED = frozenset({"leading", "loaded", "one_sided", "double_barrelled", "unbalanced_scale"})
RARE = ("leading", "loaded", "one_sided", "double_barrelled")
MANY_IN_ONE = "en-US.json"  # a file that holds many questionnaires
MOST_OF_ONE_FILE = 3  # findings of one rule; the questions of one form resemble each other
VERDICT = standing.COLUMNS.index("verdict")
Found = tuple[str, Asked, tuple[Finding, ...]]
WORDS = ("file", "text", "choices", "items", "help", "required", "kind", "words")


def main() -> None:
    options = _options()
    if options.table:
        print(table())
        return
    if options.rare:
        _rare(options)
        return
    read = definitions.read(options.folder)
    checked, asking = _checked(read), _opinions(options.opinions)
    _report(read, checked, options.json)
    if options.sample:
        _write_sample(checked, asking, options.sample)
    if options.keep:
        _keep(_made(checked, asking), options.keep, standing.OF_ALL)


def _rare(options: argparse.Namespace) -> None:
    read = definitions.read(options.rare, rare.FOLDERS, rare.READERS)
    checked = _checked(read)
    _report(read, checked, options.json)
    found = [(*row, False) for code in RARE for row in _of_rule(checked, code)]
    if options.sample:
        _write([_row(*row) for row in found], options.sample)
    if options.keep:
        _keep({standing.line_of(asked, finding, "") for _name, asked, finding, _before in found}, options.keep, standing.OF_RARE)


def _opinions(folder: Path | None) -> list[Found]:
    return _checked(definitions.read(folder, opinions.FOLDERS, opinions.READERS)) if folder else []


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the definitions are")
    parser.add_argument("--opinions", type=Path, help="where questionnaires that ask for opinions are")
    parser.add_argument("--rare", type=Path, help="where questionnaires are in which rules are looked for that seldom speak")
    parser.add_argument("--sample", type=Path, help="write the sample to judge here, with its texts")
    parser.add_argument("--keep", type=Path, help="a sample with its verdicts filled in")
    parser.add_argument("--table", action="store_true", help="print precision by rule and read nothing else")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (options.table or options.rare or options.folder):
        parser.error("say where the definitions are, or ask for --rare or --table")
    return options


def _checked(read: definitions.Read) -> list[Found]:
    return [
        (name, asked, checked.findings)
        for name, page in read.questions.items()
        for asked, checked in zip(page, check_all(page), strict=True)
    ]


def tuned_on(asked: Asked) -> bool:
    """Whether the text belongs to the third that was looked at while the rules were written."""
    return hashlib.sha256(asked.text.casefold().encode()).digest()[0] < 85


def _report(read: definitions.Read, checked: list[Found], as_json: bool) -> None:
    counts = Counter(finding.rule for _name, _asked, found in checked for finding in found)
    told = {
        "files": read.files, "not_read": read.refused, "questions": read.seen, "not_english": read.other_language,
        "texts": len(checked), "with_findings": sum(bool(found) for _name, _asked, found in checked),
        "findings": {code: counts[code] for code in RULES},
    }  # fmt: skip
    if as_json:
        print(json.dumps(told))
        return
    print(f"files {read.files}, of which could not be read {len(read.refused)}")
    for name, reason in read.refused.items():
        print(f"  {name}: {reason}")
    print(f"questions {read.seen}, not in English {read.other_language}, different texts in English {len(checked)}")
    print(f"with a finding {told['with_findings']}")
    for code in RULES:
        print(f"  {code:<18} {counts[code]:>5}")


def sample(checked: list[Found], asking: list[Found]) -> tuple[list[Found], list[tuple[str, Asked, Finding, bool]]]:
    """Return 200 questions, and further findings: up to 30 a rule from outside of them; of a rule that has fewer than ten
    everything, and up to twelve from questionnaires `asking` for opinions. Each with whether it was looked at.
    """
    rest = [row for row in checked if not tuned_on(row[1])]
    chance = random.Random(SEED)
    chance.shuffle(rest)
    chosen, others = rest[:SAMPLE], rest[SAMPLE:]
    extra: list[tuple[str, Asked, Finding, bool]] = []
    for code in RULES:
        fired, spread = _of_rule(others, code), _spread(_of_rule(others, code))[:EXTRA]
        if len(_of_rule(chosen, code)) + len(spread) < ENOUGH:
            more = _spread(_of_rule(_shuffled(asking), code))[:OF_OPINIONS]
            looked_at = _of_rule([row for row in checked if tuned_on(row[1])], code)
            extra += [(*row, False) for row in fired] + [(*row, True) for row in looked_at] + [(*row, code in MENDED) for row in more]
        else:
            extra += [(*row, False) for row in spread]
    return chosen, extra


def _shuffled(checked: list[Found]) -> list[Found]:
    return random.Random(SEED).sample(checked, len(checked))


def _of_rule(checked: list[Found], code: str) -> list[tuple[str, Asked, Finding]]:
    return [(name, asked, finding) for name, asked, found in checked for finding in found if finding.rule == code]


def _spread(fired: list[tuple[str, Asked, Finding]]) -> list[tuple[str, Asked, Finding]]:
    """Return the findings without those that are one too many from their file."""
    taken = Counter[str]()
    kept = []
    for row in fired:
        taken[row[0]] += row[0] != MANY_IN_ONE
        if taken[row[0]] <= MOST_OF_ONE_FILE:
            kept.append(row)
    return kept


def _write_sample(checked: list[Found], asking: list[Found], path: Path) -> None:
    chosen, extra = sample(checked, asking)
    rows = []
    for name, asked, found in chosen:
        rows += [_row(name, asked, finding) for finding in found] or [("",) * len(standing.COLUMNS) + _words(name, asked, "")]
    _write(rows + [_row(*row) for row in extra], path)
    print(f"{len(chosen)} questions with {sum(len(found) for _n, _a, found in chosen)} findings, and {len(extra)} findings more")


def _write(rows: list[tuple[str, ...]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*standing.COLUMNS, *WORDS))
        writer.writerows(rows)


def _row(name: str, asked: Asked, finding: Finding, looked_at: bool = False) -> tuple[str, ...]:
    said = asked.part(finding.part, finding.index)[finding.start : finding.end]
    return (*standing.line_of(asked, finding, "", looked_at), *_words(name, asked, said))


def _words(name: str, asked: Asked, said: str) -> tuple[str, ...]:
    required = "required" if asked.required else ""
    return (name, asked.text, " / ".join(asked.choices), " / ".join(asked.items), asked.help, required, asked.kind, said)


def _made(checked: list[Found], asking: list[Found]) -> set[tuple[str, ...]]:
    """The lines of all findings that are made, without a verdict."""
    made = {standing.line_of(a, f, "", tuned_on(a)) for _name, a, found in checked for f in found}
    return made | {standing.line_of(a, f, "", f.rule in MENDED) for _name, a, found in asking for f in found}


def _keep(made: set[tuple[str, ...]], path: Path, into: str) -> None:
    """Write the verdicts into the library's file `into`, for findings that are still made."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["verdict"] in ("right", "wrong")]
    lines = {tuple(row[column] for column in standing.COLUMNS) for row in rows}
    judged = sorted(line for line in lines if (*line[:VERDICT], "", *line[VERDICT + 1 :]) in made)
    with Path(standing.__file__).with_name(into).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(standing.COLUMNS)
        writer.writerows(judged)
    print(f"kept {len(judged)} judgements")


def table() -> str:
    """Return precision by rule, with what each rule rests on, as a table in Markdown."""
    heads = ["rule", "judged", "right", "precision", "95 % interval", "looked at before: right of judged", "by default", "rests on"]
    lines = [f"| {' | '.join(heads)} |", "|---|--:|--:|--:|--:|--:|---|---|"]
    for code, found in standing.measured().items():
        share, ends = found.precision, found.interval
        figures = f"{share:.2f} | {ends[0]:.2f} to {ends[1]:.2f}" if share is not None and ends else "not measured | –"
        before = f"{found.right_before} of {found.judged_before}" if found.judged_before else "–"
        default, sources = "on" if found.on_by_default else "off", "; ".join(source.short for source in RULES[code].sources)
        lines.append(f"| {code} | {found.judged} | {found.right} | {figures} | {before} | {default} | {sources} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
