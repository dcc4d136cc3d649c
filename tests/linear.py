"""Linear programs as SciPy solves them, for tests that ask somebody else whether ours are right."""

from __future__ import annotations

from typing import Any


def linprog(*given: Any, **named: Any) -> Any:
    """`scipy.optimize.linprog`, which takes seconds to import: those who collect tests need not wait for it."""
    from scipy import optimize

    return optimize.linprog(*given, **named)
