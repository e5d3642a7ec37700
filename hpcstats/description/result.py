"""`Description`: what is known of the patients, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from hpcstats.columns import FloatArray, IntArray
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

OVERALL = "overall"
POINTS = {"median": 0.5, "lower_quartile": 0.25, "upper_quartile": 0.75, "minimum": 0.0, "maximum": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumericVariable:
    """Summary of a numeric column: one value a group, the last for all; NaN where none is known."""

    kind: ClassVar[Literal["numeric"]] = "numeric"

    name: str
    known: IntArray
    missing: IntArray
    median: FloatArray
    lower_quartile: FloatArray
    upper_quartile: FloatArray
    minimum: FloatArray
    maximum: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CategoricalVariable:
    """Counts of the levels, shape (levels, groups), the last group for all; `known` are the denominators."""

    kind: ClassVar[Literal["categorical"]] = "categorical"

    name: str
    levels: tuple[str, ...]
    counts: IntArray
    known: IntArray
    missing: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Description(Result):
    """Characteristics by group and overall. Made by `describe`; it has no events, `n_events` is 0.

    Attributes
    ----------
    by : str or None
        Column of the groups.
    groups : tuple of str
        Labels of the groups in order, the last one "overall".
    sizes : ndarray of int
        Rows in each group.
    variables : tuple of NumericVariable or CategoricalVariable
        In the order asked for.
    publications : NumericVariable or None
        Years of publication.
    papers : ndarray of int or None
        Number of distinct papers in each group.
    identifiers : tuple of tuple of str
        Patients of each group.
    """

    by: str | None
    groups: tuple[str, ...]
    sizes: IntArray
    variables: tuple[NumericVariable | CategoricalVariable, ...]
    publications: NumericVariable | None
    papers: IntArray | None
    identifiers: tuple[tuple[str, ...], ...]

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Description of {self.n} rows" + ("" if self.by is None else f" by {self.by}")

    def patients(self, group: str = OVERALL) -> tuple[str, ...]:
        """Return the identifiers that every value of a group rests on: all of its patients.

        A missing value counts too: were it known, the denominator would be another.
        """
        return self.identifiers[self.groups.index(group)]

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each value: group, variable, level, statistic, value."""
        import pandas as pd

        rows: list[tuple[str, str, str, str, float]] = []
        for k, group in enumerate(self.groups):
            rows.append((group, "", "", "n", float(self.sizes[k])))
            if self.papers is not None:
                rows.append((group, "", "", "papers", float(self.papers[k])))
            extra = () if self.publications is None else (self.publications,)
            for variable in (*extra, *self.variables):
                rows += [(group, variable.name, *entry) for entry in _entries(variable, k)]
        return pd.DataFrame(rows, columns=["group", "variable", "level", "statistic", "value"])


def _entries(variable: NumericVariable | CategoricalVariable, k: int) -> list[tuple[str, str, float]]:
    counted = [("", name, float(getattr(variable, name)[k])) for name in ("known", "missing")]
    if isinstance(variable, CategoricalVariable):
        levels = zip(variable.levels, variable.counts[:, k], strict=True)
        return [*((level, "count", float(count)) for level, count in levels), *counted]
    return [*counted, *(("", name, float(getattr(variable, name)[k])) for name in POINTS)]
