"""From estimates, or from counts, to a mean with limits, a prediction and what differs between studies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray
from hpcstats.core.meta import pooling
from hpcstats.core.meta.families import Counts
from hpcstats.core.meta.heterogeneity import between_studies
from hpcstats.core.meta.profile import mean_limits, random_effects, tau2_limits
from hpcstats.results import Status

NAN_PAIR = (math.nan, math.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """What differs between studies beyond what chance within them explains.

    Attributes
    ----------
    tau2, tau2_std_error : float
        Variance between studies on the scale of the pooling.
    tau2_interval : (float, float)
        Its limits: Q profile for estimates with variances, profile likelihood for counts.
    i2, h2 : float
        I squared (a proportion) and H squared at the typical variance within studies.
    i2_interval, h2_interval : (float, float)
        The same at the limits of tau squared.
    q, q_p_value : float
        Test statistic of no difference, and its p-value.
    q_df : int
        Degrees of freedom.
    q_kind : str
        "Cochran" or "likelihood ratio".
    """

    tau2: float = math.nan
    tau2_std_error: float = math.nan
    tau2_interval: tuple[float, float] = NAN_PAIR
    i2: float = math.nan
    i2_interval: tuple[float, float] = NAN_PAIR
    h2: float = math.nan
    h2_interval: tuple[float, float] = NAN_PAIR
    q: float = math.nan
    q_df: int = 0
    q_p_value: float = math.nan
    q_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summary:
    """A pooled estimate on the scale of the pooling."""

    estimate: float
    std_error: float
    df: float
    limits: tuple[float, float]
    prediction: tuple[float, float]
    weights: FloatArray
    heterogeneity: Heterogeneity
    log_likelihood: float = math.nan
    status: Status = "ok"
    reason: str = ""
    notes: tuple[str, ...] = field(default=())


def by_inverse_variance(
    y: FloatArray, v: FloatArray, tau2: str | float, limits: str, level: float
) -> Summary:
    """Pool at least two estimates with known variances."""
    given = not isinstance(tau2, str)
    found = None if given else between_studies(y, v, str(tau2))
    variance = float(tau2) if found is None else found.tau2
    if found is not None and not found.bounded:
        return not_estimable(y.size, "the likelihood of the variance between studies has no maximum")
    mean = pooling.pooled(y, v, variance, limits)
    notes = []
    if limits == "hartung-knapp" and mean.std_error < pooling.pooled(y, v, variance, "wald").std_error:
        notes.append(
            "The estimates differ less than chance within the studies would have them: the Hartung-Knapp "
            'standard error is below that of Wald. limits="hartung-knapp-truncated" forgoes this gain.'
        )
    common = tau2 == "fe"
    interval = NAN_PAIR if given or common else pooling.q_profile(y, v, level)
    return Summary(
        estimate=mean.estimate,
        std_error=mean.std_error,
        df=mean.df,
        limits=mean.limits(level),
        prediction=NAN_PAIR if common else mean.limits(level, variance),
        weights=mean.weights,
        heterogeneity=_heterogeneity(
            y, v, variance, math.nan if found is None else found.std_error, interval, from_q=common
        ),
        notes=tuple(notes),
    )


def _heterogeneity(
    y: FloatArray,
    v: FloatArray,
    tau2: float,
    std_error: float,
    interval: tuple[float, float],
    *,
    from_q: bool = False,
) -> Heterogeneity:
    q, df, p_value = pooling.q_test(y, v)
    i2, h2 = pooling.inconsistency(np.array([tau2, *interval]), v)
    if from_q:
        i2[0], h2[0] = max(0.0, 1 - df / q) if q > 0 else 0.0, q / df
    return Heterogeneity(
        tau2=tau2,
        tau2_std_error=std_error,
        tau2_interval=interval,
        i2=float(i2[0]),
        i2_interval=(float(i2[1]), float(i2[2])),
        h2=float(h2[0]),
        h2_interval=(float(h2[1]), float(h2[2])),
        q=q,
        q_df=df,
        q_p_value=p_value,
        q_kind="Cochran",
    )


def by_likelihood(counts: Counts, v: FloatArray, limits: str, level: float) -> Summary:
    """Pool the counts of at least two studies; `v` are the variances that I squared refers to."""
    k = counts.events.size
    fit = random_effects(counts)
    if not fit.bounded:
        return not_estimable(
            k, "the likelihood rises with the variance between studies for ever: they agree in nothing"
        )
    tau2 = fit.tau**2
    df = math.inf if limits == "wald" else k - 1.0
    wald = pooling.Pooled(fit.mean, fit.std_error, np.zeros(0), df)
    z = pooling.quantile(level, math.inf)
    found = mean_limits(counts, fit, z) if limits == "profile" else wald.limits(level)
    precision = 1 / (1 / counts.variance(np.full(k, fit.mean)) + tau2)
    between = tau2_limits(counts, fit, z)
    i2, h2 = pooling.inconsistency(np.array([tau2, *between]), v)
    q = max(0.0, 2 * (counts.saturated - _common_value(counts)))
    return Summary(
        estimate=fit.mean,
        std_error=fit.std_error,
        df=df,
        limits=found,
        prediction=wald.limits(level, tau2),
        weights=precision / precision.sum(),
        heterogeneity=Heterogeneity(
            tau2=tau2,
            tau2_std_error=fit.tau2_std_error,
            tau2_interval=between,
            i2=float(i2[0]),
            i2_interval=(float(i2[1]), float(i2[2])),
            h2=float(h2[0]),
            h2_interval=(float(h2[1]), float(h2[2])),
            q=q,
            q_df=k - 1,
            q_p_value=float(chdtrc(k - 1, q)),
            q_kind="likelihood ratio",
        ),
        log_likelihood=fit.value,
    )


def _common_value(counts: Counts) -> float:
    """Return the log-likelihood of one predictor common to all studies."""
    return float(np.sum(counts.kernel(np.full(counts.events.size, counts.common)))) + counts.constant


def not_estimable(k: int, reason: str) -> Summary:
    """Return a summary without numbers."""
    return Summary(
        estimate=math.nan,
        std_error=math.nan,
        df=math.nan,
        limits=NAN_PAIR,
        prediction=NAN_PAIR,
        weights=np.full(k, math.nan),
        heterogeneity=Heterogeneity(),
        status="not_estimable",
        reason=reason,
    )
