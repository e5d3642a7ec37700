"""From a formula or column names to a design matrix that remembers what its columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_frame
from hpcstats.covariates import (
    formula_text,
    given_names,
    missing_error,
    missing_rows,
    tidy,
    variables,
    with_plain_names,
)
from hpcstats.errors import DataError, DesignError, check_option, listing
from hpcstats.groups import same_rows
from hpcstats.plain_design import plain_columns
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd
    from formulaic import ModelMatrix, ModelSpec

MISSING = ("raise", "drop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One term of the formula and the columns it became.

    Attributes
    ----------
    name : str
        As written in the formula.
    kind : {"numeric", "categorical", "interaction"}
        What it is.
    levels : tuple
        All levels in order (categorical).
    reference : object
        The level the others are compared with (categorical).
    terms : tuple of str
        Names of its columns, in the order of the levels without the reference.
    """

    name: str
    kind: Literal["numeric", "categorical", "interaction"]
    levels: tuple[Any, ...] = ()
    reference: Any = None
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Design matrix (n, p) without intercept, the rows it used, and the rows left out for missing values.

    `spec`, `aliases` and `levels` hold how columns became the matrix: the formula with all it learnt from the
    data (None where the columns are the matrix), names that stand for others, and for each column its levels
    (None for numbers).
    """

    formula: str
    matrix: FloatArray
    terms: tuple[str, ...]
    factors: tuple[Factor, ...]
    rows: IntArray
    dropped: IntArray
    spec: ModelSpec | None
    aliases: dict[str, str]
    levels: dict[str, tuple[Any, ...] | None]

    def columns(self, factor: Factor) -> IntArray:
        """Return the positions of a factor's columns."""
        return np.array([self.terms.index(term) for term in factor.terms], dtype=np.int64)

    def encoded(self, frame: pd.DataFrame) -> FloatArray:
        """Return the matrix of other data with the same columns, made ready."""
        if self.spec is None:
            return frame[list(self.terms)].to_numpy(dtype=np.float64)
        model = self.spec.get_model_matrix(frame, context={"np": np}, na_action="raise")
        kept = [k for k, name in enumerate(model.columns) if name != "Intercept"]
        return np.asarray(model, dtype=np.float64)[:, kept]


def build_design(
    data: Any,
    formula: str | Sequence[str] | None,
    response: Surv,
    *,
    beside: Sequence[Any] = (),
    missing: str = "raise",
) -> Design:
    """Build the design matrix for the rows of `response`.

    Parameters
    ----------
    data : frame
        Columns by name, one row for each row of `response`.
    formula : str, sequence of str, or None
        A right-hand side ("age + C(site)"), column names, or None for all columns.
    response : Surv
        The response the rows belong to.
    beside : sequence
        Further columns (strata, clusters, weights) whose missing values count too; names or values.
    missing : {"raise", "drop"}
        What to do with rows that miss a value.

    Raises
    ------
    DataError
        For unknown columns, another number of rows, or missing values under "raise".
    DesignError
        For a formula that cannot be read or has no terms.
    """
    check_option("missing", missing, MISSING)
    found = plain_columns(data, formula, beside, len(response))
    if found is not None:
        return _plain_design(*found)
    given = as_frame(data)
    same_rows(len(given), response, "data")
    frame, aliases = with_plain_names(given)
    text = formula_text(formula, frame, aliases, beside)
    wanted = variables(text, frame, aliases)
    written = [given_names(name, aliases) for name in wanted]
    gone = missing_rows(given, written, beside, response)
    if gone.any() and missing == "raise":
        raise missing_error(given, written, beside, gone, response)
    if gone.all():
        raise DataError("Every row misses a value of a covariate; nothing is left to fit.")
    used = tidy(frame.loc[~gone, wanted].reset_index(drop=True), aliases)
    model = _model_matrix(text, used)
    names = [given_names(str(name), aliases) for name in model.columns]
    kept = [k for k, name in enumerate(model.columns) if name != "Intercept"]
    if not kept:
        raise DesignError(
            f"formula={given_names(text, aliases)!r} names no covariate. Name at least one column."
        )
    return Design(
        formula=given_names(text, aliases),
        matrix=_finite(np.asarray(model, dtype=np.float64)[:, kept], [names[k] for k in kept]),
        terms=tuple(names[k] for k in kept),
        factors=_factors(model, names, aliases),
        rows=np.flatnonzero(~gone),
        dropped=np.flatnonzero(gone),
        spec=model.model_spec,
        aliases=aliases,
        levels={str(name): _levels(used[name]) for name in used.columns},
    )


def _plain_design(names: tuple[str, ...], matrix: FloatArray) -> Design:
    return Design(
        formula=" + ".join(names),
        matrix=matrix,
        terms=names,
        factors=tuple(Factor(name=name, kind="numeric", terms=(name,)) for name in names),
        rows=np.arange(matrix.shape[0]),
        dropped=np.arange(0),
        spec=None,
        aliases={},
        levels=dict.fromkeys(names),
    )


def _levels(column: pd.Series[Any]) -> tuple[Any, ...] | None:
    return None if column.dtype == np.float64 else tuple(column.unique())


def _model_matrix(text: str, frame: pd.DataFrame) -> ModelMatrix:
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    try:
        with np.errstate(all="ignore"):
            return model_matrix(f"1 + {text}", frame, context={"np": np}, na_action="raise")
    except (FormulaicError, ValueError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise DesignError(f"formula={text!r} cannot be evaluated on these data: {reason}") from error


def _finite(matrix: FloatArray, names: Sequence[str]) -> FloatArray:
    rows, columns = np.nonzero(~np.isfinite(matrix))
    if rows.size:
        where = listing(sorted({names[k] for k in columns.tolist()}))
        raise DesignError(f"{where} is not finite in {np.unique(rows).size} rows. Check the transformation.")
    return matrix


def _factors(model: ModelMatrix, names: Sequence[str], aliases: dict[str, str]) -> tuple[Factor, ...]:
    spec = model.model_spec
    factors = []
    for term, positions in spec.term_indices.items():
        if str(term) == "1" or not positions:
            continue
        columns, written = tuple(names[k] for k in positions), given_names(str(term), aliases)
        categorical = [factor for factor in term.factors if factor in spec.factor_contrasts]
        if len(term.factors) > 1:
            factors.append(Factor(name=written, kind="interaction", terms=columns))
        elif categorical:
            levels = tuple(spec.factor_contrasts[categorical[0]].levels)
            reference = next((level for level in levels if not _named(level, columns)), None)
            factors.append(
                Factor(name=written, kind="categorical", levels=levels, reference=reference, terms=columns)
            )
        else:
            factors.append(Factor(name=written, kind="numeric", terms=columns))
    return tuple(factors)


def _named(level: Any, columns: Sequence[str]) -> bool:
    return any(column.endswith(f"[T.{level}]") for column in columns)
