"""The lottery on the command line: `selection draw | chances | verify | explain`, for scripts and for people."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from allears.selection.checker import Wrong, is_open, verdict
from allears.selection.errors import UNMEETABLE, Infeasible, SelectionError
from allears.selection.explain import explain_infeasible, percent
from allears.selection.plan import CLOSE, RULES, Plan, prepare
from allears.selection.pool import Pool
from allears.selection.problem import as_arrays
from allears.selection.proof import chosen, commit, draw, dumps, loads, public, verify
from allears.selection.quotas import Quotas
from allears.selection.solver import Budget, unlimited

DONE, FAILED, MISUSED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the four commands."""
    commands = parser.add_subparsers(dest="selection_command", required=True, metavar="COMMAND")
    drawing = commands.add_parser("draw", help="draw people by lot, with a proof that anybody can check")
    ask_for_pool(drawing)
    drawing.add_argument("--seed", required=True, help="a text that nobody could choose after seeing the lottery")
    drawing.add_argument("--salt", default="", help="a secret that hides ids in the proof; a sealed copy needs one")
    drawing.add_argument("--proof", type=Path, metavar="OUT.json", help="where to write the full proof")
    drawing.add_argument("--public-proof", type=Path, metavar="OUT.json", help="where to write the sealed copy")
    chances = commands.add_parser("chances", help="everybody's chance, without drawing")
    ask_for_pool(chances)
    checking = commands.add_parser("verify", help="check a proof: exit 0 if all of it holds, else 1")
    checking.add_argument("file", type=Path, metavar="PROOF.json")
    checking.add_argument("--json", action="store_true", help="answer in JSON")
    explaining = commands.add_parser("explain", help="what the quotas cost, or why no panel can meet them")
    ask_for_pool(explaining)


def ask_for_pool(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pool", required=True, type=Path, metavar="respondents.csv", help="a row per person")
    parser.add_argument(
        "--quotas", required=True, type=Path, metavar="categories.csv", help="columns category, feature, min, max"
    )
    parser.add_argument("--size", required=True, type=int, metavar="K", help="how many people to choose")
    parser.add_argument("--rule", choices=RULES, default="leximin", help="how to be fair (default: leximin)")
    parser.add_argument("--id-column", metavar="COLUMN", help="the column with ids (default: the first)")
    parser.add_argument("--time-limit", type=seconds_of, metavar="SECONDS", help="stop improving after this long")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def seconds_of(text: str) -> float:
    """Seconds to search, 0 or more. Raises ArgumentTypeError, which the parser says with exit 2."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of seconds")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Do what was asked. Exit 0: done; 1: not proven, or no panel can be drawn; 2: the input is wrong."""
    work: dict[str, Callable[[argparse.Namespace], int]] = {
        "draw": run_draw, "chances": run_chances, "verify": run_verify, "explain": run_explain
    }
    try:
        return work[args.selection_command](args)
    except Infeasible as error:
        return complain(args, error, FAILED)
    except SelectionError as error:
        return complain(args, error, MISUSED)
    except OSError as error:
        return tell(args, {"error": "file", "message": f"{error.filename}: {error.strerror}"}, MISUSED)


def complain(args: argparse.Namespace, error: SelectionError, status: int, why: Sequence[str] = ()) -> int:
    told: dict[str, object] = {"error": error.code, "message": str(error), "row": error.row, "column": error.column}
    if why or isinstance(error, Infeasible):
        told["sentences"] = list(why or getattr(error, "sentences", ()))
    return tell(args, told, status)


def tell(args: argparse.Namespace, told: dict[str, object], status: int) -> int:
    """Say what went wrong: to scripts on standard output, to people on standard error."""
    if args.json:
        print(json.dumps({"row": None, "column": None, **told}, ensure_ascii=False))
    else:
        print(told["message"], file=sys.stderr)
    return status


def read(args: argparse.Namespace) -> tuple[Pool, Quotas]:
    told = Quotas.read(args.quotas)
    quotas = replace(told, bounds=dict(sorted(told.bounds.items())))  # the order of lines changes nothing
    return Pool.read(args.pool, quotas, id_column=args.id_column), quotas


def plan_for(args: argparse.Namespace) -> tuple[Plan, float]:
    """The plan and how many seconds it took, reading the files not counted."""
    pool, quotas = read(args)
    started = time.monotonic()
    plan = prepare(pool, quotas, args.size, rule=args.rule, budget=countdown(args.time_limit))
    return plan, time.monotonic() - started


def countdown(seconds: float | None) -> Budget:
    """The command owns the clock; the library is handed what is left of the time."""
    if seconds is None:
        return unlimited
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def summary(plan: Plan, seconds: float) -> dict[str, object]:
    told: dict[str, object] = {
        "rule": plan.rule,
        "people": plan.pool.people,
        "types": len(plan.pool.types),
        "min_chance": float(plan.least),
        "bound": float(plan.certificate.bound),
        "bound_exact": str(plan.certificate.bound),
        "certified": plan.certified,
        "gap": float(plan.gap),
        "on_no_panel": sum(plan.pool.sizes[entry.type] for entry in plan.barred),
        "seconds": round(seconds, 4),
    }
    if plan.coverage is not None:
        told["coverage"] = float(plan.coverage.expected)
        told["coverage_bound"] = float(plan.coverage.bound.bound)
        told["coverage_gap"] = float(plan.coverage.gap)
        told["share_of_best_coverage"] = float(plan.coverage.share_of_best)
    return told


def run_draw(args: argparse.Namespace) -> int:
    if args.public_proof and not args.salt:
        raise SelectionError("no_salt")
    plan, seconds = plan_for(args)
    proof = draw(commit(plan, salt=args.salt), args.seed)
    for path, told in ((args.proof, proof), (args.public_proof, public(proof))):
        if path:
            path.write_text(dumps(told), encoding="utf-8")
    round_ = proof["rounds"][0]
    selected = chosen(proof, plan.person_chances(), salt=args.salt)
    facts = {"selected": selected, **summary(plan, seconds), "commitment": round_["commitment"]}
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
        return DONE
    print("\n".join(selected))
    print(fairness(plan), file=sys.stderr)
    return DONE


def fairness(plan: Plan) -> str:
    """One sentence on how fair the lottery is."""
    least, bound = percent(plan.least), percent(plan.certificate.bound)
    if plan.coverage is not None:
        return f"Least chance {least}; {percent(plan.coverage.share_of_best)} of the best coverage there is{rest(plan)}."
    if plan.certified:
        return f"Least chance {least}: proven that no lottery promises the least lucky more."
    return f"Least chance {least}; nobody could promise the least lucky more than {bound}."


def rest(plan: Plan) -> str:
    """What a panel's lottery is short of: nothing, or its gap."""
    assert plan.coverage is not None
    if plan.certified:
        return ": proven that no lottery that leaves everybody as much covers more"
    unfair = 1 - plan.gap < plan.coverage.alpha * (1 - CLOSE)
    short = f", and not everybody has {percent(plan.coverage.alpha)} of the best least chance" if unfair else ""
    return f", at most {percent(plan.coverage.gap)} below what can be had with such chances{short}"


def run_chances(args: argparse.Namespace) -> int:
    plan, seconds = plan_for(args)
    chances = {person: float(chance) for person, chance in sorted(plan.person_chances().items())}
    if args.json:
        print(json.dumps({"chances": chances, **summary(plan, seconds)}, ensure_ascii=False))
        return DONE
    for person, chance in chances.items():
        print(f"{person}\t{chance:.6g}")
    print(fairness(plan), file=sys.stderr)
    return DONE


def run_verify(args: argparse.Namespace) -> int:
    raw = args.file.read_bytes()
    try:
        proof = loads(raw.decode("utf-8"))
        notes = verify(proof)
    except Exception as error:  # whatever goes wrong, the file proves nothing
        told = str(error) if isinstance(error, (Wrong, SelectionError)) else f"it cannot be read ({error!r})"
        if args.json:
            print(json.dumps({"holds": False, "first": told}, ensure_ascii=False))
        else:
            print(f"NOT PROVEN: {told}")
        return FAILED
    if args.json:
        print(json.dumps({"holds": True, "whole": is_open(proof), "notes": notes}, ensure_ascii=False))
    else:
        print(verdict(proof, notes))
    return DONE


def contradiction(args: argparse.Namespace, error: SelectionError) -> tuple[str, ...]:
    """Why the quotas of one facet cannot be met, and what would let them be."""
    return (str(error), *explain_infeasible(as_arrays(*read(args), args.size)))


def run_explain(args: argparse.Namespace) -> int:
    """Exit 0 with what the quotas cost, or 1 with why no panel meets them, and the smallest change that helps."""
    try:
        plan, _ = plan_for(args)
    except SelectionError as error:
        if error.code not in UNMEETABLE:
            raise
        why = error.sentences if isinstance(error, Infeasible) else contradiction(args, error)
        if args.json:
            return complain(args, error, FAILED, why)
        print("No panel can meet these quotas.\n" + "\n".join(why))
        return FAILED
    prices = plan.quota_prices()
    sentences = [price.sentence(plan.certificate.bound) for price in prices] + list(plan.barred_sentences())
    if args.json:
        print(json.dumps({"feasible": True, "sentences": sentences, **summary(plan, 0)}, ensure_ascii=False))
    else:
        print("\n".join([fairness(plan), *sentences]))
    return DONE


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="selection", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))
