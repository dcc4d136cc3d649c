"""Every pair of colours that meets on a page can be read, in both themes: WCAG 2.2, 1.4.3 and 1.4.11."""

from __future__ import annotations

import re
from math import cos, radians, sin

import pytest

from allears.design.sheets import PARTS

TONES = ("voice", "accent", "kept", "dissent", "surprise", "wrong")
GROUNDS = ("paper", "sheet")
TEXT = (
    [(ink, ground) for ink in ("ink", "soft", *TONES) for ground in GROUNDS]
    + [("ink", f"{tone}-soft") for tone in TONES]
    + [(tone, f"{tone}-soft") for tone in TONES]
    + [("ink", "track"), ("paper", "ink"), ("wrong", "sheet")]
    + [("soft", f"{tone}-soft") for tone in TONES]
)
MARKS = (
    [(mark, ground) for mark in ("edge", *TONES) for ground in GROUNDS]
    + [(tone, "track") for tone in ("voice", "accent", "kept", "dissent", "surprise")]
    + [("ink", "track")]
)


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour's name with its light and its dark value."""
    css = "".join((PARTS / f"{part}.css").read_text() for part in ("tokens", "tokens-staff"))
    pairs = re.findall(r"--([\w-]+):\s*light-dark\((oklch\([^)]*\)),\s*(oklch\([^)]*\))\)", css)
    return {name: (light, dark) for name, light, dark in pairs}


def luminance(colour: str) -> float:
    """Relative luminance of `oklch(L% C H)`; matrices from Björn Ottosson, "A perceptual color space for
    image processing".
    """
    lightness, chroma, hue = (float(part.rstrip("%")) for part in colour[6:-1].split())
    lab = (lightness / 100, chroma * cos(radians(hue)), chroma * sin(radians(hue)))
    long = (lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]) ** 3
    medium = (lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]) ** 3
    short = (lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    inside = [min(1.0, max(0.0, part)) for part in (red, green, blue)]
    return 0.2126 * inside[0] + 0.7152 * inside[1] + 0.0722 * inside[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_arithmetic_agrees_with_black_on_white() -> None:
    assert contrast("oklch(0% 0 0)", "oklch(100% 0 0)") == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str, theme: int) -> None:
    colours = tokens()
    assert contrast(colours[ink][theme], colours[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_seen(mark: str, ground: str, theme: int) -> None:
    colours = tokens()
    assert contrast(colours[mark][theme], colours[ground][theme]) >= 3
