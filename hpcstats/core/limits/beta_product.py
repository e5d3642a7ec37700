"""The beta product confidence procedure: two beta distributions that bound S(t) from below and above.

With d_j events among n_j at risk at the event times t_j <= t, and n(t+) still at risk just after t,
W+(t) = prod B(n_j - d_j + 1, d_j) and W-(t) = W+(t) B(n(t+), 1), independent betas; B(a, 0) is 1 and B(0, b)
is 0. The lower limit is a quantile of W-, the upper limit one of W+; the mid-p limits are quantiles of the
equal mixture of the two. By the method of moments each product is replaced by the beta distribution with its
mean and variance. Fay, Brittain & Proschan 2013 (doi:10.1093/biostatistics/kxt016); mid-p: Fay & Brittain
2016 (doi:10.1002/sim.6905).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from hpcstats.core.limits.beta_mixture import mixture_quantile
from hpcstats.core.risk_sets import Counts, FloatArray


@dataclass(frozen=True, slots=True)
class BetaParameters:
    """Parameters of the betas bounding S on T + 1 pieces, each (B, T + 1); the first piece precedes the grid.

    ``a = 0`` is the distribution at 0, ``b = 0`` the one at 1.
    """

    a_low: FloatArray
    b_low: FloatArray
    a_high: FloatArray
    b_high: FloatArray


def parameters(counts: Counts) -> BetaParameters:
    """Return the method-of-moments betas on the pieces [0, t_0), [t_0, t_1), ..., [t_{T-1}, infinity)."""
    d, n = _with_beginning(counts)
    product = _cumulated(n - d + 1, d)
    upper = _beta_of_product(*product)
    after = np.concatenate([counts.at_risk, np.zeros_like(counts.at_risk[:, :1])], axis=1)
    lower = _beta_of_product(
        *(x + y for x, y in zip(product, _logs(after, np.ones_like(after)), strict=True))
    )
    nobody, certain = after <= 0, product[0] == 0
    return BetaParameters(
        a_low=np.where(nobody, 0.0, lower[0]),
        b_low=np.where(nobody, 1.0, lower[1]),
        a_high=np.where(certain, n + 1, upper[0]),
        b_high=np.where(certain, 0.0, upper[1]),
    )


def limits(counts: Counts, tail: float, *, mid_p: bool) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper limits that leave out `tail` each, on the pieces of `parameters`.

    The quantiles of W- and W+ fall with time. Those of the betas in their place, above all of the mixture,
    can rise a little at a censoring: the limit then stays where it was.
    """
    betas = parameters(counts)
    if mid_p:
        low, high = mid_p_quantile(tail, betas), mid_p_quantile(1 - tail, betas, last=True)
    else:
        low = beta_quantile(tail, betas.a_low, betas.b_low)
        high = beta_quantile(1 - tail, betas.a_high, betas.b_high)
    return np.minimum.accumulate(low, axis=1), np.minimum.accumulate(high, axis=1)


def beta_quantile(probability: float, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return quantiles of betas; ``a = 0`` is the distribution at 0, ``b = 0`` the one at 1."""
    proper = (a > 0) & (b > 0)
    if proper.all():
        return np.asarray(betaincinv(a, b, probability), dtype=np.float64)
    found = np.where(a > 0, 1.0, 0.0)
    found[proper] = betaincinv(a[proper], b[proper], probability)
    return found


def mid_p_quantile(probability: float, betas: BetaParameters, *, last: bool = False) -> FloatArray:
    """Return quantiles of the equal mixture of W- and W+, also where W- is 0 or W+ is 1.

    Where W- is 0 and W+ is 1 every value is a median; the first is returned, or the `last`.
    """
    a_low, b_low, a_high, b_high = betas.a_low, betas.b_low, betas.a_high, betas.b_high
    at_zero, at_one = a_low <= 0, b_high <= 0
    found = np.full(a_low.shape, float(probability > 0.5 or (last and probability == 0.5)))
    found[at_zero & ~at_one] = 0.0
    if probability <= 0.5:
        only_low = at_one & ~at_zero
        found[only_low] = betaincinv(a_low[only_low], b_low[only_low], 2 * probability)
    if probability > 0.5:
        only_high = at_zero & ~at_one
        found[only_high] = betaincinv(a_high[only_high], b_high[only_high], 2 * probability - 1)
    both = ~at_zero & ~at_one
    found[both] = mixture_quantile(probability, (a_low[both], b_low[both]), (a_high[both], b_high[both]))
    return found


def _with_beginning(counts: Counts) -> tuple[FloatArray, FloatArray]:
    """Put a piece without events or patients in front."""
    nothing = np.zeros_like(counts.events[:, :1])
    return (
        np.concatenate([nothing, counts.events], axis=1),
        np.concatenate([nothing, counts.at_risk], axis=1),
    )


def _logs(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return log m1, log(m2 / m1) and log(m2 / m1^2) of betas with moments m1, m2; b = 0 is the one at 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            np.log1p(-b / (a + b)),
            np.log1p(-b / (a + b + 1)),
            np.log1p(np.where(b > 0, b / (a * (a + b + 1)), 0.0)),
        )


def _cumulated(a: FloatArray, b: FloatArray) -> tuple[FloatArray, ...]:
    return tuple(np.cumsum(part, axis=1) for part in _logs(a, b))


def _beta_of_product(
    log_mean: FloatArray, log_step: FloatArray, log_excess: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return a and b of the beta with mean m1 and second moment m2.

    a = m1 (m1 - m2) / (m2 - m1^2) and b = (1 - m1) (m1 - m2) / (m2 - m1^2), formed without cancellation.
    """
    mean, step, excess = np.exp(log_mean), -np.expm1(log_step), np.expm1(log_excess)
    with np.errstate(divide="ignore", invalid="ignore"):
        return step / excess, -np.expm1(log_mean) * step / (excess * mean)
