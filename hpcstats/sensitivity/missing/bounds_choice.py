"""What is bounded: the covariate with gaps, its coefficient, and the patients at one of its levels."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.columns import BoolArray
from hpcstats.covariates import unknown_column
from hpcstats.design import Design
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.sensitivity.missing.variables import Columns, Variable
from hpcstats.surv import Surv


def refuse_little(gap: Variable, kept: BoolArray, taken: Surv) -> None:
    """Refuse what leaves nothing to bound: no gap, one known level, or no event."""
    others = "among the patients who miss nothing else"
    if not (gap.missing & kept).any():
        raise DesignError(f"No value of {gap.name} is missing {others}.")
    codes = np.unique(gap.values[kept & ~gap.missing]).astype(int)
    if codes.size < 2:
        known = f"only {gap.levels[codes[0]]!r}" if codes.size else "no value"
        raise DesignError(
            f"Of {gap.name} {known} is known {others}. Leave the columns with other gaps out of the model."
        )
    if taken.n_events == 0:
        raise DesignError(f"There are no events {others}, so no hazard ratio exists.")


def place_of(columns: Columns, variable: str | None, frame: Any) -> int:
    """Find the covariate with gaps: that named, or the only one.

    Raises
    ------
    DesignError
        For several columns with gaps and no name, and for other than two levels.
    DataError
        For an unknown name.
    """
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


def term_of(design: Design, terms: tuple[str, ...], alias: str, term: str | None) -> str:
    """Find the coefficient: that named, or that of the covariate with gaps.

    Raises
    ------
    DataError
        For an unknown name.
    DesignError
        Where the covariate stands in an interaction, or has not one coefficient of its own.
    """
    if term is not None:
        if term not in terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(terms)}.")
        return term
    names = {alias, f"C({alias})"}
    if any(names & set(factor.name.split(":")) for factor in design.factors if factor.kind == "interaction"):
        raise DesignError(
            "The covariate stands in an interaction, so that its own coefficient holds for one value of the "
            f"other covariate alone. Write term= with one of {listing(terms)}."
        )
    own = [f for f in design.factors if f.name in names and len(f.terms) == 1]
    if len(own) != 1:
        raise DesignError(f"Which coefficient is to be bounded? Write term= with one of {listing(terms)}.")
    return terms[design.terms.index(own[0].terms[0])]


def filled(columns: Columns, place: int, kept: BoolArray, level: Any) -> Any:
    """Return the columns of the model for the rows kept, the gaps of one filled."""
    values = []
    for k, variable in enumerate(columns.variables):
        column = variable.values[kept]
        if k == place:
            column = column.copy()
            column[np.isnan(column)] = level
        values.append(column)
    return columns.frame(values)
