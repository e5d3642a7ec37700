"""The patients whose bounds are asked, their design with the gaps at either level, and its fits."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_frame
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.missing.substantive import log_outcome
from hpcstats.covariates import given_names, unknown_column
from hpcstats.design import Design, build_design
from hpcstats.errors import DataError, DesignError, HpcstatsWarning, listing
from hpcstats.regression.proportional_hazards import cox
from hpcstats.sensitivity.cox_refits import CoxRefits
from hpcstats.sensitivity.missing.bounds_result import SCENARIOS
from hpcstats.sensitivity.missing.chained_equations import own_hazard
from hpcstats.sensitivity.missing.fills import Fills, classes
from hpcstats.sensitivity.missing.variables import Columns, Variable
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
        place = _place(columns, variable, as_frame(data))
        gap = columns.variables[place]
        others = [v.missing for k, v in enumerate(columns.variables) if k != place]
        kept = ~np.logical_or.reduce([np.zeros(len(response), dtype=bool), *others])
        if not (gap.missing & kept).any():
            raise DesignError(f"No value of {gap.name} is missing among patients who miss nothing else.")
        taken = response.take(kept)
        designs = [
            build_design(_filled(columns, place, kept, level), columns.formula, taken) for level in (0, 1)
        ]
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
            term=_term(designs[0], terms, columns.in_model[place], term),
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
        kind = classes(refits, self.gaps)
        return Fills(refits=refits, gaps=self.gaps, kind=kind, coefficient=self.coefficient)

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

    def _fitted(self, levels: IntArray | None, rows: BoolArray, how: dict[str, Any]) -> dict[str, Any]:
        frame = _filled(self.columns, self.place, self.kept, 0 if levels is None else levels)[rows]
        response = self.response.take(rows)
        counts = (0, 0) if levels is None else (int((levels == 0).sum()), int(levels.sum()))
        row: dict[str, Any] = {"n": len(response), "n_events": response.n_events}
        row |= dict(zip(("first", "second"), counts, strict=True))
        row |= {"coef": np.nan, **dict.fromkeys(_SAID, np.nan), "status": "not_estimable", "reason": ""}
        try:
            with warnings.catch_warnings():
                # A fit without a finite estimate says so in its row.
                warnings.simplefilter("ignore", HpcstatsWarning)
                fit = cox(response, frame.reset_index(drop=True), self.columns.formula, **how)
                said = fit.to_frame()
        except DesignError as error:
            return row | {"reason": str(error)}
        k = fit.terms.index(self.first.terms[self.coefficient])
        row |= {name: float(said[name].iloc[k]) for name in ("coef", *_SAID)}
        return row | {"status": fit.statuses[k], "reason": fit.reasons[k]}


def _place(columns: Columns, variable: str | None, frame: Any) -> int:
    names = [known.name for known in columns.variables]
    if variable is None:
        if len(columns.incomplete) != 1:
            gaps = [names[k] for k in columns.incomplete]
            raise DesignError(
                f"{listing(gaps) or 'No column'} {'have' if gaps else 'has'} gaps. "
                "Name one with variable='...'."
            )
        place = columns.incomplete[0]
    elif variable in names:
        place = names.index(variable)
    elif variable in frame.columns:
        raise DesignError(f"{variable} is not in the model, whose columns are {listing(names)}.")
    else:
        raise unknown_column(variable, frame)
    levels = columns.variables[place].levels
    if len(levels) != 2:
        raise DesignError(
            f"Bounds need a covariate of two levels, but {names[place]} has {len(levels) or 'numbers'}. "
            "Merge levels, or cut the numbers in two."
        )
    return place


def _filled(columns: Columns, place: int, kept: BoolArray, level: Any) -> Any:
    """Return the columns of the model for the rows kept, the gaps of one filled."""
    values = []
    for k, variable in enumerate(columns.variables):
        column = variable.values[kept]
        if k == place:
            column = column.copy()
            column[np.isnan(column)] = level
        values.append(column)
    return columns.frame(values)


def _term(design: Design, terms: tuple[str, ...], alias: str, term: str | None) -> str:
    if term is not None:
        if term not in terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(terms)}.")
        return term
    own = [f for f in design.factors if f.name in (alias, f"C({alias})") and len(f.terms) == 1]
    if len(own) != 1:
        raise DesignError(f"Which coefficient is to be bounded? Write term= with one of {listing(terms)}.")
    return terms[design.terms.index(own[0].terms[0])]
