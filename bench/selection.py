"""Measures the fair lottery: against the library that assemblies use, for millions of people, for a few, and for bias.

    python bench/selection.py --instances DIR [--json OUT]     everything in one run, each figure beside its target

These narrow it down, alone or together:

    --against [--only NAME ...] [--runs 3] [--peer-limit 300] [--no-peer]   the instances, beside the peer
    --millions                                  ten million people: a panel of 4 and samples of 1,000
    --panel                                     a panel of 4 out of 1,000 people with 6 facets, ten pools; and with 8
    --hurried                                   a time limit of half a second under every rule
    --unbiased [3000]                           that many seeds in each regime

DIR holds a folder per instance: respondents.csv, categories.csv, meta.json ({"k": seats}) and, if known,
reference.json with earlier results. Without --instances, made-up pools are measured. The peer,
sortition-algorithms 0.12.15, is installed into an environment of its own under --cache: it is GPL software and
no part of this project. Both sides take turns, each run in a process of its own, and the medians are compared
(the peer runs once where one run takes over a minute). "Solve" is from the parsed files to the finished lottery,
after a toy of two people; "with start" is the whole process. Quiet machines give honest numbers; processor seconds
stand beside, which a busy machine disturbs less. Where the peer cannot be installed, or dies, everything else is
measured all the same, and the last table says which comparison is missing and why.

The last table has a line for each target: holds, missed, not measured, or "busy machine" where a time was missed by the
clock and not by the processor's. Exit 0 where all hold that were asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.peers import Peer, installed, last_words

PEER = "sortition-algorithms==0.12.15"
PUBLISHED = {"example_large_200": 1162.0}  # seconds for leximin, as its authors published them (commercial solver)
LONG = 60.0  # seconds: a peer that takes longer runs once
SEEDS = 3000
LIMIT, MARGIN = 0.5, 0.5  # seconds: a time limit, and by how much it may be overrun
NOT_ASKED = "not asked for"
Facts = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What is asked for, what was seen, and whether it holds; None: it was not measured, and `seen` says why.

    busy: it was missed by the clock and held by the processor's, which a quiet machine would show on both.
    """

    name: str
    seen: str
    holds: bool | None = None
    busy: bool = False

    @property
    def verdict(self) -> str:
        if self.holds is None:
            return "not measured"
        return "holds" if self.holds else "busy machine" if self.busy else "MISSED"


def in_time(name: str, facts: Facts, most: float, more: str = "", *, valid: bool = True) -> Target:
    """A target in seconds, with the processor's beside; `valid`: whether all else that is asked for holds."""
    seen = f"{facts['seconds']:.2f} s ({facts['cpu']:.2f} of a processor){more}"
    return Target(name, seen, valid and facts["seconds"] < most, valid and facts["cpu"] < most)


PEER_RUN = """
import csv, json, sys, time
folder, size = sys.argv[1], int(sys.argv[2])
from sortition_algorithms.features import read_in_features
from sortition_algorithms.people import read_in_people
from sortition_algorithms.settings import Settings
from sortition_algorithms.committee_generation.maximin import find_distribution_maximin
def rows(name):
    with open(folder + "/" + name, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), list(reader)
head, body = rows("categories.csv")
renamed = [{"feature": row["category"], "value": row["feature"], "min": row["min"], "max": row["max"]} for row in body]
features = read_in_features(["feature", "value", "min", "max"], renamed)
features = features[0] if isinstance(features, tuple) else features
head, body = rows("respondents.csv")
people = read_in_people(head, body, features, Settings(id_column="id", columns_to_keep=[]))
people = people[0] if isinstance(people, tuple) else people
toy = [{"feature": "f", "value": "a", "min": "0", "max": "1"}, {"feature": "f", "value": "b", "min": "0", "max": "1"}]
toy = read_in_features(["feature", "value", "min", "max"], toy)[0]
few = [{"id": "1", "f": "a"}, {"id": "2", "f": "b"}]
few = read_in_people(["id", "f"], few, toy, Settings(id_column="id", columns_to_keep=[]))[0]
find_distribution_maximin(toy, few, 1, [])
start, cpu = time.perf_counter(), time.process_time()
panels, shares, _ = find_distribution_maximin(features, people, size, [])
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
chances = {row["id"]: 0.0 for row in body}
for panel, share in zip(panels, shares):
    for person in panel:
        chances[str(person)] += share
print(json.dumps({"seconds": seconds, "cpu": cpu, "chances": sorted(chances.values())}))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--peer-limit", type=float, default=300.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "allears-bench")
    parser.add_argument("--against", action="store_true")
    parser.add_argument("--millions", action="store_true")
    parser.add_argument("--people", type=int, default=10_000_000)
    parser.add_argument("--panel", action="store_true")
    parser.add_argument("--hurried", action="store_true")
    parser.add_argument("--unbiased", type=int, metavar="SEEDS", nargs="?", const=SEEDS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--huge", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        return print_json(solve_one(Path(args.one[0]), int(args.one[1]), args.one[2]))
    if args.huge:
        return print_json(solve_huge(args.huge[0], int(args.huge[1]), int(args.huge[2])))
    told: Facts = {"machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0], "python": sys.version.split()[0]}}
    everything = not (args.against or args.only or args.millions or args.panel or args.hurried or args.unbiased)
    targets: list[Target] = []
    if everything or args.panel:
        told["panel"] = panels_of_four(6)
        targets += panel_targets(told["panel"])
        told["panel, 8 facets"] = panels_of_four(8)
        targets += wide_panel_targets(told["panel, 8 facets"])
    if everything or args.hurried:
        told["hurried"] = hurried()
        targets += hurried_targets(told["hurried"])
    if everything or args.millions:
        told["millions"] = millions(args.people)
        targets += millions_targets(told["millions"])
    if everything or args.unbiased:
        told["unbiased"] = unbiased(args.unbiased or SEEDS)
        targets += unbiased_targets(told["unbiased"])
    if everything or args.against or args.only:
        peer = Peer(None, NOT_ASKED) if args.no_peer else the_peer(args.cache)
        told["instances"] = compare(args, peer)
        targets += instance_targets(told["instances"], peer)
    told["targets"] = [asdict(target) for target in targets]
    print_targets(targets)
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 0 if all(target.holds or target.seen == NOT_ASKED for target in targets) else 1


def print_targets(targets: list[Target]) -> None:
    """One table: each target, what was measured, and whether it holds."""
    load = os.getloadavg()[0]
    print(f"\nTargets, beside what was measured (load of the machine now: {load:.1f} on {os.cpu_count()} cores)")
    wide = max((len(target.name) for target in targets), default=0)
    for target in targets:
        print(f"{target.verdict:13} {target.name:{wide}}  {target.seen}")


def print_json(told: Facts) -> int:
    print(json.dumps(told))
    return 0


# Against the peer ----------------------------------------------------------------------------------------------


def compare(args: argparse.Namespace, peer: Peer) -> list[Facts]:
    folders = made_up(args.cache) if args.instances is None else sorted(args.instances.iterdir())
    folders = [folder for folder in folders if (folder / "meta.json").exists()]
    folders = [folder for folder in folders if not args.only or folder.name in args.only]
    results = []
    print(f"{'instance':20}{'people':>7}{'types':>6}{'k':>5} | {'maximin s':>9}{'cpu':>7}{'peer s':>9}{'times':>7}"
          f"{'least':>10}{'peer least':>11} | {'leximin s':>9}{'cpu':>7}{'off by':>9} | proven")
    for folder in folders:
        found = compare_one(folder, peer.python, args.runs, args.peer_limit)
        results.append(found)
        print(row_of(found), flush=True)
    return results


def instance_targets(results: list[Facts], peer: Peer) -> list[Target]:
    """What is asked of the comparison; what was not measured is said."""
    failed = [found["name"] for found in results if "error" in found["maximin"] or "error" in found["leximin"]]
    solved = [found for found in results if found["name"] not in failed]
    seen = f"{len(solved)} of {len(results)}" + (f", not {', '.join(failed)}" if failed else "")
    told = [Target("every instance is answered", seen, not failed)]
    if solved:
        gap = max(found["maximin"]["gap"] for found in solved)
        slowest = max(solved, key=lambda found: found["leximin"]["seconds"])
        told.append(Target("least chance equal to the certificate", f"largest gap {gap:.1e}", gap <= 1e-6))
        told.append(in_time("no leximin over 5 s", slowest["leximin"], 5, f" at worst, {slowest['name']}"))
        off = [found["leximin"]["off_by"] for found in solved if found["leximin"]["off_by"] is not None]
        told.append(Target("leximin within 1e-4 of the references", f"at most {max(off):.1e}", max(off) <= 1e-4) if off
                    else Target("leximin within 1e-4 of the references", "no references beside the instances"))
    told += peer_targets(solved, peer)
    for found in solved:
        if found["name"] in PUBLISHED:
            faster = PUBLISHED[found["name"]] / found["leximin"]["seconds"]
            told.append(Target(f"{found['name']} 1,000 times the published time", f"{faster:,.0f}", faster >= 1000))
    return told


def peer_targets(solved: list[Facts], peer: Peer) -> list[Target]:
    """Where the peer answered, how it compares; where it should have and did not, which comparison is missing."""
    answered = [found for found in solved if "seconds" in found.get("peer", {})]
    died = [found for found in solved if "error" in found.get("peer", {}) and not found["peer"].get("slow")]
    names = ("least chance never below the peer's", "15 times faster on every instance", "40 times faster at the median")
    told = []
    if answered:
        least = min(found["maximin"]["least"] / found["peer"]["least_of_able"] for found in answered)
        times = [found["peer"]["seconds"] / found["maximin"]["seconds"] for found in answered]
        cpu = [found["peer"]["cpu"] / found["maximin"]["cpu"] for found in answered]
        middle_, of = statistics.median(times), f"on {len(answered)} instances"
        told = [
            Target(names[0], f"{least:.9f} of it, {of}", least >= 1 - 1e-6),
            Target(names[1], f"{min(times):.1f} at least, by processor {min(cpu):.1f}", min(times) >= 15),
            Target(names[2], f"{middle_:.1f}, by processor {statistics.median(cpu):.1f}", middle_ >= 40),
        ]
    else:
        why = peer.why_not or ("the peer died on each" if died else "the peer answered none in time")
        told = [Target(name, why) for name in names]
    return told + [
        Target(f"{found['name']} beside the peer", f"the peer died: {found['peer']['error']}") for found in died
    ]


def compare_one(folder: Path, peer: Path | None, runs: int, limit: float) -> Facts:
    """Both sides in turn, `runs` times; the medians of what was measured."""
    size = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["k"]
    told: dict[str, list[Facts]] = {"maximin": [], "leximin": [], "peer": []}
    for _ in range(runs):
        for rule in ("maximin", "leximin"):
            told[rule].append(run([sys.executable, __file__, "--one", str(folder), str(size), rule], 600.0))
        if peer and not any("error" in other or other["seconds"] > LONG for other in told["peer"]):
            told["peer"].append(run([str(peer), "-c", PEER_RUN, str(folder), str(size)], limit))
    found: Facts = {"name": folder.name, "k": size, **{name: middle(facts) for name, facts in told.items() if facts}}
    found["leximin"]["off_by"] = off_by(folder, found["leximin"].pop("chances", None))
    found["maximin"].pop("chances", None)
    answers = [other.pop("chances") for other in told["peer"] if "chances" in other]
    if answers and "error" not in found["maximin"]:
        able = found["maximin"]["on_no_panel"]
        found["peer"]["least"] = max(chances[0] for chances in answers)
        found["peer"]["least_of_able"] = max(chances[able] for chances in answers)
        found["peer"].pop("chances", None)
    return found


def middle(facts: list[Facts]) -> Facts:
    """The first answer with the median of each time; an error where any run failed."""
    failed = [each for each in facts if "error" in each]
    if failed:
        return failed[0]
    times = {name: statistics.median(each[name] for each in facts) for name in ("seconds", "cpu", "with_start")}
    return {**facts[0], **times, "runs": len(facts)}


def run(command: list[str], limit: float) -> Facts:
    """The JSON that a process prints last, with its whole time; {"error": ...} where it dies or (`slow`) takes too long."""
    start = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer in {limit:.0f} s", "slow": True}
    except OSError as error:
        return {"error": str(error)}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"error": last_words(done)}
    return {**json.loads(lines[-1]), "with_start": time.perf_counter() - start}


def solve_one(folder: Path, size: int, rule: str) -> Facts:
    from allears.selection import Pool, Quotas, prepare

    quotas = Quotas.read(folder / "categories.csv")
    pool = Pool.read(folder / "respondents.csv", quotas)
    rule = "sample" if len(pool.types) > 1500 else rule
    prepare(Pool.from_counts(("f",), [(("a",), 1), (("b",), 1)]), Quotas({"f": {"a": (0, 1), "b": (0, 1)}}), 1)
    start, cpu = time.perf_counter(), time.process_time()
    plan = prepare(pool, quotas, size, rule=rule)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    chances = sorted(float(chance) for chance in plan.person_chances().values())
    return {
        "seconds": seconds, "cpu": cpu, "rule": rule, "people": pool.people, "types": len(pool.types),
        "least": float(plan.least), "bound": str(plan.certificate.bound), "gap": float(plan.gap),
        "certified": plan.certified, "on_no_panel": sum(pool.sizes[entry.type] for entry in plan.barred),
        "panels": len(plan.lottery.panels) if plan.lottery else None, "chances": chances,
    }


def off_by(folder: Path, chances: list[float] | None) -> float | None:
    """The greatest difference between sorted chances and the best reference there is."""
    file = folder / "reference.json"
    if chances is None or not file.exists():
        return None
    known = json.loads(file.read_text(encoding="utf-8"))
    for name in ("prototype_leximin", "peer_leximin"):
        reference = known.get(name, {}).get("prob_sorted")
        if reference and len(reference) == len(chances):
            return max(abs(mine - theirs) for mine, theirs in zip(chances, reference, strict=True))
    return None


def row_of(found: Facts) -> str:
    ours, lexi, peer = found["maximin"], found["leximin"], found.get("peer", {})
    if "error" in ours or "error" in lexi:
        return f"{found['name']:20} no answer: {ours.get('error') or lexi.get('error')}"
    times = f"{peer['seconds'] / ours['seconds']:.0f}×" if "seconds" in peer else "-"
    return (
        f"{found['name']:20}{ours['people']:7}{ours['types']:6}{found['k']:5} | {ours['seconds']:9.3f}{ours['cpu']:7.2f}"
        f"{shown(peer.get('seconds'), 9, 2)}{times:>7}{ours['least']:10.5f}{shown(peer.get('least_of_able'), 11, 5)}"
        f" | {lexi['seconds']:9.3f}{lexi['cpu']:7.2f}{lexi['off_by'] if lexi['off_by'] is not None else float('nan'):9.0e}"
        f" | {'yes, ' + ours['bound'] if ours['certified'] else 'gap ' + format(ours['gap'], '.1e')}"
        f"   (with start: {ours['with_start']:.2f} s, peer {shown(peer.get('with_start'), 0, 2)} s)"
        + (f" peer: {peer['error']}" if "error" in peer else "")
    )


def shown(number: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if number is None else f"{number:{width}.{digits}f}"


def the_peer(cache: Path) -> Peer:
    return installed(cache / "peer-0.12.15", [PEER], proof="import sortition_algorithms")


def made_up(cache: Path) -> list[Path]:
    """Look-alikes for those who have no instances at hand: pools of made-up customers."""
    from tests.selection.pools import customers, in_proportion, self_selected

    folders = []
    for name, people, size, chosen in (
        ("even_100", 100, 10, False), ("even_300", 300, 20, False), ("leaning_150", 150, 16, True),
        ("leaning_400", 400, 24, True),
    ):
        pool, quotas = self_selected(people, size) if chosen else (customers(people), None)
        quotas = quotas or in_proportion(pool, size)
        folder = cache / "made-up" / name
        folder.mkdir(parents=True, exist_ok=True)
        rows = [",".join((person, *values)) for values, ids in zip(pool.types, pool.members or (), strict=True)
                for person in ids]
        (folder / "respondents.csv").write_text("\n".join([",".join(("id", *pool.facets)), *rows]) + "\n")
        lines = [",".join(map(str, line)) for line in quotas]
        (folder / "categories.csv").write_text("\n".join(["category,feature,min,max", *lines]) + "\n")
        (folder / "meta.json").write_text(json.dumps({"k": size}))
        folders.append(folder)
    return folders


# Millions ------------------------------------------------------------------------------------------------------


def millions(people: int) -> list[Facts]:
    """From grouped counts, as a database gives them; the grouping itself is not measured here."""
    print(f"{'case':36}{'types':>8}{'ready s':>9}{'draw s':>8}{'both':>7}{'cpu':>7}{'memory MB':>11}  least of equal, gap, valid")
    results = []
    cases = [(case, size) for case in ("even", "self-selected", "self-selected-2", "self-selected-3") for size in (4, 1000)]
    for case, size in cases:
        told = run([sys.executable, __file__, "--huge", case, str(people), str(size)], 900.0)
        results.append({"case": case, "size": size, **told})
        if "error" in told:
            print(f"{case}, {size} of {people:,}: {told['error']}")
            continue
        print(f"{f'{size:,} of {people:,}, {case}':36}{told['types']:8}{told['ready']:9.2f}{told['draw']:8.2f}"
              f"{told['ready'] + told['draw']:7.2f}{told['cpu']:7.2f}{told['memory']:11.0f}  {told['least_of_equal']:.4f},"
              f" {told['gap']:.1e}, {told['valid']}", flush=True)
    return results


def millions_targets(results: list[Facts]) -> list[Target]:
    told: list[Target] = []
    for found in results:
        most = 1 if found["size"] < 10 else 5
        name = f"{found['size']:,} of millions, {found['case']}: under {most} s and 1 GB, quotas met"
        if "error" in found:
            told.append(Target(name, found["error"], False))
            continue
        facts = {"seconds": found["ready"] + found["draw"], "cpu": found["cpu"]}
        more = f", {found['memory']:.0f} MB, {found['gap']:.1e} of the least chance given up"
        told.append(in_time(name, facts, most, more, valid=found["memory"] < 1024 and bool(found["valid"])))
    return told


def solve_huge(case: str, people: int, size: int) -> Facts:
    import numpy as np

    from allears.selection.certificate import certify_least
    from allears.selection.ideal import unusable
    from allears.selection.landing import seat_sample
    from allears.selection.targets import sample_targets

    problem = crowd(people, size, facets=6 if size < 10 else 8, self_selected=case != "even", seed=int(case[-1]) if case[-1].isdigit() else 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, cpu = time.perf_counter(), time.process_time()
    targets, ideal = sample_targets(problem)
    certificate = certify_least(problem, ~unusable(problem), ideal.prices, ideal.least)
    ready = time.perf_counter()
    landing = seat_sample(problem, targets, "bench")
    done, cpu = time.perf_counter(), time.process_time() - cpu
    able = ~unusable(problem)
    least = float((targets.floats() / problem.sizes)[able].min())
    seats = landing.base.copy()
    for at, count in landing.lottery.panels[0]:
        seats[at] += count
    return {
        "types": problem.types, "ready": ready - start, "draw": done - ready, "cpu": cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "memory_before": before,
        "least_of_equal": least * float(problem.sizes.sum()) / size,
        "gap": 1 - least / float(certificate.bound), "valid": problem.admits(seats.astype(np.int64)),
    }


def crowd(people: int, size: int, *, facets: int, self_selected: bool, seed: int = 1) -> Any:
    """Made-up customers of six kinds with 3 to 8 values per facet, already grouped."""
    import numpy as np

    from allears.selection.problem import Problem

    chance, kinds = np.random.default_rng(seed), 6
    values = [5, 8, 4, 8, 4, 3, 5, 6][:facets]
    habits = [np.cumsum(chance.dirichlet(np.ones(count) * 0.8, kinds), axis=1) for count in values]
    weights = chance.dirichlet(np.ones(kinds) * 3)
    keys: list[Any] = []
    for _ in range(0, people, 500_000):
        kind = chance.choice(kinds, min(500_000, people), p=weights)
        code = np.zeros(len(kind), dtype=np.int64)
        for count, habit in zip(values, habits, strict=True):
            drawn = chance.random(len(kind))
            code = code * count + sum((drawn > habit[kind, at]).astype(np.int64) for at in range(count - 1))
        keys.append(np.unique(code, return_counts=True))
    every, where = np.unique(np.concatenate([key for key, _ in keys]), return_inverse=True)
    sizes = np.bincount(where, weights=np.concatenate([count for _, count in keys])).astype(np.int64)
    codes, rest = np.zeros((len(every), facets), dtype=np.int64), every.copy()
    for place in range(facets - 1, -1, -1):
        codes[:, place], rest = rest % values[place], rest // values[place]
    starts = np.cumsum([0, *values[:-1]])
    codes += starts
    held = sum(np.bincount(codes[:, place], weights=sizes, minlength=sum(values)) for place in range(facets))
    for place, count in enumerate(values if self_selected else []):
        own = slice(starts[place], starts[place] + count)
        total = held[own].sum()
        held[own] *= chance.lognormal(0, 0.7, count)
        held[own] *= total / held[own].sum()
    expected = held / sizes.sum() * size
    rows = tuple((f"f{place}", f"v{at}") for place, count in enumerate(values) for at in range(count))
    lower = np.maximum(0, np.floor(expected) - 1).astype(np.int64)
    upper = np.minimum(size, np.ceil(expected) + 1).astype(np.int64)
    return Problem(size, sizes, codes, lower, upper, rows)


# A small panel, and bias ---------------------------------------------------------------------------------------


def panels_of_four(facets: int) -> list[Facts]:
    """Ten made-up pools, one after another, after a toy that loads what is loaded once."""
    from allears.selection import Pool, Quotas, prepare

    toy = Pool.from_counts(("f",), [(("a",), 2), (("b",), 2)])
    prepare(toy, Quotas({"f": {"a": (0, 1), "b": (0, 1)}}), 2, rule="panel")
    print(f"A panel of 4 out of 1,000 people with {facets} facets; the gap is to the exact bound on coverage.")
    print(f"{'seed':>4}{'types':>7}{'cpu s':>8}{'seconds':>9}{'least of equal':>16}{'of bound':>11}{'of best':>9}  proven")
    results = [panel_of_four(seed, facets) for seed in range(10)]
    cpu = [found["cpu"] for found in results]
    print(f"Processor seconds: {statistics.median(cpu):.2f} at the median, {max(cpu):.2f} at worst;"
          f" certified {sum(found['certified'] for found in results)} of {len(results)}.\n", flush=True)
    return results


def made_up_pool(people: int, size: int, facets: int, seed: int) -> Any:
    """The same customers as a pool, as a database would hand it over."""
    from allears.selection import Pool

    problem = crowd(people, size, facets=facets, self_selected=False, seed=seed)
    names = [value for _, value in problem.rows]
    return Pool.from_counts(
        tuple(dict.fromkeys(facet for facet, _ in problem.rows)),
        [(tuple(names[code] for code in codes), held)
         for codes, held in zip(problem.codes.tolist(), problem.sizes.tolist(), strict=True)],
    )


def panel_of_four(seed: int, facets: int) -> Facts:
    from allears.selection import prepare, propose

    pool = made_up_pool(1000, 4, facets, seed)
    quotas = propose(pool.counts(), 4)
    start, cpu = time.perf_counter(), time.process_time()
    plan = prepare(pool, quotas, 4, rule="panel")
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    assert plan.coverage is not None
    told = {
        "seed": seed, "types": len(pool.types), "seconds": seconds, "cpu": cpu,
        "least_of_equal": float(plan.least * pool.people / 4), "keeps_floor": plan.least >= plan.coverage.bound.floor,
        "coverage": float(plan.coverage.expected), "bound": float(plan.coverage.bound.bound),
        "gap": float(plan.coverage.gap), "share_of_best": float(plan.coverage.share_of_best), "certified": plan.certified,
    }
    print(f"{seed:4}{told['types']:7}{cpu:8.2f}{seconds:9.2f}{told['least_of_equal']:16.7f}{1 - told['gap']:11.5f}"
          f"{told['share_of_best']:9.3f}  {'optimal' if told['certified'] else 'gap ' + format(told['gap'], '.1e')}", flush=True)
    return told


def panel_targets(results: list[Facts]) -> list[Target]:
    least, best = min(found["least_of_equal"] for found in results), min(found["share_of_best"] for found in results)
    slowest = max(results, key=lambda found: found["seconds"])
    return [
        Target("a panel of 4: everybody at least 0.8 of an equal chance", f"{least:.7f}", least >= 0.8),
        Target("a panel of 4: at least 87 % of the best coverage", f"{best:.1%}", best >= 0.87),
        in_time("a panel of 4: under 2 s", slowest, 2, " at worst"),
        Target("a panel of 4: optimal, or with the gap", of_bound(results), True),
    ]


def wide_panel_targets(results: list[Facts]) -> list[Target]:
    least, best = min(found["least_of_equal"] for found in results), min(found["share_of_best"] for found in results)
    slowest = max(results, key=lambda found: found["seconds"])
    return [
        Target("... with 8 facets: the same chance and coverage", f"{least:.7f}, {best:.1%}", least >= 0.8 and best >= 0.87),
        Target("... with 8 facets: optimal, or with the gap", of_bound(results), True),
        in_time("... with 8 facets: under 2 s", slowest, 2, " at worst"),
    ]


def of_bound(results: list[Facts]) -> str:
    proven, gap = sum(found["certified"] for found in results), max(found["gap"] for found in results)
    return f"{proven} of {len(results)} optimal, largest gap {gap:.1e}"


def hurried() -> list[Facts]:
    """Half a second for what takes longer: how long it took, and what is proven of what it gave."""
    from allears.selection import prepare, propose
    from allears.selection.command import countdown

    print(f"A time limit of {LIMIT} s, 8 facets.")
    print(f"{'rule':10}{'people':>9}{'types':>8}{'size':>6}{'seconds':>9}{'cpu':>7}  gap")
    results = []
    for rule, people, size in (("panel", 1000, 4), ("maximin", 1000, 20), ("leximin", 1000, 20), ("sample", 100_000, 500)):
        pool = made_up_pool(people, size, 8, seed=1)
        quotas = propose(pool.counts(), size)
        start, cpu = time.perf_counter(), time.process_time()
        plan = prepare(pool, quotas, size, rule=rule, budget=countdown(LIMIT))
        told = {"rule": rule, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "gap": float(plan.gap)}
        results.append(told)
        print(f"{rule:10}{people:9,}{len(pool.types):8}{size:6}{told['seconds']:9.2f}{told['cpu']:7.2f}  {told['gap']:.1e}",
              flush=True)
    print()
    return results


def hurried_targets(results: list[Facts]) -> list[Target]:
    return [
        in_time(f"a time limit of {LIMIT} s: {found['rule']}", found, LIMIT + MARGIN, f", gap {found['gap']:.1e}")
        for found in results
    ]


def unbiased(seeds: int) -> Facts:
    """The largest deviation of any type from its promise, in standard errors, over all seeds."""
    import numpy as np

    from allears.selection import prepare
    from allears.selection.checker import pick
    from allears.selection.landing import seat_sample
    from tests.selection.pools import customers, in_proportion, self_selected

    told: Facts = {}
    for rule, people, size in (("leximin", 200, 16), ("maximin", 200, 16), ("panel", 200, 4), ("sample", 800, 16)):
        pool, quotas = self_selected(people, size)
        if rule == "sample":
            pool = customers(people)
            quotas = in_proportion(pool, size)
        plan = prepare(pool, quotas, size, rule=rule)
        seats, squares = np.zeros(len(pool.types)), np.zeros(len(pool.types))
        for number in range(seeds):
            landing = seat_sample(plan.problem, plan.targets, f"seed {number}") if plan.targets else None
            lottery = landing.lottery if landing else plan.lottery
            assert lottery is not None
            ticket = pick(lottery.total, "bench", number)
            drawn = landing.base.astype(float) if landing else np.zeros(len(pool.types))
            ends = np.cumsum(np.array(lottery.tickets, dtype=object))
            for at, count in lottery.panels[int(np.searchsorted(ends, ticket, side="right"))]:
                drawn[at] += count
            seats, squares = seats + drawn, squares + drawn**2
        expected = np.array([float(chance * held) for chance, held in zip(plan.chances, pool.sizes, strict=True)])
        error = np.sqrt(np.maximum(squares / seeds - (seats / seeds) ** 2, 1 / seeds) / seeds)
        deviation = np.abs(seats / seeds - expected) / error
        told[rule] = {"seeds": seeds, "types": len(pool.types), "largest": float(deviation.max()),
                      "chi2_per_type": float((deviation**2).mean())}
        print(rule, json.dumps(told[rule]), flush=True)
    return told


def unbiased_targets(told: Facts) -> list[Target]:
    return [
        Target(f"{rule}: every type drawn as promised", f"{found['largest']:.2f} standard errors at most",
               found["largest"] < 4.5)
        for rule, found in told.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
