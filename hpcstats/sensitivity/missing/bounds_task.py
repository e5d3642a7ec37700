"""The patients whose bounds are asked, their design with the gaps at either level, and its fits."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_frame
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.missing.substantive import log_outcome
from hpcstats.covariates import given_names
from hpcstats.design import Design, build_design
from hpcstats.errors import DesignError, HpcstatsWarning
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.proportional_hazards import cox
from hpcstats.sensitivity.missing.bounds_choice import filled, place_of, refuse_little, term_of
from hpcstats.sensitivity.missing.bounds_result import SCENARIOS
from hpcstats.sensitivity.missing.chained_equations import own_hazard
from hpcstats.sensitivity.missing.fills import Fills, classes
from hpcstats.sensitivity.missing.variables import Columns, Variable
from hpcstats.sensitivity.refitting.cox_refits import CoxRefits
from hpcstats.surv import Surv

_SAID = ("hazard_ratio", "low", "high", "p_value")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """The patients of the bounds, and the design with all gaps at the first and at the second level."""

    response: Surv
    columns: Columns
    gap: Variable
    place: int
    kept: BoolArray
    gaps: IntArray
    first: Design
    second: FloatArray
    term: str

    @classmethod
    def of(cls, response: Surv, data: Any, formula: Any, variable: str | None, term: str | None) -> Task:
        """Find the covariate with gaps and build both designs."""
        columns = Columns.of(data, formula, (), response)
        place = place_of(columns, variable, as_frame(data))
        gap = columns.variables[place]
        others = [v.missing for k, v in enumerate(columns.variables) if k != place]
        kept = ~np.logical_or.reduce([np.zeros(len(response), dtype=bool), *others])
        taken = response.take(kept)
        refuse_little(gap, kept, taken)
        designs = [
            build_design(filled(columns, place, kept, level), columns.formula, taken) for level in (0, 1)
        ]
        same = ~gap.missing[kept]
        if not np.array_equal(designs[0].matrix[same], designs[1].matrix[same]):
            raise DesignError(
                f"The formula codes {gap.name} by what its own values are on average, which the gaps leave "
                "open. Write it without scale(), center() and the like."
            )
        terms = tuple(given_names(name, dict(columns.aliases)) for name in designs[0].terms)
        return cls(
            response=taken,
            columns=columns,
            gap=gap,
            place=place,
            kept=kept,
            gaps=np.flatnonzero(gap.missing[kept]),
            first=designs[0],
            second=designs[1].matrix,
            term=term_of(designs[0], terms, columns.in_model[place], term),
        )

    @property
    def coefficient(self) -> int:
        """Position of the coefficient."""
        return [given_names(name, dict(self.columns.aliases)) for name in self.first.terms].index(self.term)

    def fills(self, ties: str, penalty: Any) -> Fills:
        """Let every patient with a gap stand twice."""
        both = np.concatenate([np.arange(len(self.response)), self.gaps])
        matrix = np.concatenate([self.first.matrix, self.second[self.gaps]])
        widths, entry = scale(matrix), self.response.entry
        refits = CoxRefits(
            terms=self.first.terms,
            exit=self.response.time[both],
            event=self.response.event[both],
            entry=None if entry is None else entry[both],
            strata=None,
            offset=None,
            covariates=matrix / widths,
            scale=widths,
            start=np.zeros(widths.size),
            ties=ties,
            penalty=penalty,
        )
        how = {"ties": ties, "penalty": penalty, "interval": "wald"}
        return Fills(
            refits=refits,
            gaps=self.gaps,
            kind=classes(refits, self.gaps),
            coefficient=self.coefficient,
            decide=lambda codes: self._alone(codes, how),
        )

    def order(self, fills: Fills) -> IntArray:
        """Rank the classes by their martingale residual without covariates: early events first."""
        residual = log_outcome(self.response.event, own_hazard(self.response), np.zeros(len(self.response)))
        residual = self.response.event + residual
        sums = np.bincount(fills.kind, weights=residual[self.gaps])
        return np.argsort(-sums / fills.sizes, kind="stable").astype(np.int64)

    def names(self) -> Any:
        """Name the patients with a gap; without identifiers by their position among the rows given."""
        if self.response.id is not None:
            return self.response.id[self.gaps]
        return np.flatnonzero(self.kept)[self.gaps].astype(object)

    def scenarios(self, codes: dict[str, IntArray], how: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Fit each scenario by `hpcstats.cox`."""
        size = self.gaps.size
        ends = {SCENARIOS[1]: np.zeros(size, dtype=np.int64), SCENARIOS[2]: np.ones(size, dtype=np.int64)}
        known = np.ones(len(self.response), dtype=bool)
        known[self.gaps] = False
        found = {SCENARIOS[0]: self._fitted(None, known, how)}
        everybody = np.ones(len(self.response), dtype=bool)
        for name, levels in (ends | codes).items():
            found[name] = self._fitted(levels, everybody, how)
        return found

    @property
    def n_left_out(self) -> int:
        """Patients who miss another covariate."""
        return int((~self.kept).sum())

    def _fit(self, levels: IntArray | None, rows: BoolArray, how: dict[str, Any]) -> CoxFit:
        """Fit the model with these levels to some of the rows.

        Raises
        ------
        DesignError
            As `hpcstats.cox`, and where these rows lack a level of another covariate.
        """
        if not rows.any():
            raise DesignError("nobody misses nothing")
        frame = filled(self.columns, self.place, self.kept, 0 if levels is None else levels)[rows]
        frame = frame.reset_index(drop=True)
        with warnings.catch_warnings():
            # A fit without a finite estimate says so where its answer stands.
            warnings.simplefilter("ignore", HpcstatsWarning)
            fit = cox(self.response.take(rows), frame, self.columns.formula, **how)
        if fit.terms != self.first.terms:
            raise DesignError("these patients do not show all levels of the other covariates")
        return fit

    def _alone(self, levels: IntArray, how: dict[str, Any]) -> float:
        """Return the coefficient with these levels: infinite where it rises for ever, NaN if none."""
        try:
            fit = self._fit(levels, np.ones(len(self.response), dtype=bool), how)
        except DesignError:
            return math.nan
        return _value(fit, self.coefficient)

    def _fitted(self, levels: IntArray | None, rows: BoolArray, how: dict[str, Any]) -> dict[str, Any]:
        counts = (0, 0) if levels is None else (int((levels == 0).sum()), int(levels.sum()))
        row: dict[str, Any] = {"n": int(rows.sum()), "n_events": int(self.response.event[rows].sum())}
        row |= dict(zip(("first", "second"), counts, strict=True))
        row |= {"coef": np.nan, **dict.fromkeys(_SAID, np.nan), "status": "not_estimable", "reason": ""}
        try:
            fit = self._fit(levels, rows, how)
            said = fit.to_frame()
        except DesignError as error:
            return row | {"reason": given_names(str(error), dict(self.columns.aliases))}
        k = self.coefficient
        row |= {name: float(said[name].iloc[k]) for name in _SAID}
        row["coef"] = _value(fit, k)
        row["hazard_ratio"] = float(np.exp(row["coef"]))
        return row | {"status": fit.statuses[k], "reason": fit.reasons[k]}


def _value(fit: CoxFit, k: int) -> float:
    """Return a coefficient, infinite where its likelihood rises for ever to one side."""
    if not np.isnan(fit.coef[k]):
        return float(fit.coef[k])
    falls, rises = fit.search.open_sides[:, k]
    return math.nan if falls == rises else math.inf if rises else -math.inf
