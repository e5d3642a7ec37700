"""The result of `missing_bounds`: the smallest and largest hazard ratio that missing values allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.columns import IntArray, ObjectArray
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

SCENARIOS = ("complete cases", "all first", "all second", "lowest", "highest")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MissingBounds(Result):
    """Bounds of a hazard ratio over all values that a missing binary covariate could have.

    Made by `missing_bounds`.

    Attributes
    ----------
    variable, term : str
        The covariate with gaps, and the coefficient that is bounded.
    levels : tuple
        Its two levels.
    rows : mapping of str to mapping
        For each scenario n, n_events, first and second (how many of the missing have which level), coef,
        hazard_ratio, low, high, p_value, status, reason. The coefficient is infinite where the likelihood
        rises for ever.
    fills : mapping of str to ndarray of int
        Number of the level (0 or 1) of each missing value, for the lowest and the highest.
    missing : ndarray of object
        Patients (or positions of rows) whose value is missing.
    exact : bool
        Whether every distinct fill was fitted; else the bounds are the best that a search found.
    n_fits : int
        Fits that were made.
    n_fills : float
        Distinct fills there are; infinite where they are more than a float can hold.
    n_not_estimable : int
        Fits without an estimate: the coefficient has no contrast there.
    seed : str
        What to write to search the same again; empty when exact.
    level : float
        Confidence level of the limits.
    response : Surv
        All patients of the bounds.
    """

    variable: str
    term: str
    levels: tuple[Any, Any]
    rows: Mapping[str, Mapping[str, Any]]
    fills: Mapping[str, IntArray]
    missing: ObjectArray
    exact: bool
    n_fits: int
    n_fills: float
    n_not_estimable: int
    seed: str
    level: float
    response: Surv

    summary_fields = (*Result.summary_fields, "variable", "term", "exact", "n_fits", "n_fills", "seed")

    @property
    def direction_holds(self) -> bool:
        """Whether both bounds lie on one side of a hazard ratio of 1, and every fill has an estimate.

        Of searched bounds it is no proof.
        """
        low, high = (self.rows[name]["coef"] for name in SCENARIOS[3:])
        return bool(low > 0 or high < 0) and not self.n_not_estimable

    def title(self) -> str:
        """Return the heading of the text form."""
        low, high = (self.rows[name]["hazard_ratio"] for name in SCENARIOS[3:])
        return (
            f"Hazard ratio of {self.term} over all values of {self.variable} in {self.missing.size} "
            f"patients: {low:.4g} to {high:.4g}"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each scenario: complete cases, all of one level, all of the other, the bounds.

        `first` and `second` count the missing values that have the first and the second level; limits are
        those of the fit of the scenario.
        """
        import pandas as pd

        return pd.DataFrame([{"scenario": name, **self.rows[name]} for name in self.rows])

    def assignments(self) -> pd.DataFrame:
        """Return who has which level at the bounds: patient, lowest, highest."""
        import pandas as pd

        columns: dict[str, Any] = {"patient": self.missing}
        for name, codes in self.fills.items():
            columns[name] = [self.levels[code] for code in codes.tolist()]
        return pd.DataFrame(columns)
