"""The lottery on the command line, as scripts and people use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from allears.selection.command import main
from tests.selection.pools import customers, in_proportion

ROOT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    pool = customers(80)
    rows = [f"{person},{','.join(values)}\n"
            for values, ids in zip(pool.types, pool.members or (), strict=True) for person in ids]
    (tmp_path / "people.csv").write_text(f"id,{','.join(pool.facets)}\n{''.join(rows)}", encoding="utf-8")
    lines = [f"{facet},{value},{low},{high}\n" for facet, value, low, high in in_proportion(pool, 10)]
    (tmp_path / "quotas.csv").write_text(f"category,feature,min,max\n{''.join(lines)}", encoding="utf-8")
    return tmp_path


def asked(files: Path, command: str, *more: str, size: int = 10) -> list[str]:
    return [command, "--pool", str(files / "people.csv"), "--quotas", str(files / "quotas.csv"), "--size", str(size), *more]


def test_a_draw_answers_in_json_and_its_proof_holds(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof, sealed = files / "proof.json", files / "public.json"
    more = ("--seed", "dice 4 2 6", "--salt", "s", "--proof", str(proof), "--public-proof", str(sealed), "--json")
    assert main(asked(files, "draw", *more)) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(set(answer["selected"])) == 10
    assert (answer["rule"], answer["certified"], answer["bound_exact"]) == ("leximin", True, "1/8")
    assert {"min_chance", "bound", "gap", "types", "seconds"} <= set(answer)
    for file in (proof, sealed):
        assert main(["verify", str(file)]) == 0
    full, public = (line for line in capsys.readouterr().out.splitlines() if line.startswith("PROVEN"))
    assert full == "PROVEN: pool, quotas, chances, certificate, commitment and draw hold."
    assert public.endswith("chances, commitment and draw hold. Only the full file proves quotas and certificate.")


def test_a_proof_that_was_changed_does_not_verify(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = files / "proof.json"
    main(asked(files, "draw", "--seed", "x", "--proof", str(proof)))
    told = json.loads(proof.read_text(encoding="utf-8"))
    told["rounds"][0]["seed"] = "y"
    proof.write_text(json.dumps(told), encoding="utf-8")
    capsys.readouterr()
    assert main(["verify", str(proof), "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"holds": False, "first": "draw 1: the seed gives another “ticket”"}
    proof.write_text("{", encoding="utf-8")
    assert main(["verify", str(proof)]) == 1


def test_a_proof_that_is_not_there_is_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(files / "none.json")]) == 2
    assert "none.json: No such file" in capsys.readouterr().err
    assert main(["verify", str(files / "none.json"), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["error"], "No such file" in told["message"]) == ("file", True)


def test_chances_are_listed_without_a_draw(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, "chances", "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["chances"]) == 80
    assert sum(answer["chances"].values()) == pytest.approx(10)
    assert main(asked(files, "chances", "--rule", "maximin")) == 0
    assert capsys.readouterr().out.count("\n") == 80


def test_people_read_names_and_one_sentence(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, "draw", "--seed", "x", "--rule", "panel", size=10)) == 2
    assert "chooses 2 to 6 people, not 10" in capsys.readouterr().err
    assert main(asked(files, "draw", "--seed", "x")) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 10
    assert err == "Least chance 12.5 %: proven that no lottery promises the least lucky more.\n"


def test_what_is_wrong_with_a_file_is_said_with_row_and_column(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "quotas.csv").write_text('category,feature,min,max\nsegment,home,0,"1,000"\n', encoding="utf-8")
    assert main(asked(files, "draw", "--seed", "x", "--json")) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["error"], told["row"], told["column"]) == ("not_a_number", 2, "max")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--seed", "x", "--public-proof", "sealed.json"), "no_salt"),
        (("--seed", " "), "empty_seed"),
        (("--seed", "\udcff"), "bad_text"),
        (("--seed", "x", "--salt", "\udcff"), "bad_text"),
    ],
)
def test_a_draw_that_would_prove_or_hide_nothing_is_refused(
    files: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], code: str
) -> None:
    assert main(asked(files, "draw", *more, "--json")) == 2
    assert json.loads(capsys.readouterr().out)["error"] == code


@pytest.mark.parametrize("seconds", ["-1", "nan", "soon"])
def test_a_time_limit_is_a_number_of_seconds(files: Path, seconds: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(asked(files, "chances", f"--time-limit={seconds}"))
    assert ended.value.code == 2


def test_the_order_of_lines_in_both_files_changes_nothing(files: Path) -> None:
    proof, quotas, people = files / "proof.json", files / "quotas.csv", files / "people.csv"
    told = set()
    for _ in range(2):
        assert main(asked(files, "draw", "--seed", "x", "--proof", str(proof))) == 0
        told.add(proof.read_bytes())
        for file in (quotas, people):
            header, *lines = file.read_text(encoding="utf-8").splitlines()
            file.write_text("\n".join([header, *reversed(lines)]), encoding="utf-8")
    assert len(told) == 1


def test_infeasible_quotas_are_explained(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(f"feeling,{value},{low},10\n" for value, low in (("glad", 0), ("mixed", 0), ("cross", 10)))
    people = [line for line in (files / "people.csv").read_text(encoding="utf-8").splitlines() if "cross" not in line]
    (files / "people.csv").write_text("\n".join(people), encoding="utf-8")
    (files / "quotas.csv").write_text(f"category,feature,min,max\n{lines}", encoding="utf-8")
    assert main(asked(files, "explain")) == 1
    assert "feeling “cross”: ask for at least 0 instead of 10: the pool has nobody like that." in capsys.readouterr().out
    assert main(asked(files, "explain", "--json")) == 1
    assert json.loads(capsys.readouterr().out)["sentences"]


def test_quotas_that_contradict_each_other_are_explained_with_the_change_that_helps(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "feeling,glad,6,10\nfeeling,mixed,3,10\nfeeling,cross,3,10\n"
    (files / "quotas.csv").write_text(f"category,feature,min,max\n{lines}", encoding="utf-8")
    assert main(asked(files, "draw", "--seed", "x")) == 2
    assert "row 4, column “min”: “feeling” is to have at least 12 seats in all" in capsys.readouterr().err
    assert main(asked(files, "explain", "--json")) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["row"], told["column"]) == (4, "min")
    assert told["sentences"][1].startswith("The smallest change")
    assert all("ask for at least" in change for change in told["sentences"][2:])


def test_feasible_quotas_are_priced(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(files, "explain")) == 0
    assert capsys.readouterr().out.startswith("Least chance 12.5 %")
    assert main(asked(files, "explain", "--json", "--time-limit", "5")) == 0
    assert json.loads(capsys.readouterr().out)["feasible"] is True


def test_the_library_runs_as_a_module_and_never_imports_a_web_framework(files: Path) -> None:
    script = "import sys; import allears.selection.command; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
    run = subprocess.run(
        [sys.executable, "-m", "allears.selection", *asked(files, "draw", "--seed", "x", "--json")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )
    assert len(json.loads(run.stdout)["selected"]) == 10
