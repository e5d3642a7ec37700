"""The columns an imputation works on: numbers, or levels by their number, and which values are missing."""

from __future__ import annotations

import datetime as dt
import decimal
import numbers
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, as_frame, category_order, is_missing
from hpcstats.covariates import formula_text, given_names, unknown_column, variables, with_plain_names
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.groups import same_rows
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


_NUMBERS = (numbers.Real, decimal.Decimal, np.bool_)
_TIMES = (dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable:
    """A column with gaps.

    Attributes
    ----------
    name : str
        As given.
    kind : {"numeric", "categorical"}
        Two distinct numbers count as levels.
    levels : tuple
        Levels that occur, in order (categorical).
    measured : bool
        Whether the values are numbers, also where two of them count as levels; categories never are.
    values : ndarray of float, shape (n,)
        Numbers, or the numbers 0, 1, ... of the levels; NaN where missing.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    levels: tuple[Any, ...]
    measured: bool
    values: FloatArray

    @classmethod
    def of(cls, column: pd.Series[Any], name: str) -> Variable:
        """Read a column.

        Raises
        ------
        DesignError
            For a column with fewer than two values, an infinite one, or one that holds neither numbers nor
            labels.
        """
        known = [value for value in column if not is_missing(value)]
        _refuse_odd(column, known, name)
        labels = list(dict.fromkeys(known))
        _refuse_single(column, labels, name)
        measured = category_order(column) is None and all(isinstance(v, _NUMBERS) for v in labels)
        if not measured:
            return cls._of_levels(column, name, _ordered(column, labels), measured=False)
        numbers_ = np.array([np.nan if is_missing(value) else float(value) for value in column])
        _refuse_infinite(numbers_, name)
        if len(labels) == 2:
            return cls._of_levels(column, name, tuple(sorted(map(float, labels))), measured=True)
        return cls(name=name, kind="numeric", levels=(), measured=True, values=numbers_)

    @classmethod
    def _of_levels(
        cls, column: pd.Series[Any], name: str, levels: tuple[Any, ...], *, measured: bool
    ) -> Variable:
        code = {level: number for number, level in enumerate(levels)}
        codes = [np.nan if is_missing(value) else code[value] for value in column]
        values = np.array(codes, dtype=np.float64)
        return cls(name=name, kind="categorical", levels=levels, measured=measured, values=values)

    @property
    def missing(self) -> BoolArray:
        """Which values are missing."""
        return np.isnan(self.values)

    @property
    def n_missing(self) -> int:
        """How many are missing."""
        return int(np.count_nonzero(self.missing))

    def column(self, values: FloatArray) -> Any:
        """Turn values (r,) back into a column: numbers, or a pandas categorical."""
        if self.kind == "numeric":
            return values
        codes = values.astype(np.int64)
        if self.measured:
            return np.array(self.levels)[codes]
        import pandas as pd

        categories: Any = pd.Index(list(self.levels))
        return pd.Categorical.from_codes(codes, categories=categories)

    def predictors(self, values: FloatArray) -> FloatArray:
        """Code values of any shape as columns of a regression, on a new last axis.

        Numbers are standardised by what is known of them; levels become indicators without the first.
        """
        if self.kind == "categorical":
            member: FloatArray = (values[..., None] == np.arange(1, len(self.levels))).astype(np.float64)
            return member
        known = self.values[~self.missing]
        scaled: FloatArray = ((values - known.mean()) / known.std())[..., None]
        return scaled

    @property
    def width(self) -> int:
        """Number of these columns."""
        return max(1, len(self.levels) - 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The columns of a model and the auxiliary ones.

    Attributes
    ----------
    formula : str
        Right-hand side in names that a formula can hold.
    variables : tuple of Variable
        Those of the model in the order of the data, then the auxiliary ones.
    in_model : tuple of str
        Names that a formula can hold, of the variables of the model.
    aliases : mapping of str to str
        Such names that stand for given ones.
    """

    formula: str
    variables: tuple[Variable, ...]
    in_model: tuple[str, ...]
    aliases: Mapping[str, str]

    @classmethod
    def of(
        cls, data: Any, formula: str | Sequence[str] | None, auxiliary: Sequence[str], response: Surv
    ) -> Columns:
        """Read the columns of a formula.

        Raises
        ------
        DataError
            For unknown columns, or another number of rows than the response has.
        """
        given = as_frame(data)
        same_rows(len(given), response, "data")
        _refuse_auxiliary(auxiliary, given)
        frame, aliases = with_plain_names(given)
        text = formula_text(formula, frame, aliases, auxiliary)
        wanted = variables(text, frame, aliases)
        names = [given_names(name, aliases) for name in wanted]
        both = [name for name in auxiliary if name in names]
        if both:
            raise DataError(f"{listing(both)} stands in the model already. Leave it out of auxiliary.")
        read = tuple(Variable.of(given[name], name) for name in [*names, *auxiliary])
        return cls(formula=text, variables=read, in_model=tuple(wanted), aliases=aliases)

    @property
    def incomplete(self) -> tuple[int, ...]:
        """Positions of the variables with missing values, those with fewest first."""
        order = sorted(range(len(self.variables)), key=lambda k: self.variables[k].n_missing)
        return tuple(k for k in order if self.variables[k].n_missing)

    def frame(self, values: Sequence[FloatArray]) -> pd.DataFrame:
        """Make the columns of the model, named as in the formula, from values (r,) of each variable."""
        import pandas as pd

        return pd.DataFrame(
            {
                name: self.variables[k].column(np.asarray(values[k]).reshape(-1))
                for k, name in enumerate(self.in_model)
            }
        )

    def known_rows(self) -> BoolArray:
        """Tell which rows miss no column of the model."""
        gaps = [variable.missing for variable in self.variables[: len(self.in_model)]]
        known: BoolArray = ~np.logical_or.reduce(gaps)
        return known


def _refuse_auxiliary(auxiliary: Sequence[str], given: pd.DataFrame) -> None:
    """Refuse unknown columns, and such that are named twice."""
    for name in auxiliary:
        if name not in given.columns:
            raise unknown_column(name, given)
    twice = [name for name in dict.fromkeys(auxiliary) if list(auxiliary).count(name) > 1]
    if twice:
        raise DataError(f"auxiliary names {listing(twice)} more than once. Name each column once.")


def _refuse_odd(column: pd.Series[Any], known: Sequence[Any], name: str) -> None:
    """Refuse dates, complex numbers, and what is no label."""
    if column.dtype.kind in "mMc" or any(isinstance(value, _TIMES) for value in known):
        what = column.dtype if column.dtype.kind in "mMc" else "date or time"
        raise DesignError(f"{name} holds {what} values. Turn them into numbers or groups first.")
    rows = [row for row, value in enumerate(column) if not isinstance(value, Hashable)]
    if rows:
        raise DesignError(
            f"{name} holds values that are no labels (rows {listing(rows)}). Give text or numbers."
        )


def _refuse_single(column: pd.Series[Any], labels: Sequence[Any], name: str) -> None:
    """Refuse a column with fewer than two values."""
    if len(labels) >= 2:
        return
    if column.notna().all():
        raise DesignError(f"{name} has one value only ({labels[0]!r}). Leave it out.")
    known = f"only {labels[0]!r}" if labels else "none at all"
    raise DesignError(
        f"{name} has fewer than two known values ({known}), so nothing tells what is missing. Leave it out."
    )


def _refuse_infinite(values: FloatArray, name: str) -> None:
    rows = np.flatnonzero(np.isinf(values))
    if rows.size:
        raise DesignError(
            f"{name} is infinite (rows {listing(rows)}). Correct these values, or leave it out."
        )


def _ordered(column: pd.Series[Any], labels: list[Any]) -> tuple[Any, ...]:
    declared = category_order(column)
    if declared is not None:
        return tuple(level for level in declared if level in labels)
    try:
        return tuple(sorted(labels))
    except TypeError:
        return tuple(labels)
