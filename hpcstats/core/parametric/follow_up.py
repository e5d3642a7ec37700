"""Statistics of whether follow-up is long enough to speak of cure, for B samples of n patients at once.

t_n is the largest time, t*_n the largest time of an event, d the number of events.

N_n       events in (2 t*_n - t_n, t*_n]: as long a piece before the last event as is free of events after it
alpha_n   (1 - N_n / n)^n, Maller & Zhou 1994; q_n = N_n / n, Maller & Zhou 1996
Shen      (1 - N / n)^n with the events in [g t*_n / t_n, t*_n], g = w t*_n + (1 - w) t_n, w = (t_n - t*_n) /
t_n plateau   1 - F(t_n) of the Kaplan-Meier curve, Maller & Zhou 1992 d_n       twice the gain in
log-likelihood of an exponential mixture cure model over an exponential one, 1995

Where the last observation is an event the windows are empty: N_n = 0, and both alphas are 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import SAME_TIME, BoolArray, FloatArray

_GRID = 16
_WIDEST = 60.0
_NEWTON = 9
_REFINE = 6


@dataclass(frozen=True, slots=True, eq=False)
class FollowUpStatistics:
    """The statistics of each sample, arrays (B,)."""

    in_window: FloatArray
    alpha: FloatArray
    q: FloatArray
    shen: FloatArray
    plateau: FloatArray
    deviance: FloatArray


def follow_up_statistics(time: FloatArray, event: BoolArray, *, deviance: bool = True) -> FollowUpStatistics:
    """Return the statistics of samples (B, n); the deviance, which takes longest, may be left at 0."""
    n = time.shape[1]
    last = time.max(axis=1)
    last_event = np.where(event, time, -np.inf).max(axis=1)
    some = np.isfinite(last_event) & (last_event < last * (1 - SAME_TIME))
    ending = np.where(some, last_event, 0.0)
    within = event & some[:, None] & (time <= ending[:, None])
    fuzz = SAME_TIME * last
    counted = (within & (time > (2 * ending - last + fuzz)[:, None])).sum(axis=1).astype(np.float64)
    share = (last - ending) / last
    reach = share * ending + (1 - share) * last
    narrow = (within & (time >= (reach * ending / last - fuzz)[:, None])).sum(axis=1)
    return FollowUpStatistics(
        in_window=counted,
        alpha=(1 - counted / n) ** n,
        q=counted / n,
        shen=(1 - narrow / n) ** n,
        plateau=_plateau(time, event),
        deviance=exponential_deviance(time, event) if deviance else np.zeros(time.shape[0]),
    )


def _plateau(time: FloatArray, event: BoolArray) -> FloatArray:
    """Return the height at which each Kaplan-Meier curve ends; at equal times events come first."""
    n = time.shape[1]
    order = np.lexsort((~event, time), axis=1)
    happened = np.take_along_axis(event, order, axis=1)
    remaining = n - np.arange(n)
    factors: FloatArray = np.where(happened, 1 - 1 / remaining, 1.0)
    plateau: FloatArray = np.prod(factors, axis=1)
    return plateau


def exponential_deviance(time: FloatArray, event: BoolArray) -> FloatArray:
    """Return twice the gain of the exponential mixture cure model, 0 at the boundary.

    The rate is sought on a grid of multiples of the exponential rate, refined around the best; at each rate
    the log-likelihood is concave in the cured fraction.
    """
    events = event.sum(axis=1)
    total = time.sum(axis=1)
    rate = np.where(total > 0, events / np.where(total > 0, total, 1.0), 1.0)
    scaled = time * rate[:, None]
    plain = np.where(events > 0, -events.astype(np.float64), 0.0)
    logs = np.linspace(0.0, np.log(_WIDEST), _GRID)
    centre, width = np.zeros(rate.size), logs
    best = np.full(rate.size, -np.inf)
    for _ in range(_REFINE):
        values = np.stack([_profile(scaled, event, centre + step) for step in width])
        top = values.argmax(axis=0)
        best = np.maximum(best, values.max(axis=0))
        spacing = float(width[1] - width[0])
        centre = np.maximum(centre + width[top], 0.0)
        width = np.linspace(-spacing, spacing, 5)
    gain = np.where(events > 0, 2 * (best - plain), 0.0)
    deviance: FloatArray = np.where(gain > 1e-9, gain, 0.0)
    return deviance


def _profile(time: FloatArray, event: BoolArray, log_rate: FloatArray) -> FloatArray:
    """Return the log-likelihood at a rate, largest in the cured fraction, less its constant d log(rate_0)."""
    rate = np.exp(log_rate)
    hazard = time * rate[:, None]
    survival = np.exp(-hazard)
    events = event.sum(axis=1)
    censored = ~event
    gap = np.where(censored, 1 - survival, 0.0)
    low, high = np.zeros(rate.size), np.ones(rate.size)
    cured = np.full(rate.size, 0.5)
    for _ in range(_NEWTON):
        ratio = gap / (survival + cured[:, None] * (1 - survival) + 1e-300)
        left = np.maximum(1 - cured, 1e-300)
        slope = ratio.sum(axis=1) - events / left
        low, high = np.where(slope > 0, cured, low), np.where(slope > 0, high, cured)
        bend = (ratio**2).sum(axis=1) + events / left**2
        new = cured + slope / np.maximum(bend, 1e-300)
        cured = np.where((new > low) & (new < high), new, (low + high) / 2)
    inside = np.log(np.where(censored, survival + cured[:, None] * (1 - survival), 1.0)).sum(axis=1)
    own = np.where(event, -hazard, 0.0).sum(axis=1)
    value: FloatArray = inside + own + events * (log_rate + np.log1p(-cured))
    return value


def exponential_share(time: FloatArray, event: BoolArray, rate: float) -> float:
    """Return the share p that is not cured where they have exponential times of a given rate.

    By maximum likelihood of S(t) = 1 - p (1 - exp(-rate t)), which is concave in p.
    """
    gone = -np.expm1(-rate * time[~event])
    events = float(event.sum())
    low, high = 0.0, 1.0
    if events >= (gone / np.maximum(1 - gone, 1e-300)).sum():
        return 1.0
    for _ in range(100):
        middle = (low + high) / 2
        rising = events / middle > (gone / (1 - middle * gone)).sum()
        low, high = (middle, high) if rising else (low, middle)
    return (low + high) / 2
