"""Panels are found quickly, and alike on every machine."""

from __future__ import annotations

import numpy as np

from allears.selection.finder import ONE_THREAD, product


def test_a_product_taken_a_few_lines_at_a_time_is_the_product() -> None:
    chance = np.random.default_rng(1)
    for lines, rows, types in ((1, 5, 7), (33, 40, 1_500), (7, 1, ONE_THREAD)):
        left = chance.integers(-5_000, 5_000, (lines, rows)).astype(np.float32)
        right = chance.integers(0, 2, (rows, types)).astype(np.float32)
        assert (product(left, right) == left.astype(np.int64) @ right.astype(np.int64)).all()
