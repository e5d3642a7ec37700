"""Effect sizes, pooled estimates, variances between studies and their limits equal those of metafor."""

from __future__ import annotations

import numpy as np
import pytest

from hpcstats.core.meta.effects import proportion_effects
from hpcstats.core.meta.families import Counts
from hpcstats.core.meta.heterogeneity import between_studies, weighted_q
from hpcstats.core.meta.random_effects import modes
from hpcstats.literature.pooling import PooledEstimate, pool_proportions
from tests.reference.loader import Record, each_record

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

_SCALES = {"PR": "raw", "PLO": "logit", "PAS": "arcsine", "PFT": "freeman-tukey"}
_LIMITS = {"z": "wald", "knha": "hartung-knapp"}
_UNIROOT = np.finfo(float).eps ** 0.25
"""Step at which R's uniroot stops unless told otherwise."""


def counts(record: Record) -> tuple[np.ndarray, np.ndarray]:
    return record.data["xi"].to_numpy(float), record.data["ni"].to_numpy(float)


def pooled(record: Record, scale: str, tau2: str | float, limits: str) -> PooledEstimate:
    return pool_proportions(*counts(record), method="inverse-variance", scale=scale, tau2=tau2, limits=limits)


@each_record("meta_effectsizes")
def test_estimates_and_variances(record: Record) -> None:
    y, v, _ = proportion_effects(_SCALES[record.tag], *counts(record))
    record.agree(y, record.result["yi"], "estimates")
    record.agree(v, record.result["vi"], "variances")


@each_record("meta_rma")
def test_pooled_by_inverse_variance(record: Record) -> None:
    """R solves Paule and Mandel's equation to four digits only: all else is compared at its own tau2."""
    measure, estimator, test = record.tag.split("_")
    theirs, scale, limits = record.result, _SCALES[measure], _LIMITS[test]
    if estimator == "PM":
        assert_solved_better(record, scale)
        found = pooled(record, scale, theirs["tau2"], limits)
    else:
        found = pooled(record, scale, estimator.lower(), limits)
        record.agree(found.heterogeneity.tau2, theirs["tau2"], "tau2")
        record.agree(found.heterogeneity.tau2_std_error, theirs["se_tau2"], "its standard error")
    summary, between = found.summary, found.heterogeneity
    record.agree(summary.estimate, theirs["b"], "estimate")
    record.agree(summary.std_error, theirs["se"], "standard error")
    record.agree(summary.limits, theirs["ci"], "limits")
    record.agree([found.statistic, found.p_value], [theirs["stat"], theirs["p"]], "test")
    record.agree([100 * between.i2, between.h2], [theirs["I2"], theirs["H2"]], "inconsistency")
    record.agree([between.q, between.q_p_value], [theirs["QE"], theirs["QEp"]], "Q")
    prediction = [np.nan, np.nan] if theirs["pi"] is None else theirs["pi"]
    record.agree(summary.prediction, prediction, "prediction")
    assert len(found.studies) == theirs["k"]
    assert summary.df == (np.inf if test == "z" else theirs["ddf"])


def assert_solved_better(record: Record, scale: str) -> None:
    theirs, k = record.result["tau2"], record.result["k"]
    y, v, _ = proportion_effects(scale, *counts(record))
    ours = between_studies(y, v, "pm")
    left, left_by_r = (abs(weighted_q(y, 1 / (v + tau2)) - (k - 1)) for tau2 in (ours.tau2, theirs))
    assert ours.tau2 == theirs == 0 or left < 1e-10 < left_by_r
    assert abs(ours.tau2 - theirs) <= _UNIROOT
    assert abs(ours.std_error - record.result["se_tau2"]) <= _UNIROOT


@each_record("meta_rma_backtransform")
def test_back_on_the_scale_of_proportions(record: Record) -> None:
    logit = pooled(record, "logit", "reml", "hartung-knapp")
    tukey, arcsine = (pooled(record, scale, "reml", "wald") for scale in ("freeman-tukey", "arcsine"))
    for found, name in ((logit, "logit"), (tukey, "pft_harmonic")):
        record.agree([found.estimate, found.low, found.high, *found.prediction], record.result[name], name)
    record.agree([arcsine.estimate, arcsine.low, arcsine.high], record.result["pas"], "arcsine")


@each_record("meta_glmm")
def test_binomial_normal_likelihood(record: Record) -> None:
    theirs, found = record.result, pool_proportions(*counts(record), limits="wald")
    summary = found.summary
    record.agree(summary.estimate, theirs["b"], "mean")
    record.agree(summary.std_error, theirs["se"], "standard error")
    record.agree(summary.limits, theirs["ci"], "limits")
    record.agree(found.heterogeneity.tau2, theirs["tau2"], "tau2")
    record.agree(found.heterogeneity.q, theirs["LRT_Q"], "likelihood ratio Q")
    x, n = counts(record)
    # R's number is the likelihood given each study's own effect at its mode, not that of the model.
    data = Counts(x, n, "binomial")
    mean, tau = (np.array([[value]]) for value in (summary.estimate, found.heterogeneity.tau2**0.5))
    given = data.kernel(mean + tau * modes(data, mean, tau)).sum() + data.constant
    record.agree(given, theirs["loglik"], "log-likelihood given the modes")
    inside = (x > 0) & (x < n)
    y, v, _ = proportion_effects("logit", x[inside], n[inside])
    record.agree(weighted_q(y, 1 / v), theirs["Wald_Q"], "Wald Q: boundary studies have no weight in it")


@each_record("meta_tau2_ci")
def test_limits_of_the_variance_between_studies(record: Record) -> None:
    between = pooled(record, "logit", "reml", "wald").heterogeneity
    theirs = record.result
    rows = {
        "tau^2": (between.tau2, *between.tau2_interval),
        "tau": np.sqrt((between.tau2, *between.tau2_interval)),
        "I^2(%)": 100 * np.array([between.i2, *between.i2_interval]),
        "H^2": (between.h2, *between.h2_interval),
    }
    assert tuple(rows) == theirs.row_names
    for name, values in rows.items():
        record.agree(values, list(theirs.row(name).values()), name)
