"""How a Cox model would do on new patients: concordance and calibration slope, corrected for optimism."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from hpcstats.columns import FloatArray
from hpcstats.core.concordance import concordances
from hpcstats.core.newton import maximise
from hpcstats.core.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.ray import slopes
from hpcstats.errors import SeparationWarning, warn
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.regression.concordance import comparisons
from hpcstats.regression.fitted import Fitted, fitted
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.fit import CoxFit

_AT_ONCE = 2_000_000
"""Rows times replicates that are held at once."""
MEASURES = ("concordance", "calibration_slope")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Performance(Result):
    """Apparent and corrected performance of a fit. Made by `CoxFit.performance`.

    Attributes
    ----------
    apparent, optimism, corrected, monte_carlo_error : ndarray, shape (2,)
        Of concordance and calibration slope, in this order; corrected is apparent less optimism, the last its
        standard error by the finite number of resamples.
    n_resamples, n_used : int
        Bootstrap samples drawn, and those with finite estimates, which alone enter.
    """

    apparent: FloatArray
    optimism: FloatArray
    corrected: FloatArray
    monte_carlo_error: FloatArray
    n_resamples: int
    n_used: int

    summary_fields = (*Result.summary_fields, "n_resamples", "n_used")

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Performance, n = {self.n}, events = {self.n_events}, "
            f"{self.n_used:,} of {self.n_resamples:,} bootstrap samples with finite estimates"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row each for concordance and calibration slope: apparent, optimism, corrected."""
        import pandas as pd

        return pd.DataFrame(
            {
                "measure": list(MEASURES),
                "apparent": self.apparent,
                "optimism": self.optimism,
                "corrected": self.corrected,
                "monte_carlo_error": self.monte_carlo_error,
            }
        )


def performance(fit: CoxFit, n_resamples: int = 1000, seed: Seed = 1) -> Performance:
    """Concordance and calibration slope that the model can be expected to reach on new patients.

    A model fits the patients it was made from better than any others. The bootstrap measures by how much:
    each resample is fitted anew, and judged on itself and on the data. A corrected slope well below 1 says
    that the log hazard ratios are too far from 0; multiplying them by it would shrink them to size.

    Parameters
    ----------
    fit : CoxFit
        An unpenalised fit with finite coefficients.
    n_resamples : int
        Bootstrap samples: patients drawn with replacement, within strata; or whole clusters, or the patients
        behind several rows.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin.

    Returns
    -------
    Performance
        With `apparent`, `optimism`, `corrected`, `n_used`.

    Raises
    ------
    DesignError
        For a coefficient without a finite estimate.

    Notes
    -----
    The optimism of the concordance is the mean over resamples of that on the resample less that on the data.
    The slope is the coefficient of x'beta* in a Cox model: 1 on the resample itself, and on the data the
    median over resamples. Harrell averages them: a few resamples whose beta* happens to lie near 0 have
    slopes that are anything, and in small samples rule the mean. Harrell, Lee & Mark 1996
    (doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4).

    Resamples without a finite estimate (no events, a constant covariate, a monotone likelihood) are counted
    and left out, never averaged in: where they are many, the answer describes the lucky resamples alone and
    is itself too good.

    Examples
    --------
    The Freireich trial: one strong covariate, hardly any optimism.

    >>> import hpcstats as hs
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> fit = hs.cox(y, {"placebo": [0] * 21 + [1] * 21})
    >>> found = fit.performance(n_resamples=200, seed=1)
    >>> found.to_frame().round(2)[["measure", "apparent", "corrected"]]
                 measure  apparent  corrected
    0        concordance      0.69       0.69
    1  calibration_slope      1.00       0.98
    """
    n_resamples = number_of_resamples(n_resamples)
    generator, written = generator_of(seed)
    at = fitted(fit, "Performance measures")
    likelihood = _likelihood(at, at.weights[None])
    parts = [_optimism(at, likelihood, weights) for weights in _resamples(at, n_resamples, generator)]
    found = np.concatenate(parts)
    found = found[np.isfinite(found).all(axis=1)]
    used = found.shape[0]
    apparent = np.array([concordances(comparisons(at), at.linear[None], at.weights[None])[0], 1.0])
    optimism, error = np.full(2, np.nan), np.full(2, np.nan)
    if used > 1:
        optimism = np.array([found[:, 0].mean(), np.median(found[:, 1])])
        error = np.array([found[:, 0].std(ddof=1), _spread_of_median(found[:, 1])]) / np.sqrt(used)
    notes = _notes(fit, used, n_resamples)
    return Performance(
        n=fit.n,
        n_events=fit.n_events,
        method=(
            "Optimism-corrected concordance and calibration slope (Harrell), "
            f"{used:,} of {n_resamples:,} bootstrap samples with finite estimates, seed {written}."
        ),
        conventions=fit.conventions,
        warnings=notes,
        status="ok" if used > 1 else "not_estimable",
        reason="" if used > 1 else "Fewer than two bootstrap samples have a finite estimate.",
        apparent=apparent,
        optimism=optimism,
        corrected=apparent - optimism,
        monte_carlo_error=error,
        n_resamples=n_resamples,
        n_used=used,
    )


def _notes(fit: CoxFit, used: int, drawn: int) -> tuple[str, ...]:
    if used > 0.95 * drawn:
        return fit.warnings
    note = (
        f"{drawn - used:,} of {drawn:,} bootstrap samples have no finite estimate and were left out; "
        "the measures of those left are too good. Use fewer terms or a penalised fit."
    )
    warn(note, SeparationWarning)
    return (*fit.warnings, note)


def _resamples(at: Fitted, n_resamples: int, generator: np.random.Generator) -> Iterator[FloatArray]:
    """Give weights (B, n) of units drawn with replacement (rows within their strata), in pieces."""
    frequency, units = at.fit.inputs.frequency, at.units
    if units is None:
        units = np.arange(at.rows.size)
        layer = np.zeros(units.size, dtype=np.int64) if at.strata is None else at.strata
    else:
        layer = np.zeros(int(units.max()) + 1, dtype=np.int64)
    repeats = at.weights if frequency and at.units is None else np.ones(layer.size)
    size = max(1, _AT_ONCE // at.rows.size)
    for start in range(0, n_resamples, size):
        drawn = np.empty((min(size, n_resamples - start), layer.size))
        for number in np.unique(layer):
            inside = np.flatnonzero(layer == number)
            chance = repeats[inside] / repeats[inside].sum()
            drawn[:, inside] = generator.multinomial(int(repeats[inside].sum()), chance, size=drawn.shape[0])
        yield drawn if frequency and at.units is None else drawn[:, units] * at.weights


def _optimism(at: Fitted, likelihood: PartialLikelihood, weights: FloatArray) -> FloatArray:
    """Return how much more concordance and slope each resample promises than it keeps (B, 2).

    NaN without a finite estimate, or without a pair to compare.
    """
    scale = at.fit.search.scale
    start = np.tile(at.fit.coef * scale, (weights.shape[0], 1))
    top = maximise(_likelihood(at, weights), start, give_up=True)
    found, good = np.full((weights.shape[0], 2), np.nan), top.converged
    if good.any():
        chosen = top.position[good]
        scores = chosen @ (at.covariates / scale).T + at.fit.inputs.offset[at.rows]
        compared = comparisons(at)
        own = concordances(compared, scores, weights[good])
        found[good, 0] = own - concordances(compared, scores, np.broadcast_to(at.weights, scores.shape))
        found[good, 1] = 1 - slopes(likelihood, chosen)
    return found


def _spread_of_median(values: FloatArray) -> float:
    """Return the standard error of the median times the root of the number, were the middle half normal."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float(np.sqrt(np.pi / 2) * (high - low) / (2 * ndtri(0.75)))


def _likelihood(at: Fitted, weights: FloatArray) -> PartialLikelihood:
    """Prepare the likelihood of the scaled covariates under other weights."""
    case = at.fit.inputs
    return prepare(
        at.exit,
        at.event,
        at.covariates / at.fit.search.scale,
        weights,
        entry=at.entry,
        strata=at.strata,
        offset=case.offset[at.rows],
        ties=at.fit.ties,
        frequency=case.frequency or bool((at.weights == 1).all()),
    )
