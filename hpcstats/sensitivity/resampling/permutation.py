"""`permutation_test`: a covariate is tested by giving its values to other patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.permutation.score_permutation import (
    Layer,
    arrangements,
    every_sum,
    quadratic_form,
    some_sums,
)
from hpcstats.core.resampling.resampling_weights import streams
from hpcstats.errors import DataError, UnsupportedError, check_option, listing
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.regression.fit import CoxFit
from hpcstats.results import Result
from hpcstats.sensitivity.resampling.exchange import Exchange

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("auto", "exact", "monte-carlo")

_FEW = 100_000
"""Arrangements up to which all are looked at."""
_MOST = 2_000_000
"""Arrangements that are looked at when asked to."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PermutationTest(Result):
    """Outcome of `permutation_test`.

    Attributes
    ----------
    term : str
        What was tested.
    statistic : float
        Quadratic form of the score of its columns in the inverse of their permutation covariance.
    df : int
        Number of columns.
    p_value : float
        Share of arrangements at least as extreme; (b + 1) / (m + 1) where they are drawn.
    monte_carlo_error : float
        Standard error of the p-value by the finite number of draws; 0 for all arrangements.
    n_arrangements : int
        Arrangements there are.
    n_resamples : int
        Permutations drawn; 0 for all arrangements.
    seed : str
        What to write to draw the same again; empty for all arrangements.
    """

    term: str
    statistic: float
    df: int
    p_value: float
    monte_carlo_error: float
    n_arrangements: int
    n_resamples: int
    seed: str

    summary_fields = (*Result.summary_fields, "n_arrangements", "n_resamples", "seed")

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Permutation test of {self.term}, n = {self.n}, p = {self.p_value:.4g}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row: term, statistic, df, p_value, monte_carlo_error."""
        import pandas as pd

        names = ("term", "statistic", "df", "p_value", "monte_carlo_error")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def permutation_test(
    fit: CoxFit,
    term: str,
    n_resamples: int = 9_999,
    *,
    method: str = "auto",
    within: Any = None,
    data: Any = None,
    seed: Seed = None,
) -> PermutationTest:
    r"""Test of a covariate by permutation: whether its values are exchangeable among the patients.

    Use it where a chi-squared approximation means little: few events, or groups of unequal size. Without
    other covariates it is exact, and for groups the permutation log-rank test, provided that delayed entry
    and censoring have nothing to do with the covariate. With others it is approximate.

    Parameters
    ----------
    fit : CoxFit
        The model, one row a patient, no weights other than frequencies.
    term : str
        A covariate of the formula (all its columns are tested together) or one coefficient.
    n_resamples : int
        Permutations drawn where not all are looked at.
    method : {"auto", "exact", "monte-carlo"}
        All arrangements, or some drawn at random; "auto" takes all where they are at most 100,000.
    within : column or name of a column, optional
        Values change places only among patients who share a level (and a stratum of the fit).
    data : frame, optional
        Where names of columns are looked up.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin.

    Returns
    -------
    PermutationTest
        With `statistic`, `p_value`, `monte_carlo_error`.

    Raises
    ------
    DesignError
        Where the model without the term has no finite estimate.
    DataError, UnsupportedError
        For an unknown term, weights, several rows a patient, or too many arrangements for "exact".

    Notes
    -----
    With :math:`r_i` the martingale residuals of the model without the term and :math:`\tilde x_i` its columns
    less their projection on the other covariates in the metric of the information, the efficient score is
    :math:`U = \sum_i \tilde x_i r_i`. Residuals change places within strata, as Freedman & Lane's do (1983,
    doi:10.1080/07350015.1983.10509354), and :math:`U^\top V^{-} U` is compared with that of the data, V the
    covariance of U over all permutations. Nothing is refitted, so that no replicate fails; of a penalised fit
    the model without the term has Firth's penalty. Drawn permutations give p = (b + 1) / (m + 1) (Phipson &
    Smyth 2010, doi:10.2202/1544-6115.1585).

    Examples
    --------
    Six patients, three of each group: 20 arrangements, of which 2 are as extreme.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import permutation_test
    >>> y = hs.Surv.right([1, 2, 4, 3, 5, 6], [1, 1, 1, 1, 1, 0])
    >>> fit = hs.cox(y, {"group": [1, 1, 1, 0, 0, 0]})
    >>> test = permutation_test(fit, "group")
    >>> test.n_arrangements, round(test.p_value, 3)
    (20, 0.2)
    """
    check_option("method", method, METHODS)
    number_of_resamples(n_resamples)
    exchange = Exchange.of(fit, _columns(fit, term), within, data)
    ways = arrangements(exchange.layers)
    if method == "exact" and ways > _MOST:
        raise UnsupportedError(f"There are {ways:.3g} arrangements. Write method='monte-carlo'.")
    covariance = np.sum([layer.covariance for layer in exchange.layers], axis=0)
    observed = float(quadratic_form(exchange.observed[None], covariance)[0])
    exact = method == "exact" or (method == "auto" and ways <= _FEW)
    if exact:
        sums, written = every_sum(exchange.layers), ""
    else:
        sums, written = _drawn(exchange.layers, n_resamples, seed)
    extreme = int((quadratic_form(sums, covariance) >= observed * (1 - 1e-9) - 1e-12).sum())
    p_value = extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)
    how = f"all {ways:,} arrangements" if exact else f"{n_resamples:,} permutations, seed {written}"
    return PermutationTest(
        n=fit.n,
        n_events=fit.n_events,
        method=f"Permutation test of the score of {term} given the other covariates, two-sided, {how}.",
        conventions=("Exchangeable: entry and censoring have nothing to do with the covariate.",),
        term=term,
        statistic=observed,
        df=exchange.observed.size,
        p_value=p_value,
        monte_carlo_error=0.0 if exact else float(np.sqrt(p_value * (1 - p_value) / (len(sums) + 1))),
        n_arrangements=ways,
        n_resamples=0 if exact else n_resamples,
        seed=written,
    )


def _drawn(layers: tuple[Layer, ...], size: int, seed: Seed) -> tuple[FloatArray, str]:
    generator, written = generator_of(seed)
    entropy = generator.integers(0, 2**32, size=4).tolist()
    return some_sums(layers, streams(entropy, 0, len(layers)), size), written


def _columns(fit: CoxFit, term: str) -> list[int]:
    """Return the columns of a covariate of the formula, or of one coefficient."""
    for factor in fit.design.factors:
        if factor.name == term:
            return [int(column) for column in fit.design.columns(factor)]
    if term in fit.terms:
        return [fit.terms.index(term)]
    names = dict.fromkeys([*(factor.name for factor in fit.design.factors), *fit.terms])
    raise DataError(f"There is no term {term!r}. The terms are {listing(names)}.")
