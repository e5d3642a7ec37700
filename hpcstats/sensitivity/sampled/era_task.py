"""Estimates in each era, and stratified by era."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.errors import HpcstatsError
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.choice import shown
from hpcstats.sensitivity.refitting.fitted_again import cox_again
from hpcstats.sensitivity.refitting.limits import Limits, limits_of_rows, of_fit, reason_of, rows_of
from hpcstats.sensitivity.refitting.refits import Refits
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.sampled.calendar import Calendar
from hpcstats.sensitivity.sampled.eras_result import ALL, DATED, ERA, STRATIFIED
from hpcstats.sensitivity.sampled.interaction import Interaction, cox_interaction, curve_interaction


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Estimates (k,) on the scale shown of some rows, with their limits."""

    size: int
    events: int
    estimate: FloatArray
    limits: Limits
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is estimated in each era."""

    fit: CoxFit | SurvivalCurves
    sample: Sample
    refits: Refits
    calendar: Calendar
    least: int

    @property
    def needed(self) -> int:
        """Events that an era needs."""
        return self.least * (len(self.fit.terms) if isinstance(self.fit, CoxFit) else 1)

    @property
    def carrying(self) -> list[int]:
        """Eras with enough events."""
        return [
            k for k in range(len(self.calendar.labels)) if self.count(self.calendar.rows(k))[1] >= self.needed
        ]

    def count(self, kept: BoolArray) -> tuple[int, int]:
        """Count patients and events of these rows."""
        counted = self.sample.weights * kept if self.sample.whole else kept.astype(np.float64)
        return int(counted.sum()), int(counted[self.sample.response.event].sum())

    def of_rows(self, kept: BoolArray) -> Row:
        """Estimate from these rows."""
        weights = (self.sample.weights * kept)[None]
        found = self.refits.evaluate(weights, whole=self.sample.whole)
        limits = limits_of_rows(self.fit, self.sample, self.refits, kept)
        values = np.where(found.finite[0] & (not limits.refused), found.values[0], np.nan)
        reasons = tuple(limits.refused or reason_of(self.refits, m) for m in found.missing[0].tolist())
        return Row(*self.count(kept), shown(self.refits, values), limits, reasons)

    def together(self) -> list[tuple[str, str, Row]]:
        """Estimate from all, and from those with a year where some have none."""
        known = self.calendar.known
        rows = [(ALL, "", self.of_rows(np.ones_like(known)))]
        return rows if known.all() else [*rows, (DATED, "", self.of_rows(known))]

    def of_eras(self) -> list[tuple[str, str, Row]]:
        """Estimate in each era that has enough events."""
        return [
            (ERA, label, self.of_rows(self.calendar.rows(k)) if k in self.carrying else self._nothing(k))
            for k, label in enumerate(self.calendar.labels)
        ]

    def _nothing(self, era: int) -> Row:
        size, events = self.count(self.calendar.rows(era))
        noun = "event" if events == 1 else "events"
        return self._none(size, events, f"{events} {noun}, fewer than {self.needed}")

    def _none(self, size: int, events: int, reason: str) -> Row:
        k = len(next(iter(self.refits.columns.values())))
        return Row(size, events, np.full(k, np.nan), Limits.none(k), (reason,) * k)

    def stratified(self) -> tuple[Interaction, Any, list[tuple[str, str, Row]]]:
        """Return the test of interaction, the stratified answer, and its row of estimates (Cox)."""
        rows: IntArray = rows_of(self.fit)
        if isinstance(self.fit, SurvivalCurves):
            return *curve_interaction(self.fit, rows, self.calendar, self.carrying), []
        test = cox_interaction(self.fit, rows, self.calendar, self.carrying)
        known = self.calendar.known
        try:
            fit = cox_again(self.fit, rows[known], strata=self.calendar.label_of_rows(known))
        except HpcstatsError as error:
            return test, None, [(STRATIFIED, "", self._none(*self.count(known), str(error)))]
        with np.errstate(over="ignore"):
            row = Row(*self.count(known), shown(self.refits, fit.coef), of_fit(fit, self.refits), fit.reasons)
        return test, fit, [(STRATIFIED, "", row)]
