"""`quasi_independence`: whether a time is unrelated to the limit it was seen through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.quasi_independence_result import QuasiIndependence
from hpcstats.compare.truncation_pairings import Permuted, permuted
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.truncation.quasi_independence import codes_of, null_variance, signs_of_pairs
from hpcstats.errors import NonIdentifiableWarning, check_option, warn
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.randomness import Seed
from hpcstats.results import Status
from hpcstats.surv import Surv

METHODS = ("auto", "asymptotic", "exact", "monte-carlo")
KINDS = ("right_truncated", "doubly_truncated")

CONVENTIONS = (
    "Comparable: each of two cases could have been seen with the time of the other; ties count 0 in tau.",
    "Error and limits of tau: U-statistic; test: variance under quasi-independence.",
)
UNTESTED = (
    "A large p-value proves nothing with few comparable pairs.",
    "Dependence where nobody can be seen cannot be tested.",
)


def quasi_independence(
    response: Surv,
    *,
    method: str = "auto",
    level: float = 0.95,
    n_resamples: int = 9999,
    seed: Seed = None,
) -> QuasiIndependence:
    r"""Conditional Kendall's tau of time and truncation, and the test that it is 0.

    Use it before `lynden_bell` and `truncated_cox`, which assume that where both can be seen, time and
    truncation are unrelated. For publication years a dependence means that patients of other decades had
    other courses, or were found by other means. With few comparable pairs a large p-value shows nothing: see
    the limits of tau.

    Parameters
    ----------
    response : Surv
        From `Surv.right_truncated` or `Surv.doubly_truncated`.
    method : {"auto", "asymptotic", "exact", "monte-carlo"}
        How the p-value is found: by the normal (chi-squared) distribution, or over the ways to pair the times
        with the limits so that every case could have been seen, all of which are equally likely under
        quasi-independence. "auto" is exact where that can be done, else asymptotic.
    level : float
        Confidence level of the limits of tau.
    n_resamples, seed
        Of the Monte-Carlo p-value, which is (b + 1) / (m + 1).

    Returns
    -------
    QuasiIndependence
        With `to_frame`, `statistic`, `df`, `p_value`, `tau`.

    Raises
    ------
    UnsupportedError
        For another kind of response, an exact p-value over too many pairings, and Monte-Carlo under double
        truncation, whose pairings cannot be drawn directly.

    Notes
    -----
    With c_ij = 1 where pairs are comparable,

    .. math:: \hat\tau = \frac{\sum_{i<j} c_{ij}\, \mathrm{sgn}\{(x_i - x_j)(v_i - v_j)\}}{\sum_{i<j} c_{ij}}

    Right truncation: the numerator has under quasi-independence, given all risk sets, the variance
    sum (r_k^2 - 1) / 3 without ties, and in general d (r - d) / (r - 1) times the mean squared score of each
    risk set, as a log-rank test of ranks. Double truncation: two taus, with the lower and the upper limit,
    and a chi-squared statistic with their U-statistic covariance, which rejects too often with fewer than
    about 40 cases. Tsai 1990 (doi:10.1093/biomet/77.1.169); Martin &
    Betensky 2005 (doi:10.1198/016214504000001538); permutation: Efron & Petrosian 1999
    (doi:10.1080/01621459.1999.10474187).

    Examples
    --------
    Four cases; the later the limit, the later the time. Of the 24 ways to pair them two are as extreme.

    >>> import hpcstats as hs
    >>> test = hs.quasi_independence(hs.Surv.right_truncated([1, 2, 3, 4], [5, 6, 7, 8]))
    >>> test.tau.tolist(), test.n_pairings, round(test.p_value, 4)
    ([1.0], 24, 0.0833)
    """
    needs_kind(response, KINDS, "quasi_independence", "It needs truncation times.")
    check_option("method", method, METHODS)
    level = confidence_level(level)
    pairs = _Pairs.of(response)
    chi, df = pairs.chi_squared()
    asymptotic = float(chdtrc(df, chi)) if df else np.nan
    if df:
        found = permuted(pairs.time, pairs.windows, pairs.signs, method, n_resamples, seed)
    else:
        found = Permuted("asymptotic", np.nan)
    problem = "" if df else "no two comparable cases differ in time and limit: nothing can be tested"
    if problem:
        warn(f"Quasi-independence: {problem}.", NonIdentifiableWarning)
    low, high = pairs.limits(level)
    status: Status = "ok" if df else "not_estimable"
    return QuasiIndependence(
        n=len(response),
        n_events=len(response),
        method=_sentence(response, found, level),
        conventions=(*CONVENTIONS, *UNTESTED),
        warnings=(problem,) if problem else (),
        status=status,
        reason=problem,
        response=response,
        limits=pairs.names,
        comparable=round(pairs.number),
        tau=pairs.tau,
        std_error=pairs.error,
        low=low,
        high=high,
        z=pairs.z,
        level=level,
        statistic=chi if df else np.nan,
        df=df,
        p_value=asymptotic if found.method == "asymptotic" else found.p_value,
        p_value_method=found.method,
        p_value_asymptotic=asymptotic,
        p_value_std_error=found.std_error,
        n_pairings=found.n_pairings,
        n_resamples=found.n_resamples,
        seed=found.seed,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Comparable pairs with the sums of their signs, for each limit (L, n), and their covariance (L, L)."""

    names: tuple[str, ...]
    time: IntArray
    windows: IntArray
    pairs: FloatArray
    signs: FloatArray
    null: FloatArray

    @classmethod
    def of(cls, response: Surv) -> _Pairs:
        assert response.truncation is not None
        if response.lower is None:
            time, upper = codes_of(response.time, response.truncation)
            windows = np.stack([np.full_like(upper, -1), upper])
            names: tuple[str, ...] = ("upper",)
            given = windows[1:]
        else:
            time, lower, upper = codes_of(response.time, response.lower, response.truncation)
            windows = given = np.stack([lower, upper])
            names = ("lower", "upper")
        pairs, signs = signs_of_pairs(time, windows, given)
        null = np.array([[null_variance(time, upper)]]) if response.lower is None else _spread(pairs, signs)
        return cls(names, time, windows, pairs, signs, null)

    @property
    def number(self) -> float:
        """Comparable pairs."""
        return float(self.pairs.sum() / 2)

    @property
    def tau(self) -> FloatArray:
        """Conditional tau of each limit, NaN without comparable pairs."""
        number = self.number or np.nan
        return np.asarray(self.signs.sum(axis=1) / (2 * number), dtype=np.float64)

    @property
    def error(self) -> FloatArray:
        """Standard error of tau as a ratio of U-statistics."""
        parts = self.signs - self.tau[:, None] * self.pairs
        return np.asarray(np.sqrt((parts**2).sum(axis=1)) / (self.number or np.nan), dtype=np.float64)

    @property
    def z(self) -> FloatArray:
        """Signed statistics."""
        spread = np.sqrt(np.diag(self.null))
        total = self.signs.sum(axis=1) / 2
        found: FloatArray = np.full_like(total, np.nan)
        np.divide(total, spread, out=found, where=spread > 0)
        return found

    def limits(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return normal limits of tau within -1 and 1; none where all pairs agree, which has no width."""
        margin = np.where(self.error > 0, normal_quantile(level) * self.error, np.nan)
        return np.maximum(self.tau - margin, -1.0), np.minimum(self.tau + margin, 1.0)

    def chi_squared(self) -> tuple[float, int]:
        """Return the statistic of all limits together and its degrees of freedom."""
        total = self.signs.sum(axis=1) / 2
        rank = int(np.linalg.matrix_rank(self.null, hermitian=True)) if self.null.any() else 0
        if not rank:
            return np.nan, 0
        return float(total @ np.linalg.pinv(self.null, hermitian=True) @ total), rank


def _spread(pairs: FloatArray, signs: FloatArray) -> FloatArray:
    """Estimate the covariance of the sums of signs; around 0, which is larger, where all pairs agree."""
    centred = signs - pairs * (signs.sum(axis=1) / max(pairs.sum(), 1.0))[:, None]
    around_tau, around_zero = centred @ centred.T, signs @ signs.T
    lost = np.diag(around_tau) <= 1e-9 * np.diag(around_zero)
    return np.asarray(around_zero if lost.any() else around_tau, dtype=np.float64)


def _sentence(response: Surv, found: Permuted, level: float) -> str:
    which = "Tsai" if response.lower is None else "Martin and Betensky"
    how = {
        "asymptotic": "asymptotic p-value",
        "exact": f"exact p-value over {found.n_pairings:,} pairings" if found.n_pairings else "exact p-value",
        "monte-carlo": f"Monte-Carlo p-value over {found.n_resamples} random pairings, seed {found.seed}",
    }[found.method]
    return (
        f"Conditional Kendall's tau of time and truncation ({which}), {formats.level(level)} U-statistic "
        f"interval, test of quasi-independence by {how}."
    )
