"""The rows a parametric model is fitted to: what is known of each time, its weight and its covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_numbers
from hpcstats.core.parametric.likelihood import Observed
from hpcstats.covariates import column_of
from hpcstats.design import Design, build_design
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.findings import design_problems, refuse
from hpcstats.groups import case_weights, needs_kind, same_rows
from hpcstats.surv import Surv

KINDS = ("right", "interval")
NO_COVARIATE = "1"
"""The formula of a model without covariates."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows that are fitted.

    Attributes
    ----------
    response, dropped : Surv
        Responses of the rows used, and of those left out for a missing covariate.
    design : Design or None
        Covariates of the location; None for one curve.
    incidence : Design or None
        Covariates of the cured fraction.
    weights : ndarray, shape (n,)
        Case weights.
    """

    response: Surv
    dropped: Surv
    design: Design | None
    incidence: Design | None
    weights: FloatArray

    @classmethod
    def of(
        cls,
        response: Surv,
        data: Any,
        formula: str | Sequence[str] | None,
        weights: Any,
        missing: str,
        method: str,
        incidence: str | Sequence[str] | None = None,
    ) -> Rows:
        """Read data and formulas; without data, or with the formula "1", there is no covariate."""
        needs_kind(response, KINDS, method, "It needs Surv.right or Surv.interval.")
        latency = _design(response, data, formula, weights, missing)
        cured = _design(response, data, incidence, weights, missing) if incidence is not None else None
        designs = [design for design in (latency, cured) if design is not None]
        kept = np.arange(len(response))
        for design in designs:
            kept = np.intersect1d(kept, design.rows)
        gone = np.setdiff1d(np.arange(len(response)), kept)
        given = None if weights is None else as_numbers(column_of(data, weights), "weights")
        if given is not None:
            same_rows(given.size, response, "weights")
        taken = response.take(kept) if gone.size else response
        return cls(
            taken,
            response.take(gone),
            latency,
            cured,
            case_weights(None if given is None else given[kept], taken),
        )

    @property
    def counted(self) -> BoolArray:
        """Rows with a weight."""
        return self.weights > 0

    @property
    def n(self) -> int:
        """Patients that count: rows with a weight, or the sum of whole weights."""
        return self._number(self.counted)

    @property
    def n_events(self) -> int:
        """Those among them whose event happened."""
        return self._number(self.counted & self.response.event)

    def _number(self, rows: BoolArray) -> int:
        whole = not (self.weights % 1).any()
        return int(self.weights[rows].sum()) if whole else int(np.count_nonzero(rows))

    @property
    def observed(self) -> Observed:
        """What is known of each time."""
        y = self.response
        if y.kind == "interval":
            assert y.lower is not None
            return Observed(y.lower, y.time, None, self.weights)
        return Observed(y.time, np.where(y.event, y.time, np.inf), y.entry, self.weights)

    @property
    def last(self) -> float:
        """The last time at which anybody was observed."""
        seen = self.observed
        ends = np.where(np.isfinite(seen.upper), seen.upper, seen.lower)
        return float(ends[self.counted].max())

    @property
    def first(self) -> float:
        """The first time at which anybody was observed."""
        entry = self.response.entry
        return 0.0 if entry is None else float(entry[self.counted].min())

    def matrix(self, design: Design | None) -> FloatArray:
        """Return a design matrix with its intercept."""
        ones = np.ones((len(self.response), 1))
        if design is None:
            return ones
        positions = np.searchsorted(design.rows, self._positions(design))
        return np.hstack([ones, design.matrix[positions]])

    def _positions(self, design: Design) -> IntArray:
        """Rows of the given response that both designs kept."""
        kept = design.rows
        for other in (self.design, self.incidence):
            if other is not None:
                kept = np.intersect1d(kept, other.rows)
        return kept

    def refuse_impossible(self, designs: Sequence[Design | None]) -> None:
        """Refuse constant and collinear columns and more terms than events."""
        for design in designs:
            if design is not None:
                matrix = self.matrix(design)[self.counted, 1:]
                refuse(design_problems(matrix, design.terms, max(self.n_events, 1)))

    def refuse_time_zero(self, distribution: str) -> None:
        """Refuse events at exactly 0 for a distribution of positive times."""
        seen = self.observed
        rows = np.flatnonzero(self.counted & seen.exact & (seen.lower <= 0))
        if rows.size:
            shown = listing(rows if self.response.id is None else self.response.id[rows])
            who = "rows" if self.response.id is None else "patients"
            raise DataError(
                f"Events at time 0 ({who} {shown}) have no density under {distribution!r}: it lives on times "
                "after 0. Say what is known of them: Surv.interval(lower=0, upper=u), with u the first time "
                "at which the event would have been noticed, and lower = upper for exact times.",
                rows=rows,
            )


def _design(response: Surv, data: Any, formula: Any, weights: Any, missing: str) -> Design | None:
    if data is None:
        if formula is not None and formula != NO_COVARIATE:
            raise DesignError("formula names covariates, but there is no data. Give data=frame.")
        return None
    if isinstance(formula, str) and formula.strip() == NO_COVARIATE:
        return None
    return build_design(data, formula, response, beside=[weights], missing=missing)
