"""The melded comparison of S(t) for many data sets at once: one problem for each distinct pair of betas."""

from __future__ import annotations

import numpy as np

from hpcstats.core import risk_sets
from hpcstats.core.limits.beta_integrals import Betas
from hpcstats.core.limits.beta_product import parameters
from hpcstats.core.limits.contrast_scales import SCALES
from hpcstats.core.limits.melding import chance_of_order, lowest_difference
from hpcstats.core.risk_sets import FloatArray
from tests.calibration.samples import KINDS, Samples, cells, orders, positions

DIGITS = 12


def melded(samples: Samples, time: float, level: float, *, mid_p: bool = False) -> FloatArray:
    """Return p-value, low and high of the difference at `time` for each data set, (B, 3)."""
    betas = np.hstack([_betas(samples, group, time) for group in (0, 1)])
    distinct, which = np.unique(np.round(betas, DIGITS), axis=0, return_inverse=True)
    first, second = distinct[:, :4], distinct[:, 4:]
    lower = [_bound(part, mid_p, slice(0, 2)) for part in (first, second)]
    upper = [_bound(part, mid_p, slice(2, 4)) for part in (first, second)]
    scale, tail = SCALES["plain"], (1 - level) / 2
    ends, chances = [], []
    for x, y in ((lower[1], upper[0]), (lower[0], upper[1])):
        ends.append(lowest_difference(x, y, scale, tail))
        chances.append(chance_of_order(x, y))
    p_value = np.minimum(2 * np.minimum(*chances), 1.0)
    return np.column_stack([p_value, ends[0], -ends[1]])[which.reshape(-1)]


def _betas(samples: Samples, group: int, time: float) -> FloatArray:
    """Return a and b of the lower, then of the upper bounding beta of one group at `time`, (B, 4)."""
    own = samples.group == group
    part = Samples(samples.time[:, own], samples.event[:, own], np.zeros(int(own.sum()), dtype=np.int64))
    seen = orders(part)
    rows = np.arange(KINDS * seen.place.shape[1])
    risk = risk_sets.place((rows // KINDS).astype(np.float64), rows % 2 == 0)
    found = parameters(risk_sets.count(risk, cells(seen)))
    at = seen.which, positions(part, np.array([time]))[0].number
    return np.column_stack([found.a_low[at], found.b_low[at], found.a_high[at], found.b_high[at]])


def _bound(betas: FloatArray, mid_p: bool, which: slice) -> Betas:
    """Return one bounding beta, or for the mid-p version the equal mixture of both."""
    if mid_p:
        return Betas(betas[:, [0, 2]], betas[:, [1, 3]])
    a, b = betas[:, which].T
    return Betas(a[:, None], b[:, None])
