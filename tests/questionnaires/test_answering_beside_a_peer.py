"""What `bench/answers.py --against` reckons, and that it goes on without its peer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.answers import beside, compared
from bench.answers_peer import PeerRobot, as_stored, as_the_peer_asks
from bench.answers_questions import QUESTIONS
from bench.answers_robots import cookie
from bench.peers import Peer, installed

FORM = """<form action="/1-1/" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="t0k3n">
<label><input type="radio" name="question_3" value="5" category="" required>5</label>
<textarea name="question_1" cols="40" rows="10"></textarea><input class="btn" type="submit" value="Next!"></form>"""


def test_a_case_says_how_many_times_less_than_the_peer_it_costs_and_how_many_that_was_to_be() -> None:
    assert compared({"pages": 1, "cpu_ms": 2.5}, {"cpu_ms": 50.0}) == {"times_less_than_peer": 20.0, "times_less_aimed_at": 37.5}
    assert compared({"pages": 10, "cpu_ms": 16}, {"cpu_ms": 200})["times_less_aimed_at"] == 29.9


def test_the_peer_asks_the_same_ten_questions() -> None:
    asked = [as_the_peer_asks(question) for question in QUESTIONS]
    assert [row["text"] for row in asked] == [question["text"] for question in QUESTIONS]
    assert asked[1]["choices"] == "0,1,2,3,4,5,6,7,8,9,10"
    assert asked[6] == {"text": "What did you do?", "type": "select-multiple", "required": False, "choices": "Waited,Called,Wrote,Left"}


def test_a_robot_keeps_a_cookie_without_its_terms_and_posts_the_token_with_its_answers() -> None:
    assert cookie("csrftoken=a=b; expires=Sat, 27 Nov 2027 15:00:00 GMT; Path=/") == {"csrftoken": "a=b"}
    posted = dict(PeerRobot(0, "w").filled(FORM, "w-1"))
    assert posted["csrfmiddlewaretoken"] == "t0k3n"
    assert posted["question_3"] == "5"
    assert posted["question_1"].startswith("w-1 ")
    assert set(posted) == {"csrfmiddlewaretoken", "question_1", "question_3"}


def test_what_was_sent_is_looked_for_as_the_peer_keeps_it() -> None:
    said = [(number, f"answer {number}") for number in range(1, 11) if number != 7]
    assert as_stored(said)[7] == "[]"
    assert as_stored([*said, (7, "waited"), (7, "left")])[7] == "['waited', 'left']"
    assert as_stored(said)[8] == "answer 8"


def test_without_a_peer_one_line_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    peer = installed(tmp_path / "file" / "home", ["nothing"], proof="")
    assert "could not be made" in peer.why_not
    capsys.readouterr()
    assert beside(peer, tmp_path, 1, 0) is None
    assert capsys.readouterr().err.startswith("No peer beside 1 page(s): the peer's environment could not be made")
    assert beside(Peer(Path("python")), tmp_path, 3, 0) is None
    assert "one page or each on its own" in capsys.readouterr().err
