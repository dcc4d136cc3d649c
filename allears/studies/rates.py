"""Outcome rates of a study, as the field defines them.

Source: The American Association for Public Opinion Research, *Standard Definitions: Final Dispositions of
Case Codes and Outcome Rates for Surveys*, 10th edition (2023), chapters on Internet surveys of specifically
named persons and on rates. How Allears maps what happened to an invitation:

- I, complete interview: sent.
- P, partial interview: answers were saved, but it was not sent.
- R, refusal and break-off: declined ("would rather not", "no time"), and opened without answering anything
  (the standard's implicit refusal 2.12).
- NC and U, non-contact and unknown eligibility: nothing came back, or they asked to be asked later and that
  moment is still to come (the standard's callback). Rates numbered 1 treat both alike: in the
  denominator.
- Not eligible (4.0): said that they are not the right person. Outside every rate.
- O, other: none here.

People who came by a public link were not sampled, so no rate can count them.
"""

from __future__ import annotations

from dataclasses import dataclass

# Below this many, a percentage says more than is known: counts are shown instead.
ENOUGH = 10


@dataclass(frozen=True)
class Outcomes:
    """How many invitations ended how: the standard's I, P, R, NC + U, and not eligible."""

    complete: int = 0
    partial: int = 0
    refused: int = 0
    silent: int = 0
    not_eligible: int = 0

    @property
    def asked(self) -> int:
        """Everybody who was invited."""
        return self.eligible + self.not_eligible

    @property
    def eligible(self) -> int:
        """(I + P) + (R + NC + O) + U: everybody invited but those who were not the right person."""
        return self.complete + self.partial + self.refused + self.silent

    @property
    def contacted(self) -> int:
        """(I + P) + R + O: everybody from whom something came back."""
        return self.complete + self.partial + self.refused

    @property
    def rr1(self) -> float | None:
        """Response rate 1, the least flattering: RR1 = I / ((I + P) + (R + NC + O) + U)."""
        return _share(self.complete, self.eligible)

    @property
    def rr2(self) -> float | None:
        """Response rate 2, partials counted: RR2 = (I + P) / ((I + P) + (R + NC + O) + U)."""
        return _share(self.complete + self.partial, self.eligible)

    @property
    def coop1(self) -> float | None:
        """Cooperation rate 1: COOP1 = I / ((I + P) + R + O)."""
        return _share(self.complete, self.contacted)

    @property
    def ref1(self) -> float | None:
        """Refusal rate 1: REF1 = R / ((I + P) + (R + NC + O) + U)."""
        return _share(self.refused, self.eligible)

    @property
    def con1(self) -> float | None:
        """Contact rate 1: CON1 = ((I + P) + R + O) / ((I + P) + R + O + NC + U)."""
        return _share(self.contacted, self.eligible)


def _share(part: int, whole: int) -> float | None:
    """Return `part / whole`, or None when there are too few to speak of shares."""
    return part / whole if whole >= ENOUGH else None
