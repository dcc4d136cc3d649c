"""Files and photos as answers: what is taken, what is refused, who gets it, and when it goes."""

from __future__ import annotations

import base64
import logging
import struct
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageFile

from allears.core.clock import now
from allears.people.actions import erase
from allears.people.holdings import hand_over
from allears.questionnaires import files, pictures
from allears.questionnaires.exporting import export
from allears.questionnaires.models import Answer, Question, Response, SentFile
from allears.questionnaires.pictures import NotAPicture, TooManyPixels, redrawn
from allears.questionnaires.refusal import Refusal
from allears.studies.actions import close_study
from tests import cast
from tests.questionnaires.asked import asking, invited, public
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
PHOTO: dict[str, Any] = {"kind": "file", "text": "Show us", "accepts": "picture"}
ANY: dict[str, Any] = {"kind": "file", "text": "Show us", "accepts": "any", "boxes": 2}
SECRET = b"GPS 52.5200 N 13.4050 E"


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Path) -> None:
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    settings.STORAGES = storages


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: Any) -> bytes:
    data = BytesIO()
    Image.new(mode, size, 128 if mode == "L" else None).save(data, form, **more)
    return data.getvalue()


def photo_with_a_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    exif[0x0112] = 6  # Orientation: turned by 90 degrees
    return picture(exif=exif.tobytes(), comment=SECRET)


def send(data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg", link: str = "", field: str = "f0", **more: str) -> Any:
    """Post the page with a file in its first field; the answer after all redirects."""
    asked = Question.objects.get(kind="file")
    given = {f"q{asked.pk}.{field}": SimpleUploadedFile(name, data, kind), "seen": "", **more}
    return Client().post(link or invited(cast.bob()), given, follow=True)


# --- what is taken ---------------------------------------------------------------------------------------------


def test_a_photo_is_drawn_anew_and_says_nothing_of_where_it_was_taken() -> None:
    asking([PHOTO])
    data = photo_with_a_place()
    assert SECRET in data
    page = send(data + b"<script>alert(1)</script>").content.decode()

    file = SentFile.objects.get()
    kept = files.read(file)
    assert "Thank you" in page
    assert (file.media_type, file.width, file.height, file.name) == ("image/jpeg", 480, 640, "photo.jpg")
    assert SECRET not in kept
    assert b"<script>" not in kept
    assert not Image.open(BytesIO(kept)).getexif()
    assert (Answer.objects.get().number, file.response) == (file.pk, Response.objects.get())


@pytest.mark.parametrize(
    ("form", "mode", "kept"),
    [("JPEG", "RGB", "image/jpeg"), ("JPEG", "CMYK", "image/jpeg"), ("JPEG", "L", "image/jpeg"),
     ("PNG", "RGBA", "image/png"), ("PNG", "P", "image/png"), ("PNG", "1", "image/png"), ("PNG", "I;16", "image/png"),
     ("GIF", "P", "image/png"), ("WEBP", "RGB", "image/jpeg"), ("WEBP", "RGBA", "image/png")],
)  # fmt: skip
def test_what_phones_and_screens_make_is_taken(form: str, mode: str, kept: str) -> None:
    drawn = redrawn(BytesIO(picture(form, mode=mode)))

    assert drawn.media_type == kept
    assert Image.open(BytesIO(drawn.data)).size == (640, 480)


def test_a_large_photo_is_made_smaller() -> None:
    drawn = redrawn(BytesIO(picture(size=(6000, 3000))))
    assert (drawn.width, drawn.height) == (4096, 2048)


@pytest.mark.parametrize(
    ("data", "name", "kept", "called"),
    [
        (b"%PDF-1.7\n%%EOF", "bill.exe", "application/pdf", "bill.pdf"),
        ("Grüße\r\nنص".encode(), "note.html", "text/plain", "note.txt"),
        (b"a,b\n1 < 2,3", "table.csv", "text/plain", "table.txt"),
    ],
)
def test_documents_are_known_by_their_content(data: bytes, name: str, kept: str, called: str) -> None:
    asking([ANY])
    send(data, name, "image/svg+xml")

    file = SentFile.objects.get()
    assert (file.media_type, file.name, files.read(file)) == (kept, called, data)


# --- what is refused -------------------------------------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that would unpack to many."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1), (50_000, 1_001)])
def test_a_bomb_is_measured_before_it_is_unpacked(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda picture: pytest.fail("pixels were unpacked"))
    with pytest.raises((TooManyPixels, NotAPicture)):
        redrawn(BytesIO(bomb(*size)))


def test_a_bomb_is_refused_in_words_and_the_rest_of_the_page_is_saved() -> None:
    asking([PHOTO, {"kind": "long_text", "text": "Why?"}])
    why = Question.objects.get(kind="long_text")
    page = send(bomb(60_000, 60_000), **{f"q{why.pk}": "Because."})

    assert page.status_code == 422
    assert "more than 50 million pixels" in page.content.decode()
    assert SentFile.objects.count() == 0
    assert Answer.objects.get().text == "Because."


def test_while_as_many_pictures_as_may_are_unpacked_others_answer() -> None:
    asking([{**PHOTO, "required": False}, {"kind": "long_text", "text": "Why?"}])
    why = Question.objects.get(kind="long_text")
    with pictures._drawing, pictures._drawing:
        assert not pictures._drawing.acquire(blocking=False)
        page = Client().post(invited(cast.bob()), {f"q{why.pk}": "Because.", "seen": ""})

    assert page.status_code == 303
    assert Answer.objects.get().verbatim.text == "Because."


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (SVG, "We take pictures"),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", "We take pictures"),
        (b"<html><script>alert(1)</script>", "We take pictures"),
        (b"hello <!doctype html>", "We take pictures"),
        (b"MZ\x90\0\x03" + b"\0" * 100, "We take pictures"),
        (b"PK\x03\x04" + b"\0" * 100, "We take pictures"),
        (b"\xff\xfe<\0s\0v\0g\0", "We take pictures"),
        (b"\x1b]0;owned\x07 text", "We take pictures"),
        (b"", "This file is empty"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, "This picture is broken"),
        (b"\x89PNG\r\n\x1a\n" + b"<script>", "This picture is broken"),
        (b"GIF89a<script>alert(1)</script>", "This picture is broken"),
        (picture()[:400], "This picture is broken"),
    ],
)
def test_what_is_not_what_it_seems_is_refused_in_words(data: bytes, words: str) -> None:
    asking([ANY])
    page = send(data, "photo.jpg")

    assert page.status_code == 422
    assert words in page.content.decode()
    assert (SentFile.objects.count(), Answer.objects.count()) == (0, 0)


@pytest.mark.parametrize("data", [SVG, b"%PDF-1.7\n%%EOF", b"plain"])
def test_where_pictures_are_asked_for_nothing_else_is_taken(data: bytes) -> None:
    asking([PHOTO])
    assert "This is no picture that we can read." in send(data, "photo.jpg").content.decode()


def test_a_file_beyond_ten_megabytes_is_refused() -> None:
    asking([ANY])
    page = send(b"a" * (files.LARGEST + 1), "note.txt")

    assert page.status_code == 422
    assert "larger than 10 MB" in page.content.decode()


GUARD = "allears.questionnaires.answering_guard"


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == GUARD]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a" * (files.LARGEST + 1), Refusal.LARGE_FILE),
        (bomb(60_000, 60_000), Refusal.BOMB),
        (picture()[:400], Refusal.BROKEN_PICTURE),
        (SVG, Refusal.OTHER_FILE),
        (b"", None),
    ],
    ids=["large", "bomb", "broken", "other", "empty"],
)
def test_a_refused_file_is_logged_once_a_minute_without_its_name(
    data: bytes, why: Refusal | None, caplog: pytest.LogCaptureFixture
) -> None:
    cache.clear()
    asking([ANY])
    with time_machine.travel(now(), tick=False), caplog.at_level(logging.WARNING, GUARD):
        link = invited(cast.bob())
        answers = [send(data, "bob-and-his-cat.jpg", link=link).status_code for _ in range(3)]

    assert answers == [422] * 3
    assert logged(caplog) == ([why.value] if why else [])


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind", "more", "why"),
    [
        (b"", "multipart/form-data; boundary=x", {"CONTENT_LENGTH": str(1024**3)}, Refusal.LONG_FORM),
        (b"", FORM, {"CONTENT_LENGTH": str(1024**3)}, Refusal.LONG_FORM),
        (b"a=1", "multipart/form-data; boundary=", {}, Refusal.BROKEN_FORM),
        (b"&".join([b"secret=1"] * 5_001), FORM, {}, Refusal.BROKEN_FORM),
    ],
    ids=["long with files", "long", "broken", "too many fields"],
)
def test_a_refused_form_is_logged_once_a_minute_for_each_address_without_its_words(
    body: bytes, kind: str, more: dict[str, Any], why: Refusal, caplog: pytest.LogCaptureFixture
) -> None:
    cache.clear()
    asking([ANY])
    link = invited(cast.bob())
    with time_machine.travel(now(), tick=False), caplog.at_level(logging.WARNING, GUARD):
        for address in ("198.51.100.7", "198.51.100.7", "203.0.113.9"):
            assert Client(REMOTE_ADDR=address).generic("POST", link, body, kind, **more).status_code == 413

    assert logged(caplog) == [why.value] * 2


class Unread:
    """A form of which nobody may read a byte."""

    def read(self, *_: object) -> bytes:
        pytest.fail("some of it was read")

    readline = read


def test_a_claim_of_a_gigabyte_is_refused_unread() -> None:
    asking([ANY])
    answer = Client().generic(
        "POST", invited(cast.bob()), b"", "multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(1024**3), "wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"--x", b"garbage", b'--x\r\nContent-Disposition: form-data; name="a"; filename="\0'])
@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary="])
def test_a_form_that_is_broken_is_no_error_of_ours(body: bytes, kind: str) -> None:
    asking([ANY])
    answer = Client().generic("POST", invited(cast.bob()), body, kind)
    assert answer.status_code in (303, 413)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../../etc/passwd", "passwd.jpg"),
        ("..\\..\\boot.ini", "boot.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie x=1.jpg"),
        ('"; rm -rf .jpg', "; rm -rf.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("x" * 5_000 + ".jpg", "x" * 120 + ".jpg"),
        ("...", "file.jpg"),
        ("نص.jpg", "نص.jpg"),
    ],
)
def test_names_lead_nowhere(name: str, called: str) -> None:
    assert files._called(name, "jpg") == called


def test_nobody_can_answer_with_a_file_of_somebody_else(as_ana: Client) -> None:
    asking([PHOTO])
    send(picture())
    theirs, asked = SentFile.objects.get(), Question.objects.get()
    robot = Robot().open(invited(cast.cleo()))
    robot.post([("seen", ""), (f"q{asked.pk}", str(theirs.pk)), (f"q{asked.pk}.f0", str(theirs.pk)), (f"q{asked.pk}.x0", "1")])

    assert Answer.objects.filter(response__person=cast.cleo()).count() == 0
    assert SentFile.objects.get() == theirs


def test_one_response_does_not_fill_the_disk(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    cache.clear()
    monkeypatch.setattr(files, "MOST_OF_ONE_RESPONSE", 2)
    asking([PHOTO])
    link = f"{invited(cast.bob())}1/"
    pages = [send(picture(), link=link).content.decode() for _ in range(3)]

    assert SentFile.objects.count() == 2
    assert "more files than we can keep" in pages[2]
    assert logged(caplog) == [Refusal.MANY_FILES.value]


# --- changing one's mind ---------------------------------------------------------------------------------------


def test_what_was_sent_is_said_again_and_stays_when_the_page_is_saved_without_a_file() -> None:
    asking([PHOTO, {"kind": "long_text", "text": "Why?"}])
    link = invited(cast.bob())
    send(picture(), link=link)
    robot = Robot().open(f"{link}1/")

    assert "You sent photo.jpg" in robot.text
    asked = Question.objects.get(kind="file")
    robot.press(**{f"q{asked.pk}.x0": ""})
    assert Answer.objects.filter(question=asked).count() == 1


def test_what_is_taken_away_is_gone_with_its_bytes(django_capture_on_commit_callbacks: Any) -> None:
    asking([PHOTO])
    link = invited(cast.bob())
    send(picture(), link=link)
    file = SentFile.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        Robot().open(f"{link}1/").press()

    assert (SentFile.objects.count(), Answer.objects.count()) == (0, 0)
    assert not default_storage.exists(files.path_of(file.ref))


def test_by_a_public_link_too_the_file_belongs_to_the_response() -> None:
    asking([PHOTO])
    send(picture(), link=public())
    assert SentFile.objects.get().response == Response.objects.get()


def test_a_file_that_is_needed_is_asked_for_and_kept_when_something_else_is_missing() -> None:
    asking([{**PHOTO, "required": True}, {"kind": "long_text", "text": "Why?", "required": True}])
    link = invited(cast.bob())
    why = Question.objects.get(kind="long_text")
    assert "Choose a file." in Robot().open(link).press(**{f"q{why.pk}": ""}).text

    page = send(picture(), link=link).content.decode()
    assert "Write an answer." in page
    assert "You sent photo.jpg" in page
    assert "Choose a file." not in page


def test_when_the_study_closed_meanwhile_nothing_of_it_is_kept(django_capture_on_commit_callbacks: Any) -> None:
    asking([PHOTO])
    link = invited(cast.bob())
    close_study(study=cast.late_orders(), by=cast.ana())
    with django_capture_on_commit_callbacks(execute=True):
        send(picture(), link=link)

    assert SentFile.objects.count() == 0


# --- who gets it -----------------------------------------------------------------------------------------------


def test_staff_of_the_study_get_it_as_a_download_that_nothing_opens(as_ana: Client) -> None:
    asking([PHOTO])
    send(picture(), "Grüße \u202e\r\nX-Evil: 1.jpg")
    file = SentFile.objects.get()
    answer = as_ana.get(f"/questionnaires/late-orders/files/{file.ref}/")

    assert answer.status_code == 200
    assert answer.content == files.read(file)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    page = as_ana.get("/questionnaires/late-orders/results/").content.decode()
    assert f"/questionnaires/late-orders/files/{file.ref}/" in page
    key = Question.objects.get().key
    assert file.ref in as_ana.get(f"/questionnaires/late-orders/questions/{key}/files/").content.decode()


def test_nobody_else_gets_it(client: Client) -> None:
    asking([PHOTO], team_only=True)
    send(picture())
    path = f"/questionnaires/late-orders/files/{SentFile.objects.get().ref}/"

    assert client.get(path).status_code in (302, 404)
    client.force_login(cast.mia())
    assert client.get(path).status_code == 404


def test_its_bytes_lie_under_a_name_nobody_can_guess_and_no_address_leads_there(client: Client) -> None:
    asking([PHOTO])
    send(picture())
    file = SentFile.objects.get()

    assert len(file.ref) == 32
    assert default_storage.exists(f"answers/{file.ref[:2]}/{file.ref}")
    for path in (file.ref, files.path_of(file.ref), f"files/{files.path_of(file.ref)}", f"static/{files.path_of(file.ref)}"):
        assert client.get(f"/{path}").status_code == 404


# --- when it goes ----------------------------------------------------------------------------------------------


def test_it_goes_with_the_person(django_capture_on_commit_callbacks: Any) -> None:
    asking([PHOTO])
    send(picture())
    file = SentFile.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        erase(person=cast.bob(), by=cast.ana(), reason="asked by letter")

    assert (SentFile.objects.count(), Answer.objects.count()) == (0, 0)
    assert not default_storage.exists(files.path_of(file.ref))


def test_it_is_in_ones_own_data_and_in_the_export(tmp_path: Path) -> None:
    asking([PHOTO])
    send(picture())
    file = SentFile.objects.get()

    [response] = hand_over(person=cast.bob(), by=None)["responses"]
    assert base64.b64decode(response["files"][0]["content_base64"]) == files.read(file)
    manifest = export(study=cast.late_orders(), folder=tmp_path / "export", by=cast.ana())
    written = tmp_path / "export" / "files" / f"{file.ref}-photo.jpg"
    assert written.read_bytes() == files.read(file)
    assert f"{file.ref}-photo.jpg" in (tmp_path / "export" / "responses.csv").read_text()
    assert manifest["files"]["files/"]["rows"] == 1


def test_what_was_never_saved_is_swept_away_and_the_rest_stays(django_capture_on_commit_callbacks: Any) -> None:
    asking([PHOTO])
    send(picture())
    stays = SentFile.objects.get()
    files.keep(question=Question.objects.get().pk, accepts="picture", upload=SimpleUploadedFile("a.png", picture("PNG")))
    with time_machine.travel(now() + timedelta(days=2)), django_capture_on_commit_callbacks(execute=True):
        assert files.sweep() == 1

    assert SentFile.objects.get() == stays
    assert default_storage.exists(files.path_of(stays.ref))
