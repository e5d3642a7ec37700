"""The columns an imputation works on: numbers, or levels by their number, and which values are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


_NUMBERS = (int, float, np.number, np.bool_)


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
    values : ndarray of float, shape (n,)
        Numbers, or the numbers 0, 1, ... of the levels; NaN where missing.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    levels: tuple[Any, ...]
    values: FloatArray

    @classmethod
    def of(cls, column: pd.Series[Any], name: str) -> Variable:
        """Read a column.

        Raises
        ------
        DesignError
            For a column with fewer than two values, or one that holds neither numbers nor labels.
        """
        known = [value for value in column if not is_missing(value)]
        labels = list(dict.fromkeys(known))
        if len(labels) < 2:
            raise DesignError(f"{name} has fewer than two known values, so nothing tells what is missing.")
        numeric = category_order(column) is None and all(isinstance(v, _NUMBERS) for v in labels)
        if column.dtype.kind in "mMc":
            raise DesignError(f"{name} holds {column.dtype} values. Turn them into numbers or groups first.")
        if numeric and len(labels) > 2:
            numbers = [np.nan if is_missing(value) else float(value) for value in column]
            return cls(name=name, kind="numeric", levels=(), values=np.array(numbers))
        levels = _ordered(column, [float(value) for value in labels] if numeric else labels)
        code = {level: number for number, level in enumerate(levels)}
        codes = [np.nan if is_missing(value) else code[value] for value in column]
        return cls(name=name, kind="categorical", levels=levels, values=np.array(codes, dtype=np.float64))

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
        if all(isinstance(level, float) for level in self.levels):
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
        for name in auxiliary:
            if name not in given.columns:
                raise unknown_column(name, given)
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


def _ordered(column: pd.Series[Any], labels: list[Any]) -> tuple[Any, ...]:
    declared = category_order(column)
    if declared is not None:
        return tuple(level for level in declared if level in labels)
    try:
        return tuple(sorted(labels))
    except TypeError:
        return tuple(labels)
