"""The scenarios looked at: sizes, censoring, rounding, follow-up; each with random numbers of its own.

Times to the event are exponential with a mean of seven years, times to the end of follow-up exponential so
that the share wanted is censored. Times are exact, or known in whole years in one of two ways:

``years``
    Event and end of follow-up are known to the nearest year and compared as such. What is estimated is the
    distribution of the rounded time, P(round(T) > t).
``recorded``
    The earlier of both is rounded when it is written down, as in case reports: whoever is lost early in a
    year is counted at risk for all of it. The estimand is the same, the assumptions no longer hold.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray

SEED = 20_261_123
MEAN_YEARS = 7.0

EXACT, YEARS, RECORDED = "exact", "years", "recorded"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One or two groups of patients.

    Attributes
    ----------
    sizes : tuple of int
        Patients of each group.
    censored : tuple of float
        Share of each group that is censored (before rounding, and where hazards are equal).
    rounding : {"exact", "years", "recorded"}
        How well times are known.
    hazard_ratio : float
        Hazard of the second group in units of the first.
    """

    sizes: tuple[int, ...]
    censored: tuple[float, ...]
    rounding: str = EXACT
    hazard_ratio: float = 1.0

    @property
    def size(self) -> str:
        """Name the sizes: ``4 v 4``, or the number of one group."""
        return " v ".join(map(str, self.sizes))

    @property
    def name(self) -> str:
        """Name everything; also the name of the stream of random numbers."""
        lost = " v ".join(f"{100 * share:g}" for share in self.censored)
        parts = (self.size, f"{lost} % censored", f"times {self.rounding}", f"HR {self.hazard_ratio:g}")
        return ", ".join(parts)

    @property
    def equal_follow_up(self) -> bool:
        """Whether all groups are followed alike."""
        return len(set(self.censored)) == 1

    def generator(self, purpose: str = "data") -> np.random.Generator:
        """Return the random numbers of this scenario for one purpose, whatever other scenarios there are."""
        digest = hashlib.sha256(f"{self.name}; {purpose}".encode()).digest()
        words = tuple(int(word) for word in np.frombuffer(digest, dtype=">u4"))
        return np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=words))

    def survival(self, times: FloatArray) -> FloatArray:
        """Return the true S(t) of the first group."""
        shift = 0.0 if self.rounding == EXACT else 0.5
        return np.exp(-(times + shift) / MEAN_YEARS)

    def times(self, targets: tuple[float, ...]) -> FloatArray:
        """Return the times at which S is, or in whole years comes nearest to, each target."""
        exact = -MEAN_YEARS * np.log(np.array(targets))
        return exact if self.rounding == EXACT else np.unique(np.maximum(np.round(exact - 0.5), 0.0))


CENSORED = (0.0, 0.3, 0.6)
SIZES = (6, 9, 18, 40)
TRIALS = ((4, 4), (5, 5), (3, 9), (2, 10), (9, 9), (20, 20))

ONE_GROUP = tuple(
    Scenario(sizes=(n,), censored=(share,), rounding=rounding)
    for n in SIZES
    for share in CENSORED
    for rounding in (EXACT, YEARS)
) + tuple(Scenario(sizes=(9,), censored=(share,), rounding=RECORDED) for share in CENSORED[1:])

EQUAL = tuple(
    Scenario(sizes=sizes, censored=(share, share), rounding=rounding)
    for sizes in TRIALS
    for share in CENSORED
    for rounding in (EXACT, YEARS)
)
UNEQUAL = tuple(
    Scenario(sizes=sizes, censored=censored, rounding=rounding)
    for sizes in TRIALS
    for censored in ((0.0, 0.6), (0.6, 0.0))
    for rounding in (EXACT, YEARS)
    if sizes[0] != sizes[1] or censored[0] == 0
)
DIFFERENT = tuple(Scenario(sizes=sizes, censored=(0.3, 0.3), hazard_ratio=4.0) for sizes in TRIALS)
TWO_GROUPS = EQUAL + UNEQUAL + DIFFERENT
"""For equal sizes it does not matter which group is followed less."""


def targets(scenario: Scenario) -> tuple[float, ...]:
    """Return the values of S at which intervals are looked at: closely at n = 9, for Figure 5."""
    if scenario.sizes == (9,):
        return tuple(round(0.95 - 0.05 * k, 2) for k in range(19))
    return (0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1)
