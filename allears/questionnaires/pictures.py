"""Pictures from strangers, made harmless: opened by their content, measured before they are unpacked, drawn anew.

What is kept is drawn from the pixels alone: where and with what it was taken (EXIF), thumbnails, comments, colour
profiles and whatever was hidden behind the picture's end do not come along. Knows nothing of Django's requests.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

# What phones and screens make. Each is recognised by its first bytes, and only these decoders are ever tried.
FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    GifImagePlugin.GifImageFile.format,
)
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 4096
QUALITY = 88
# Unpacking a picture takes up to 200 MB for a moment: not many at a time, so that nobody else is slowed down.
_drawing = threading.BoundedSemaphore(2)


class NotAPicture(Exception):
    """The bytes are no picture that we can read."""


class TooManyPixels(Exception):
    """The picture would take too much room once it is unpacked."""


@dataclass(frozen=True)
class Drawn:
    """A picture as it is kept."""

    data: bytes
    media_type: str
    extension: str
    width: int
    height: int


def looks_like_one(head: bytes) -> bool:
    """Return whether a file that begins with `head` (12 bytes) says that it is one of the pictures we read."""
    known = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
    return head.startswith(known) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def redrawn(file: BinaryIO) -> Drawn:
    """Return the picture in `file`, drawn anew, upright, at most 4096 pixels long. Raises `NotAPicture`,
    `TooManyPixels`.
    """
    with _drawing:
        try:
            with Image.open(file, formats=FORMATS) as picture:
                _measure(picture)
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                return _written(ImageOps.exif_transpose(picture), picture.format or "")
        except TooManyPixels:
            raise
        except Image.DecompressionBombError as bomb:
            raise TooManyPixels from bomb
        except Exception as broken:  # whatever a decoder stumbles over in bytes from a stranger
            raise NotAPicture from broken


def _measure(picture: Image.Image) -> None:
    """Only the head has been read by now; nothing was unpacked."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise TooManyPixels


def _written(picture: Image.Image, form: str) -> Drawn:
    """Photos as JPEG; what was drawn or has transparent parts as PNG, so that letters stay sharp."""
    sharp = form in ("PNG", "GIF") or picture.has_transparency_data
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    pixels = Image.new(plain.mode, plain.size)
    pixels.paste(plain)
    data = BytesIO()
    if sharp:
        pixels.save(data, "PNG")
        return Drawn(data.getvalue(), "image/png", "png", *pixels.size)
    pixels.save(data, "JPEG", quality=QUALITY)
    return Drawn(data.getvalue(), "image/jpeg", "jpg", *pixels.size)
