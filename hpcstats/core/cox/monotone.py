"""Does a partial likelihood rise for ever along a given direction? Answered for many replicates at once.

It does along g if at every event time each event has the largest g'x of those at risk (under the exact rule:
of those at risk without the event), strictly larger than another one at some time. That takes one running
maximum. A climb that diverges ends up going in such a direction; where only a ratio of whole numbers is one
(a reference level without events), rounding the direction finds it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpcstats.core.cox.strata import Stratum
from hpcstats.core.risk_sets import BoolArray, FloatArray

_EQUAL = 1e-9
_LARGER = 1e-6


def rises(strata: Sequence[Stratum], directions: FloatArray) -> BoolArray:
    """Tell where the likelihood never falls along a direction (B, p), and somewhere rises."""
    spans = np.max([np.ptp(stratum.covariates, axis=0) for stratum in strata], axis=0, initial=0.0)
    in_spans = directions * spans
    largest = np.abs(in_spans).max(axis=1, keepdims=True)
    plain = np.round(in_spans / np.where(largest > 0, largest, 1.0))
    plain = np.divide(plain, spans, out=np.zeros_like(plain), where=spans > 0)
    return _never_falls(strata, plain) | _never_falls(strata, directions)


def _never_falls(strata: Sequence[Stratum], directions: FloatArray) -> BoolArray:
    never = np.ones(directions.shape[0], dtype=bool)
    somewhere = np.zeros(directions.shape[0], dtype=bool)
    for stratum in strata:
        linear = stratum.covariates @ directions.T
        ranks = _ranks(stratum, linear)
        if ranks is None:
            return np.zeros_like(never)
        above, larger = ranks
        never &= above
        somewhere |= larger
    return never & somewhere


def _ranks(stratum: Stratum, linear: FloatArray) -> tuple[BoolArray, BoolArray] | None:
    """Tell whether the events are the largest at risk, and strictly so once; None if too many to tell."""
    present = stratum.weights > 0
    least = np.where(present, linear, np.inf)
    most = np.where(present, linear, -np.inf)
    dying = np.flatnonzero(stratum.event)[::-1]
    time = stratum.last[dying]
    size = np.abs(linear).max(axis=0)
    if stratum.first is None:
        ends = stratum.stops
        if stratum.exact is not None:
            ends = ends - np.bincount(time, minlength=ends.size)
        highest = _before(np.maximum.accumulate(most, axis=0), ends, -np.inf)
        lowest = _before(np.minimum.accumulate(least, axis=0), ends, np.inf)
    elif stratum.member is not None:
        sets = [np.flatnonzero(column) for column in stratum.member.T]
        if stratum.exact is not None:
            sets = [s[~(stratum.event[s] & (stratum.last[s] == k))] for k, s in enumerate(sets)]
        highest = np.array([most[s].max(axis=0, initial=-np.inf) for s in sets])
        lowest = np.array([least[s].min(axis=0, initial=np.inf) for s in sets])
    else:
        return None
    counted = present[dying]
    above = (most[dying] >= highest[time] - _EQUAL * size) | ~counted
    larger = (most[dying] > lowest[time] + _LARGER * size) & counted
    return above.all(axis=0), larger.any(axis=0)


def _before(running: FloatArray, ends: np.ndarray, nothing: float) -> FloatArray:
    """Return the running value of the first `ends` rows."""
    return np.where(ends[:, None] > 0, running[np.maximum(ends, 1) - 1], nothing)
