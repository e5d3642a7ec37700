"""`bootstrap`: limits, bias and standard error of any estimate by resampling on weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.resampling.bootstrap_limits import acceleration
from hpcstats.core.resampling.resampling_weights import MAKERS, Units, block_of_weights, one_left_out
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.groups import confidence_level
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.sensitivity.refitting.choice import choose
from hpcstats.sensitivity.refitting.refits import Evaluated, Refits, evaluate_all
from hpcstats.sensitivity.refitting.running import run_blocks
from hpcstats.sensitivity.resampling.bootstrap_replicates import Replicates
from hpcstats.sensitivity.resampling.bootstrap_result import BootstrapResult
from hpcstats.sensitivity.resampling.bootstrap_summary import KINDS, Asked, summarised

_VERY_MANY, _GROUPS = 3_000, 1_000
"""Units beyond which the jackknife leaves out groups, and how many of them."""

BLOCK = 1000
"""Resamples of one block: each block has random numbers of its own, whoever draws them and when."""


def bootstrap(
    result: Any,
    n_resamples: int = 10_000,
    *,
    statistic: Any = None,
    kind: str | None = None,
    unit: Any = "auto",
    strata: Any = None,
    data: Any = None,
    weights: str = "multinomial",
    penalty: Any = "firth",
    level: float = 0.95,
    seed: Seed = None,
    n_jobs: int | None = 1,
    progress: str | bool = "auto",
) -> BootstrapResult:
    """Limits, bias and standard error of hazard ratios, survival, medians, means: by resampling patients.

    Use it where no formula is trusted, for several quantities at once, and to see how an estimator behaves.
    It cannot make up for what nine patients do not tell: a quantile of few distinct values stays one, and
    where resamples have no finite estimate (the summary counts them) a profile or exact interval says more.

    Parameters
    ----------
    result : CoxFit, SurvivalCurves, CumulativeHazard or Surv
        What is estimated again; a `Surv` needs a `statistic` of its own.
    n_resamples : int
        Resamples B; limits want thousands.
    statistic : optional
        Of a fit "coefficient" (default) or "hazard_ratio". Of curves ``("at", times)``,
        ``("quantile", probabilities)``, ``("rmst", horizon)`` or a list of them; by default the median. Or a
        function that takes weights (B, n) of the n rows of the data and returns values (B, k), for
        "studentised" a pair of values and standard errors (B, k); its attribute ``names`` may name them.
    kind : {"bca", "percentile", "basic", "studentised"}, optional
        Interval; BCa, but "percentile" (the only one) for the Bayesian bootstrap.
    unit : "auto", "case", column or name of a column
        What is drawn: patients ("case"), or whole clusters such as papers. "auto" takes the clusters of the
        fit, else patients.
    strata : column, name of a column, or False, optional
        Strata that keep their sizes. By default the groups of curves and the strata of a fit, where no unit
        lies in several; False draws from all.
    data : frame, optional
        Where names of columns are looked up, one row for each row the result was made from. A Cox model
        keeps the table it was fitted to.
    weights : {"multinomial", "bayesian"}
        Drawing with replacement, or the Bayesian bootstrap (Dirichlet weights), which leaves nobody out.
    penalty : "firth", None, "same" or NormalPrior
        How a Cox model is fitted again: with Firth's penalty, whose estimate nearly always exists, by maximum
        likelihood, as the fit itself, or to the mode under a prior.
    level : float
        Confidence level, a proportion.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin.
    n_jobs : int or None
        Processes (joblib); None leaves it to ``joblib.parallel_config``. The answer does not depend on it.
    progress : {"auto", True, False}
        A progress bar after two seconds, "auto" on a terminal only.

    Returns
    -------
    BootstrapResult
        With `to_frame`, `replicates`, `not_estimable`.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        For unusable columns, times beyond follow-up, and combinations without a definition.

    Notes
    -----
    All resamples are rows of one weight matrix, and the estimators take the whole matrix. A drawn patient
    counts as often as drawn (frequency weights), a row with a sampling weight w drawn r times has weight r w.
    Resamples without a finite estimate never enter bias and standard error. For limits they are ranked as
    infinite where their side is known (a median not reached; a monotone likelihood of one covariate). Those
    without any information on a term are left out; if more others than a tail holds have no known value there
    are no limits. The estimate is that of the refits, Firth's under Firth's penalty. Efron 1979
    (doi:10.1214/aos/1176344552), 1981 (doi:10.1080/01621459.1981.10477650), 1987
    (doi:10.1080/01621459.1987.10478410); Rubin 1981 (doi:10.1214/aos/1176345338); Burr 1994
    (doi:10.1080/01621459.1994.10476869).

    Examples
    --------
    6-MP against placebo (Freireich et al. 1963): the hazard ratio, and the mean number of 20 weeks in
    remission.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import bootstrap
    >>> six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21, unit="weeks")
    >>> arm = ["6-MP"] * 21 + ["placebo"] * 21
    >>> fit = hs.cox(y, {"placebo": [0] * 21 + [1] * 21})
    >>> found = bootstrap(fit, 2000, statistic="hazard_ratio", seed=1).to_frame()
    >>> found[["term", "estimate", "n_finite", "n_not_estimable"]].round(2)
          term  estimate  n_finite  n_not_estimable
    0  placebo      4.67      2000                0
    >>> means = bootstrap(hs.kaplan_meier(y, arm), 2000, statistic=("rmst", 20), seed=1)
    >>> means.to_frame()[["group", "estimate", "low", "high"]].round(1)
         group  estimate   low  high
    0     6-MP      16.1  13.4  18.1
    1  placebo       8.4   6.2  11.4
    """
    number_of_resamples(n_resamples, least=2)
    check_option("weights", weights, tuple(MAKERS))
    kind, level = _kind(kind, weights), confidence_level(level)
    sample, refits = choose(result, statistic, penalty)
    units = sample.units(unit, strata, data)
    generator, written = generator_of(seed)
    entropy = generator.integers(0, 2**32, size=4).tolist()
    whole, errors = sample.whole and weights == "multinomial", kind == "studentised"
    estimate = refits.evaluate(units.original, whole=whole, errors=errors)
    if errors and estimate.errors is None:
        raise UnsupportedError(
            "kind='studentised' needs standard errors: let the statistic return a pair of values and errors."
        )
    tasks = [
        (refits, units, weights, entropy, block, min(BLOCK, n_resamples - start), whole, errors)
        for block, start in enumerate(range(0, n_resamples, BLOCK))
    ]
    drawn = Evaluated.joined(run_blocks(_block, tasks, n_jobs=n_jobs, progress=progress))
    speeding = (
        _acceleration(refits, units, whole) if kind == "bca" else np.full(drawn.values.shape[1], np.nan)
    )
    replicates = Replicates(refits, estimate, drawn, speeding)
    drew = "clusters" if sample.draws_clusters(unit) else "cases"
    return summarised(
        sample, replicates, units, Asked(kind=kind, level=level, drew=drew, weights=weights, seed=written)
    )


def _kind(kind: str | None, weights: str) -> str:
    if kind is None:
        return "bca" if weights == "multinomial" else "percentile"
    check_option("kind", kind, tuple(KINDS))
    if weights == "bayesian" and kind != "percentile":
        raise UnsupportedError(
            f"kind={kind!r} is not defined for the Bayesian bootstrap, whose replicates are a posterior. "
            "Write kind='percentile'."
        )
    return kind


def _block(
    refits: Refits,
    units: Units,
    weights: str,
    entropy: Sequence[int],
    block: int,
    size: int,
    whole: bool,
    errors: bool,
) -> Evaluated:
    pieces = block_of_weights(units, weights, entropy, block, size)
    return evaluate_all(refits, pieces, whole=whole, errors=errors)


def _acceleration(refits: Refits, units: Units, whole: bool) -> FloatArray:
    """Leave out each unit, or where there are very many, groups of them, which have the same third moment."""
    if units.size > _VERY_MANY:
        units = units.grouped(_GROUPS)
    left_out = evaluate_all(refits, one_left_out(units), whole=whole)
    values = np.where(left_out.finite, left_out.values, np.nan)
    return acceleration(values, units.repeats, units.layer, units.in_layer)
