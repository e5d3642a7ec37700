"""One group of a tipping-point analysis: who of it is imputed, and hazards drawn from its own curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.risk_sets import count, place
from hpcstats.core.tipping.residual_times import LineHazard, StepHazard, exposure

CURVES = {
    "proportional-hazards": (
        "a Cox model of both groups, hazard ratio and baseline drawn from their posterior distribution"
    ),
    "beta-product": "the Kaplan-Meier curve of the group, its hazards drawn from beta distributions",
    "kaplan-meier": "the Kaplan-Meier curve of the group",
    "piecewise-exponential": "piecewise constant hazards of the group, drawn from gamma distributions",
}

Imputed = tuple[FloatArray, BoolArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One group: when those it imputes were lost from sight, and what its hazard rests on.

    Attributes
    ----------
    start, entry : ndarray, shape (c,)
        Censoring and entry times of those imputed, the unpublished (0) last.
    time, event, entries : ndarray, shape (n,)
        The whole group as observed.
    """

    start: FloatArray
    entry: FloatArray
    time: FloatArray
    event: BoolArray
    entries: FloatArray | None

    def falls_to_zero(self, horizon: float) -> bool:
        """Whether at some time up to the horizon all who were at risk had the event."""
        risk = place(self.time, self.event, self.entries)
        counts = count(risk, np.ones((1, self.time.size)))
        n, d = counts.at_risk[0], counts.events[0]
        return bool(((d > 0) & (d == n) & (risk.times <= horizon)).any())

    def hazard(
        self, curve: str, pieces: int, horizon: float, number: int, generator: np.random.Generator
    ) -> StepHazard | LineHazard:
        """Draw `number` hazards of the group."""
        if curve == "piecewise-exponential" and self._inside(horizon).size:
            return self._lines(pieces, horizon, number, generator)
        end = horizon if curve == "piecewise-exponential" else min(horizon, float(self.time.max()))
        risk = place(self.time, self.event, self.entries)
        counts = count(risk, np.ones((1, self.time.size)))
        at = np.flatnonzero((counts.events[0] > 0) & (risk.times <= end))
        n, d = counts.at_risk[0, at], counts.events[0, at]
        if curve == "beta-product":
            survive = n > d
            hazards = np.ones((number, at.size))
            hazards[:, survive] = generator.beta(d[survive], (n - d)[survive], (number, int(survive.sum())))
        else:
            hazards = np.broadcast_to(d / n, (number, at.size))
        return StepHazard.of(risk.times[at], hazards, end)

    def _inside(self, horizon: float) -> FloatArray:
        """Return the event times that a constant hazard can rest on."""
        return self.time[self.event & (self.time > 0) & (self.time <= horizon)]

    def _lines(self, pieces: int, horizon: float, number: int, generator: np.random.Generator) -> LineHazard:
        inside = self._inside(horizon)
        wanted = np.quantile(inside, np.arange(1, pieces) / pieces, method="inverted_cdf")
        cuts = np.unique(np.concatenate([[0.0], wanted[(wanted > 0) & (wanted < horizon)], [horizon]]))
        events, lived = exposure(cuts, self.time, self.event, self.entries)
        # A piece without events joins the one before, so that every piece has a hazard.
        kept = np.flatnonzero(events[1:] > 0) + 1
        cuts = np.concatenate([[0.0], cuts[kept], [horizon]])
        events, lived = exposure(cuts, self.time, self.event, self.entries)
        return LineHazard(cuts, generator.gamma(events, 1.0, (number, events.size)) / lived)
