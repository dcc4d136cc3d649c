"""The ten questions that the robots of bench/answers.py answer, in the product's words."""

from __future__ import annotations

from typing import Any

ENDS = {"low_label": "not at all", "high_label": "very much", "required": True}
QUESTIONS: list[dict[str, Any]] = [
    {"kind": "long_text", "text": "What happened when your order came late?", "required": True},
    {"kind": "scale", "text": "Would you order again?", "minimum": 0, "maximum": 10, **ENDS},
    {"kind": "scale", "text": "Were you told in time?", "minimum": 1, "maximum": 5, **ENDS},
    {"kind": "scale", "text": "Was it put right?", "minimum": 1, "maximum": 5, **ENDS},
    {"kind": "single", "text": "Who called first?", "choices": ["You", "I", "Nobody"], "required": True},
    {"kind": "single", "text": "How did you order?", "choices": ["Web", "Shop", "Phone"], "required": True},
    {"kind": "multiple", "text": "What did you do?", "choices": ["Waited", "Called", "Wrote", "Left"]},
    {"kind": "number", "text": "How many days late?", "minimum": 0, "maximum": 365, "required": True},
    {"kind": "short_text", "text": "In one word?"},
    {"kind": "long_text", "text": "What would have helped?"},
]
