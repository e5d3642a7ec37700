"""Are the hazards proportional? The score test of Grambsch and Therneau, with a permutation p-value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.time_score import TimeScore
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import count, place
from hpcstats.errors import DesignError, check_option
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.regression.fitted import Fitted, fitted
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.fit import CoxFit

TRANSFORMS = {
    "km": "the Kaplan-Meier scale of time",
    "identity": "time",
    "rank": "the rank of time",
    "log": "the logarithm of time",
}
MOST_ORDERS = 50_000
"""Orders of the events up to which all of them are tried."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ProportionalHazardsTest(Result):
    """Tests of proportional hazards, for each term and for all. Made by `CoxFit.proportional_hazards`.

    Attributes
    ----------
    terms : tuple of str
        Factors of the formula, and "global".
    statistic, df, p_value : ndarray
        Score statistics, their degrees of freedom, and p-values by the chi-squared distribution.
    p_permutation, p_error : ndarray
        p-values over orders of the events, and their Monte-Carlo standard errors (0 if exact).
    transform : str
        Scale of time.
    n_orders : int
        Orders of the events tried.
    exact : bool
        Whether these were all.
    """

    terms: tuple[str, ...]
    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray
    p_permutation: FloatArray
    p_error: FloatArray
    transform: str
    n_orders: int
    exact: bool

    summary_fields = (*Result.summary_fields, "transform", "n_orders", "exact")

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Proportional hazards over {TRANSFORMS[self.transform]}, n = {self.n}, events = {self.n_events}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each term and one for all: term, statistic, df, p_value, p_permutation."""
        import pandas as pd

        return pd.DataFrame(
            {
                "term": list(self.terms),
                "statistic": self.statistic,
                "df": self.df.astype(np.int64),
                "p_value": self.p_value,
                "p_permutation": self.p_permutation,
            }
        )


def proportional_hazards(
    fit: CoxFit, transform: str = "km", *, n_resamples: int = 9999, seed: Seed = 1
) -> ProportionalHazardsTest:
    """Test whether log hazard ratios change with time.

    A small p-value says that a hazard ratio is an average of ratios that differ over time; a large one, in a
    small sample, says little. Look at the scaled Schoenfeld residuals as well.

    Parameters
    ----------
    fit : CoxFit
        A fit with finite coefficients.
    transform : {"km", "identity", "rank", "log"}
        Scale g(t) along which the coefficients may change: one less the Kaplan-Meier estimate just before t
        (R's default, robust to outlying times), the time, its rank among all exit times, its logarithm.
    n_resamples : int
        Random orders of the events for the permutation p-value where there are more than 50,000; 0 for none.
    seed : int, SeedSequence, Generator or None
        Where the random orders begin.

    Returns
    -------
    ProportionalHazardsTest
        A row for each term of the formula, with as many degrees of freedom as it has columns, and one for
        all.

    Raises
    ------
    DesignError
        For a coefficient without a finite estimate, fewer than two event times, or the logarithm of time 0.

    Notes
    -----
    The score test of theta = 0 in beta + theta g(t), with the full information matrix: R's ``cox.zph`` since
    survival 3.0 (older versions used an approximation). Grambsch & Therneau 1994
    (doi:10.1093/biomet/81.3.515).

    The permutation p-value lets the values g(t) of the events change places (within strata), all else fixed:
    all orders of up to 8 events, else random ones, (b + 1) / (m + 1). It does not lean on the chi-squared
    distribution, but takes the residuals of different times for exchangeable, which is exact only where the
    risk sets are alike.

    Examples
    --------
    The Freireich trial: nothing speaks against proportional hazards.

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> fit = hs.cox(y, {"placebo": [0] * 21 + [1] * 21})
    >>> fit.proportional_hazards(n_resamples=0).to_frame().round(4)[
    ...     ["term", "statistic", "df", "p_value"]
    ... ]
          term  statistic  df  p_value
    0  placebo     0.0229   1   0.8798
    1   global     0.0229   1   0.8798
    """
    check_option("transform", transform, TRANSFORMS)
    n_resamples = number_of_resamples(n_resamples, least=0)
    generator, written = generator_of(seed)
    at = fitted(fit, "Tests of proportional hazards")
    score = TimeScore.of(at.score_steps("Tests of proportional hazards"))
    values = _transformed(at, transform)[score.rows]
    if np.ptp(values) == 0:
        raise DesignError(
            "All events are at one time, so that nothing can change with time. There is no test."
        )
    factors = fit.design.factors
    tests = [*(fit.design.columns(factor) for factor in factors), np.arange(len(fit.terms))]
    statistic, df = (found[0] for found in score.statistics(values[None], tests))
    statistic = np.where(df > 0, statistic, np.nan)
    units, repeated = score, values
    if fit.inputs.frequency:
        times = at.weights[score.rows].astype(np.int64)
        units, repeated = score.repeated(times), np.repeat(values, times)
    orders = units.orders(MOST_ORDERS) if n_resamples else 0
    p_permutation, p_error, tried = _permuted(
        units, repeated, statistic, tests, orders, n_resamples, generator
    )
    return ProportionalHazardsTest(
        n=fit.n,
        n_events=fit.n_events,
        method=_sentence(transform, orders > 0, tried, written),
        conventions=fit.conventions,
        warnings=fit.warnings,
        terms=(*(factor.name for factor in factors), "global"),
        statistic=statistic,
        df=df,
        p_value=np.array([chdtrc(d, s) if d else np.nan for s, d in zip(statistic, df, strict=True)]),
        p_permutation=np.where(df > 0, p_permutation, np.nan),
        p_error=p_error,
        transform=transform,
        n_orders=tried,
        exact=orders > 0,
    )


def _permuted(
    units: TimeScore,
    values: FloatArray,
    observed: FloatArray,
    tests: list[IntArray],
    orders: int,
    n_resamples: int,
    generator: np.random.Generator,
) -> tuple[FloatArray, FloatArray, int]:
    """Return the permutation p-values, their standard errors, and the number of orders."""
    if not n_resamples:
        return np.full(observed.size, np.nan), np.full(observed.size, np.nan), 0
    if orders:
        share = units.exceeding(units.enumerated(values), observed, tests) / orders
        return share, np.zeros(observed.size), orders
    drawn = units.exceeding(units.drawn(values, n_resamples, generator), observed, tests)
    share = (drawn + 1) / (n_resamples + 1)
    return share, np.sqrt(share * (1 - share) / n_resamples), n_resamples


def _transformed(at: Fitted, transform: str) -> FloatArray:
    """Return g of each row's exit time: (n,)."""
    risk = place(at.exit, at.event, at.entry)
    if transform == "identity":
        return risk.times[risk.last]
    if transform == "log":
        if (risk.times[risk.last[at.event]] <= 0).any():
            raise DesignError("An event at time 0 has no logarithm. Write transform='rank'.")
        return np.log(np.maximum(risk.times, np.finfo(np.float64).tiny))[risk.last]
    weights = at.weights if at.fit.inputs.frequency else np.ones(at.rows.size)
    counts = count(risk, weights[None])
    if transform == "rank":
        middle: FloatArray = np.cumsum(counts.exits[0]) - (counts.exits[0] - 1) / 2
        return middle[risk.last]
    survival = product_limit(counts)[0][0]
    return 1 - np.concatenate([[1.0], survival])[risk.last]


def _sentence(transform: str, exact: bool, tried: int, seed: str) -> str:
    words = [f"Score test of Grambsch and Therneau for coefficients that change with {TRANSFORMS[transform]}"]
    if tried:
        how = f"all {tried:,} orders" if exact else f"{tried:,} random orders (seed {seed})"
        words.append(f"permutation p-value over {how} of the events")
    return ", ".join(words) + "."
