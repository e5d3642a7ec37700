"""How well a Cox model ranks its patients: Harrell's concordance with a small-sample interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.cox.concordance import Comparisons, first_to_fail, score_ranks, second_to_fail
from hpcstats.errors import SmallSampleWarning, warn
from hpcstats.groups import confidence_level
from hpcstats.regression.fitted import Fitted, fitted
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.fit import CoxFit

_FEWEST = 3
"""Events below which the interval has no degrees of freedom to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Concordance(Result):
    """Harrell's concordance of a fit with the data it was made from. Made by `CoxFit.concordance`.

    Attributes
    ----------
    estimate, std_error : float
        The concordance and its infinitesimal-jackknife standard error (R's).
    low, high : float
        Limits.
    level : float
        Confidence level.
    pairs : float
        Weight of the pairs that can be compared.
    df : int
        Degrees of freedom of the limits.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    level: float
    pairs: float
    df: int

    summary_fields = (*Result.summary_fields, "level", "df")

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Concordance, n = {self.n}, events = {self.n_events}, pairs = {self.pairs:g}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row: estimate, std_error, low, high, pairs."""
        import pandas as pd

        names = ("estimate", "std_error", "low", "high", "pairs")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def concordance(fit: CoxFit, *, level: float | None = None) -> Concordance:
    """Probability that, of two patients, the one with the higher predicted hazard has the event first.

    One half is no better than chance, 1 is perfect. On the data of the fit it is too high:
    `CoxFit.performance` corrects it. It says nothing of calibration.

    Parameters
    ----------
    fit : CoxFit
        A fit with finite coefficients.
    level : float, optional
        Confidence level; by default that of the fit.

    Returns
    -------
    Concordance
        With `estimate`, `std_error`, `low`, `high`.

    Raises
    ------
    DesignError
        For a coefficient without a finite estimate.

    Notes
    -----
    Pairs are compared at the event time of the first to fail, within strata, both having entered before; two
    events at one time are no pair, equal predictions count one half. Estimate and standard error are those of
    R's ``survival::concordance``, which take the predictions as given. The interval is Wilson's with the
    effective number of pairs m = C (1 - C) / se^2 and a t quantile on one less than the number of events (of
    clusters, where fewer): it stays within 0 and 1 and keeps its level from nine patients on (there C plus or
    minus 1.96 se covers 84 %). Where C is 0 or 1 the standard error is 0, and m is the number of pairs
    without a common patient. Harrell et al. 1982 (doi:10.1001/jama.1982.03320430047030); Wilson 1927
    (doi:10.1080/01621459.1927.10502953); effective sample size as Korn & Graubard 1998 (Survey Methodology
    24:193).

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
    >>> fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 0]}, ties="breslow")
    >>> fit.concordance().to_frame().round(3)
       estimate  std_error    low   high  pairs
    0     0.778      0.059  0.552  0.908    9.0
    """
    asked = fit.level if level is None else confidence_level(level)
    at = fitted(fit, "Concordance")
    estimate, changes, pairs = _with_changes(at)
    error = float(np.sqrt((_summed(at, changes) ** 2).sum()))
    df, notes = _degrees(at), fit.warnings
    if df < _FEWEST - 1:
        notes = (*notes, f"{df + 1} events or clusters: the interval of the concordance means little.")
        warn(notes[-1], SmallSampleWarning)
    low, high = _limits(estimate, error, _disjoint(at), max(df, 1), asked)
    return Concordance(
        n=fit.n,
        n_events=fit.n_events,
        method=(
            "Harrell's concordance, infinitesimal-jackknife standard error, "
            f"{formats.level(asked)} Wilson interval with the effective number of pairs."
        ),
        conventions=("Equal predictions count one half; events at one time are not compared.",),
        warnings=notes,
        status="ok" if np.isfinite(estimate) else "not_estimable",
        reason="" if np.isfinite(estimate) else "No two patients can be compared.",
        estimate=estimate,
        std_error=error,
        low=low,
        high=high,
        level=asked,
        pairs=pairs,
        df=df,
    )


def comparisons(at: Fitted) -> Comparisons:
    """Rank the times of the rows that count."""
    return Comparisons.of(at.exit, at.event, at.entry, at.strata)


def _with_changes(at: Fitted) -> tuple[float, FloatArray, float]:
    """Return the concordance, what it changes by with each row's weight (per weight), and the pairs."""
    compared, ranks = comparisons(at), score_ranks(at.linear[None])[0]
    first = first_to_fail(compared, ranks, at.weights)
    second = second_to_fail(compared, ranks, at.weights)
    pairs = float(first.all @ at.weights)
    if pairs <= 0:
        return np.nan, np.full(at.rows.size, np.nan), 0.0
    estimate = float(first.agreeing @ at.weights) / pairs
    agreeing, everybody = first.agreeing + second.agreeing, first.all + second.all
    return estimate, (agreeing - estimate * everybody) / pairs, pairs


def _summed(at: Fitted, changes: FloatArray) -> FloatArray:
    """Return the changes with each patient, or each cluster, left out."""
    if at.units is not None:
        return np.asarray(np.bincount(at.units, weights=changes * at.weights), dtype=np.float64)
    return changes * (np.sqrt(at.weights) if at.fit.inputs.frequency else at.weights)


def _degrees(at: Fitted) -> int:
    events = at.fit.n_events
    return events - 1 if at.units is None else min(events, int(at.units.max()) + 1) - 1


def _disjoint(at: Fitted) -> float:
    """Return how many pairs without a common patient there can be, at least one."""
    return float(max(1, min(at.fit.n_events, at.fit.n // 2)))


def _limits(estimate: float, error: float, fewest: float, df: int, level: float) -> tuple[float, float]:
    if not np.isfinite(estimate):
        return np.nan, np.nan
    t = float(stdtrit(df, 0.5 + level / 2))
    variance = estimate * (1 - estimate)
    number = variance / error**2 if error > 0 and variance > 0 else fewest
    square = t * t / number
    centre = (estimate + square / 2) / (1 + square)
    margin = np.sqrt(square * variance + square**2 / 4) / (1 + square)
    return max(0.0, float(centre - margin)), min(1.0, float(centre + margin))
