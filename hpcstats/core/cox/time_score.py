"""Score tests of coefficients that change with time, and the same with the times of the events permuted.

The model beta + theta g(t) has at theta = 0 the score sum_i g(t_i) r_i, with r_i the Schoenfeld residual of
event i, and the information sums of V_i, g V_i and g^2 V_i, with V_i the covariance of the covariates at risk
at its time. With S = I22 - I21 I11^-1 I12 the statistic of some columns is U' S^-1 U of these columns.
(Grambsch & Therneau 1994, doi:10.1093/biomet/81.3.515; as R's cox.zph since survival 3.0.)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpcstats.core.cox.event_steps import EventSteps
from hpcstats.core.risk_sets import FloatArray, IntArray

_SINGULAR = 1e-9
_NEAR = 1e-9
_PIECE = 2_000_000


@dataclass(frozen=True, slots=True)
class TimeScore:
    """What each event (m,) adds to the score and the information of coefficients that change with time.

    Attributes
    ----------
    residuals, information : ndarray, shapes (m, p) and (m, p, p)
        Schoenfeld residuals and covariances of the covariates, with their weights.
    rows, layer : ndarray of int, shape (m,)
        Row and stratum of each event.
    """

    residuals: FloatArray
    information: FloatArray
    rows: IntArray
    layer: IntArray

    @classmethod
    def of(cls, steps: Sequence[EventSteps]) -> TimeScore:
        """Collect the events of all strata; each has its weight's share of its time's information."""
        residuals, information, rows, layer = [], [], [], []
        for number, each in enumerate(steps):
            dying = each.events
            time = each.stratum.last[dying]
            weights = each.stratum.weights[dying, 0]
            share = weights / np.bincount(time, weights=weights, minlength=each.size)[time]
            residuals.append(weights[:, None] * (each.covariates[dying] - each.mean_at_events()[time]))
            information.append(share[:, None, None] * each.information()[time])
            rows.append(each.stratum.rows[dying])
            layer.append(np.full(dying.size, number))
        return cls(*(np.concatenate(part) for part in (residuals, information, rows, layer)))

    def repeated(self, times: IntArray) -> TimeScore:
        """Write each event as so many equal events."""
        part = 1 / np.repeat(times, times)
        return TimeScore(
            np.repeat(self.residuals, times, axis=0) * part[:, None],
            np.repeat(self.information, times, axis=0) * part[:, None, None],
            np.repeat(self.rows, times),
            np.repeat(self.layer, times),
        )

    def statistics(self, values: FloatArray, tests: Sequence[IntArray]) -> tuple[FloatArray, FloatArray]:
        """Return statistics and degrees of freedom (R, tests) for values of g (R, m).

        Without information left there are 0 degrees of freedom.
        """
        values = values - values.mean(axis=1, keepdims=True)
        p = self.residuals.shape[1]
        flat = self.information.reshape(-1, p * p)
        first = np.linalg.pinv(self.information.sum(axis=0), rcond=_SINGULAR, hermitian=True)
        mixed = (values @ flat).reshape(-1, p, p)
        second = (values**2 @ flat).reshape(-1, p, p)
        score = values @ self.residuals - mixed @ (first @ self.residuals.sum(axis=0))
        spread = second - mixed @ first @ mixed
        scale = np.sqrt(np.einsum("rpp->rp", second))
        scale = np.where(scale > 0, scale, 1.0)
        score, spread = score / scale, spread / (scale[:, :, None] * scale[:, None, :])
        found = [_quadratic(score[:, t], spread[:, t[:, None], t]) for t in tests]
        return np.stack([f[0] for f in found], axis=1), np.stack([f[1] for f in found], axis=1)

    def orders(self, most: int) -> int:
        """Count the orders of the events within their strata, 0 if there are more than `most`."""
        orders: int = 1
        for size in np.bincount(self.layer).tolist():
            for factor in range(2, int(size) + 1):
                orders *= factor
                if orders > most:
                    return 0
        return orders

    def enumerated(self, values: FloatArray) -> Iterator[FloatArray]:
        """Give the values (m,) in every order within the strata, in pieces (R, m)."""
        groups = [np.flatnonzero(self.layer == number) for number in np.unique(self.layer)]
        ways = itertools.product(*(itertools.permutations(group.tolist()) for group in groups))
        place = np.concatenate(groups)
        while chunk := list(itertools.islice(ways, self._piece)):
            index = np.array([list(itertools.chain(*way)) for way in chunk])
            moved = np.empty(index.shape)
            moved[:, place] = values[index]
            yield moved

    def drawn(
        self, values: FloatArray, n_resamples: int, generator: np.random.Generator
    ) -> Iterator[FloatArray]:
        """Give the values (m,) in random orders within the strata, in pieces (R, m)."""
        place = np.argsort(self.layer, kind="stable")
        for start in range(0, n_resamples, self._piece):
            size = min(self._piece, n_resamples - start)
            keys = self.layer[place] + generator.random((size, place.size))
            moved = np.empty(keys.shape)
            moved[:, place] = values[place[np.argsort(keys, axis=1)]]
            yield moved

    def exceeding(
        self, orders: Iterator[FloatArray], observed: FloatArray, tests: Sequence[IntArray]
    ) -> IntArray:
        """Count the orders whose statistics reach the observed ones: (tests,)."""
        total = np.zeros(observed.size, dtype=np.int64)
        for values in orders:
            statistics, _ = self.statistics(values, tests)
            total += (statistics >= observed * (1 - _NEAR)).sum(axis=0)
        return total

    @property
    def _piece(self) -> int:
        events, p = self.residuals.shape
        return max(1, _PIECE // (int(events) + 4 * int(p) ** 2))


def _quadratic(score: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return U' S^- U and the rank of S, for each replicate; S is a share of the raw information."""
    values, vectors = np.linalg.eigh(spread)
    along = np.einsum("rpk,rp->rk", vectors, score)
    kept = values > _SINGULAR
    squares = np.divide(along**2, values, out=np.zeros_like(values), where=kept)
    return squares.sum(axis=1), kept.sum(axis=1).astype(np.float64)
