"""How a Cox model would do on new patients: concordance and calibration slope, corrected for optimism."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from hpcstats.columns import FloatArray
from hpcstats.core.cox.concordance import concordances
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.cox.ray import slopes
from hpcstats.errors import SeparationWarning, warn
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.regression.choices import Objective, penalised
from hpcstats.regression.concordance import comparisons
from hpcstats.regression.fitted import Fitted, fitted
from hpcstats.regression.performance_result import Performance

if TYPE_CHECKING:
    from hpcstats.regression.fit import CoxFit

__all__ = ["Performance", "performance"]

_AT_ONCE = 2_000_000
"""Rows times replicates that are held at once."""


def performance(fit: CoxFit, n_resamples: int = 1000, seed: Seed = 1) -> Performance:
    """Concordance and calibration slope that the model can be expected to reach on new patients.

    A model fits the patients it was made from better than any others. The bootstrap measures by how much:
    each resample is fitted anew, and judged on itself and on the data. A corrected slope well below 1 says
    that the log hazard ratios are too far from 0; multiplying them by it would shrink them to size.

    Parameters
    ----------
    fit : CoxFit
        A fit with finite coefficients. Resamples are fitted with its penalty.
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
    The slope is the coefficient of x'beta* in a Cox model; its optimism is the median over resamples of that
    on the resample (1, unless there is a penalty; infinite where the likelihood is monotone along beta*) less
    that on the data. Harrell averages: a few resamples whose beta* happens to lie near 0 have slopes that are
    anything, and in small samples rule the mean. Harrell, Lee & Mark 1996
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
    found = found[np.isfinite(found[:, 0])]
    used = found.shape[0]
    own = _own_slopes(fit, likelihood, fit.coef[None] * fit.search.scale)[0]
    apparent = np.array([concordances(comparisons(at), at.linear[None], at.weights[None])[0], own])
    optimism, error = _summarised(found)
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
        corrected=np.where(np.isfinite(apparent), apparent - optimism, np.nan),
        monte_carlo_error=error,
        n_resamples=n_resamples,
        n_used=used,
    )


def _notes(fit: CoxFit, used: int, drawn: int) -> tuple[str, ...]:
    if used > 0.95 * drawn:
        return fit.warnings
    note = (
        f"{drawn - used:,} of {drawn:,} bootstrap samples have no finite estimate and were left out; "
        "the measures of those left are too good. Use fewer terms, or penalty='firth'."
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
    resampled = _likelihood(at, weights)
    top = maximise(_objective(at.fit, resampled), start, give_up=True)
    found, good = np.full((weights.shape[0], 2), np.nan), top.converged
    if good.any():
        chosen = top.position[good]
        scores = chosen @ (at.covariates / scale).T + at.fit.inputs.offset[at.rows]
        compared = comparisons(at)
        own = concordances(compared, scores, weights[good])
        found[good, 0] = own - concordances(compared, scores, np.broadcast_to(at.weights, scores.shape))
        promised = _own_slopes(at.fit, resampled.take(np.flatnonzero(good)), chosen)
        found[good, 1] = promised - slopes(likelihood, chosen)
    return found


def _objective(fit: CoxFit, likelihood: PartialLikelihood) -> Objective:
    """Add the penalty of the fit."""
    return penalised(likelihood, fit.penalty, fit.terms, fit.search.scale)


def _summarised(found: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return optimism and its Monte-Carlo error of both measures (2,), from that of each resample (B, 2)."""
    optimism, error = np.full(2, np.nan), np.full(2, np.nan)
    if found.shape[0] < 2:
        return optimism, error
    concordance, slope = found[:, 0], found[~np.isnan(found[:, 1]), 1]
    optimism[0] = concordance.mean()
    error[0] = concordance.std(ddof=1) / np.sqrt(concordance.size)
    if slope.size > 1 and np.isfinite(np.median(slope)):
        optimism[1] = np.median(slope)
        error[1] = _spread_of_median(slope) / np.sqrt(slope.size)
    return optimism, error


def _own_slopes(fit: CoxFit, likelihood: PartialLikelihood, coefficients: FloatArray) -> FloatArray:
    """Return the slopes (B,) on the data the coefficients are fitted to."""
    if fit.penalty is None:
        return np.ones(coefficients.shape[0])
    found = slopes(likelihood, coefficients)
    return np.where(np.isnan(found), np.inf, found)


def _spread_of_median(values: FloatArray) -> float:
    """Return the standard error of the median times the root of the number, were the middle half normal."""
    with np.errstate(invalid="ignore"):
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
