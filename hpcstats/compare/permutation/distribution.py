"""The permutation distribution of fixed scores: exactly or by Monte Carlo, wherever the scores come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.permutation.shares import Shares, divided, shares_of
from hpcstats.core.permutation.arrangements import Stratum, arrangements, enumerate_sums, expected_states
from hpcstats.core.permutation.exact_sums import Part, plan, tails
from hpcstats.core.permutation.permutation_scores import Lattice, rounded, whole_numbers
from hpcstats.core.permutation.relabelling import group_sums, relabelled
from hpcstats.errors import UnsupportedError

MOST_SUMS = 1_100_000_000
"""Sums of half the patients formed at most (two groups): those of 30 against 30 without ties, in minutes."""

MOST_STATES = 2_000_000
"""Sums that are formed at most for more than two groups."""

AT_ONCE = (1_500_000, 300_000)
"""Sums that are formed in about a second, for two groups and for more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PermutationDistribution:
    """Fixed scores of patients whose labels are permuted within strata.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        Scores, their mean within each stratum taken away.
    lattice : Lattice
        The scores as whole numbers, so that sums are exact.
    codes : ndarray of int, shape (n,)
        Group of each patient, 0 to groups - 1.
    groups : int
        Number of groups.
    strata : tuple of ndarray of int
        The rows of each stratum.
    trend : ndarray or None
        A number for each group: the statistic is then their contrast.
    """

    scores: FloatArray
    lattice: Lattice
    codes: IntArray
    groups: int
    strata: tuple[IntArray, ...]
    trend: FloatArray | None = None

    @property
    def signed(self) -> bool:
        """Whether the statistic is one sum with a sign, not a quadratic form."""
        return self.groups == 2 or self.trend is not None

    @property
    def n_arrangements(self) -> int:
        """Number of relabellings, those that look alike told apart."""
        return arrangements(self._dealt())

    def sums(self) -> FloatArray:
        """Return the sum of the scores of each group, less its mean over all relabellings."""
        return np.bincount(self.codes, weights=self.scores, minlength=self.groups).astype(np.float64)

    def covariance(self) -> FloatArray:
        """Return the covariance of the sums over all relabellings, (groups, groups)."""
        total = np.zeros((self.groups, self.groups))
        for rows in self.strata:
            sizes = np.bincount(self.codes[rows], minlength=self.groups).astype(np.float64)
            if rows.size > 1:
                spread = float(self.scores[rows] @ self.scores[rows]) / (rows.size - 1)
                total += spread * (np.diag(sizes) - np.outer(sizes, sizes) / rows.size)
        return total

    def steps(self) -> float:
        """Return how many sums an exact answer must form at most; infinite beyond what it can."""
        if self.groups == 2:
            return plan(self._parts()).steps
        return expected_states(self._dealt(), MOST_STATES)

    @property
    def countable(self) -> bool:
        """Whether the exact answer takes about a second at most."""
        return self.steps() <= AT_ONCE[self.groups > 2]

    def exact(self) -> Shares:
        """Return the shares of all relabellings.

        Raises
        ------
        UnsupportedError
            When they are too many to list.
        """
        steps, most = self.steps(), MOST_SUMS if self.groups == 2 else MOST_STATES
        if steps > most:
            needed = f"{steps:,.0f}, " if steps < 1e15 else ""
            raise UnsupportedError(
                f"The exact distribution needs too many sums ({needed}at most {most:,} are formed). "
                "Write method='monte-carlo'."
            )
        return self._two_groups() if self.groups == 2 else self._many_groups()

    def monte_carlo(self, number: int, generator: np.random.Generator) -> Shares:
        """Return the numbers of random relabellings."""
        return shares_of(self._drawn(number, generator), *self._seen(), signed=self.signed)

    def _drawn(self, number: int, generator: np.random.Generator) -> Iterator[tuple[FloatArray, None]]:
        for labels in relabelled(self.codes, self.strata, number, generator):
            yield self._statistic(group_sums(labels, self.scores, self.groups)), None

    def _seen(self) -> tuple[float, float]:
        """Return the statistic of the data and the scale on which ties are judged."""
        seen = float(self._statistic(self.sums()[None, :-1])[0])
        return seen, float(np.abs(self.scores).max(initial=0.0)) if self.signed else max(1.0, seen)

    def _statistic(self, sums: FloatArray) -> FloatArray:
        """Return the statistic of group sums (B, groups - 1): a sum, a contrast or a quadratic form."""
        if self.trend is not None:
            contrast: FloatArray = sums @ ((self.trend[:-1] - self.trend[-1]) / np.ptp(self.trend))
            return contrast
        if self.groups == 2:
            return sums[:, 0]
        inverse = np.linalg.pinv(self.covariance()[:-1, :-1], rcond=1e-10, hermitian=True)
        form: FloatArray = np.einsum("bg,gh,bh->b", sums, inverse, sums)
        return form

    def _parts(self) -> list[Part]:
        chosen = self._rising()
        return [
            Part(self.lattice.values[rows], int((self.codes[rows] == chosen).sum())) for rows in self.strata
        ]

    def _rising(self) -> int:
        """Return which of two groups makes the statistic large by large scores."""
        return int(self.trend is not None and self.trend[1] > self.trend[0])

    def _dealt(self) -> list[Stratum]:
        return [
            Stratum(
                self.lattice.values[rows],
                tuple(np.bincount(self.codes[rows], minlength=self.groups).tolist()),
            )
            for rows in self.strata
        ]

    def _two_groups(self) -> Shares:
        parts = self._parts()
        seen = Fraction(sum(self.lattice.values[self.codes == self._rising()].tolist()))
        middle = sum((part.expected for part in parts), Fraction(0))
        high, low = max(seen, 2 * middle - seen), min(seen, 2 * middle - seen)
        found = tails(parts, plan(parts), high, low, self.lattice.slack)
        # Only one end is counted on each side of the data: the rest is what remains.
        up = seen >= middle
        return Shares(
            at_least=found.at_least if up else 1 - found.below,
            above=found.above if up else 1 - found.at_most,
            at_most=1 - found.above if up else found.at_most,
            below=1 - found.at_least if up else found.below,
            beyond=min(1.0, found.at_least + found.at_most),
            farther=found.above + found.below,
        )

    def _many_groups(self) -> Shares:
        strata = self._dealt()
        lists, ways = enumerate_sums(strata, np.eye(self.groups, dtype=np.int64)[:, :-1])
        middle = sum(sum(s.scores.tolist()) / s.scores.size * np.array(s.sizes[:-1]) for s in strata)
        statistics = self._statistic((lists - middle) * self.lattice.unit)
        return divided(shares_of([(statistics, ways)], *self._seen(), signed=self.signed), float(ways.sum()))


def permutation_distribution(
    scores: FloatArray | Sequence[Fraction],
    codes: IntArray,
    *,
    groups: int,
    strata: Sequence[IntArray] | None = None,
    trend: FloatArray | None = None,
) -> PermutationDistribution:
    """Prepare the permutation distribution of fixed scores.

    Parameters
    ----------
    scores : ndarray or sequence of Fraction, shape (n,)
        One fixed score a patient. Fractions are kept exactly if a common denominator of 62 bits exists; other
        numbers are rounded to 12 digits of the largest, and sums closer than 1e-9 of it are equal.
    codes : ndarray of int, shape (n,)
        Group of each patient.
    groups : int
        Number of groups.
    strata : sequence of ndarray of int, optional
        The rows of each stratum, within which labels are permuted.
    trend : ndarray, optional
        A number for each group.
    """
    parts = tuple(strata) if strata is not None else (np.arange(codes.size),)
    if isinstance(scores, np.ndarray):
        centred, lattice = scores.astype(np.float64), None
    else:
        centred, lattice = np.array([float(score) for score in scores]), whole_numbers(scores)
    lattice = lattice or rounded(centred)
    for rows in parts:
        centred[rows] -= centred[rows].mean()
    return PermutationDistribution(
        scores=centred, lattice=lattice, codes=codes, groups=groups, strata=parts, trend=trend
    )
