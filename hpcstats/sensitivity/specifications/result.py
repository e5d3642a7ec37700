"""The result of a multiverse: all specifications, the main analysis among them, and what the choices do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.numbers import patient_list
from hpcstats.randomness import Seed
from hpcstats.results import Result
from hpcstats.sensitivity.specifications import by_option
from hpcstats.sensitivity.specifications.declared import Declared
from hpcstats.sensitivity.specifications.outcome import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.sensitivity.specifications.curve_test import CurveTest

SIDES = {"above": "above", "below": "below", "open": "open", "": "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Multiverse(Result):
    """Estimates of all specifications. Made by `multiverse`.

    Attributes
    ----------
    declared : Declared
        The choices, their options, the specifications and the exclusions.
    outcomes : tuple of Outcome
        The answer of each specification, on the working scale.
    level : float
        Confidence level.
    label : str
        What is estimated.
    logarithmic : bool
        Whether estimates are logarithms on the working scale, and shown exponentiated.
    null : float or None
        The value that separates two conclusions, as shown; None where none does.
    """

    declared: Declared
    outcomes: tuple[Outcome, ...]
    level: float
    label: str
    logarithmic: bool
    null: float | None

    summary_fields = (
        *Result.summary_fields,
        "level",
        "label",
        "null",
        "size",
        "n_not_estimable",
        "share_other_side",
        "share_other_conclusion",
        "excluded",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        main = self.outcomes[self.main]
        return f"Multiverse, {self.size:,} specifications, {self.label}, main {self.shown(main.estimate):.4g}"

    @property
    def size(self) -> int:
        """Number of specifications."""
        return len(self.outcomes)

    @property
    def main(self) -> int:
        """Position of the main analysis among the specifications."""
        return self.declared.main

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The options of each choice, by their labels."""
        return {name: tuple(options) for name, options in self.declared.options.items()}

    @property
    def excluded(self) -> Mapping[str, int]:
        """How many combinations are left out, by reason."""
        return self.declared.excluded

    @property
    def estimates(self) -> FloatArray:
        """Estimates as shown, (size,); at the end of the scale where they lie beyond any number."""
        shown: FloatArray = self.shown(self.column("position"))
        return shown

    @property
    def other_side(self) -> BoolArray:
        """Which specifications have their estimate on the other side of the null value than the main one."""
        null = self.outcomes[self.main].null
        if null is None:
            return np.zeros(self.size, dtype=np.bool_)
        sign = np.sign(self.column("position") - null)
        other: BoolArray = sign * sign[self.main] < 0
        return other

    @property
    def other_conclusion(self) -> BoolArray:
        """Which specifications have an interval that says something else than that of the main analysis.

        An interval lies above the null value, below it, or holds it.
        """
        main = self.outcomes[self.main].side
        return np.array([one.side not in ("", main) and main != "" for one in self.outcomes], dtype=np.bool_)

    @property
    def share_other_side(self) -> float:
        """Share of the specifications with an estimate that have it on the other side of the null value."""
        known = ~np.isnan(self.column("position"))
        unknown = self.null is None or not known[self.main]
        return math.nan if unknown else float(self.other_side.sum() / known.sum())

    @property
    def share_other_conclusion(self) -> float:
        """Share of the specifications with an interval that lead to another conclusion."""
        known = sum(one.side != "" for one in self.outcomes)
        unknown = self.outcomes[self.main].side == ""
        return math.nan if unknown else float(self.other_conclusion.sum() / known)

    @property
    def n_not_estimable(self) -> int:
        """Number of specifications without an estimate."""
        return sum(one.status != "ok" for one in self.outcomes)

    def column(self, name: str) -> FloatArray:
        """Return a number of each specification, on the working scale: (size,)."""
        return np.array([getattr(one, name) for one in self.outcomes], dtype=np.float64)

    def shown(self, values: Any) -> Any:
        """Turn values of the working scale into those that are shown."""
        with np.errstate(over="ignore"):
            return np.exp(values) if self.logarithmic else values

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered in any specification."""
        lists = {id(one.patients): one.patients for one in self.outcomes}
        return patient_list(id_ for patients in lists.values() for id_ in patients)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each specification, in the order of the combinations.

        Columns: specification (from 1), the choices, main, estimate, low, high, p_value, n, n_events,
        conclusion (where the interval lies: above or below the null value, or open; else unknown), status,
        reason. Hazard ratios are shown as such.
        """
        import pandas as pd

        rows = range(self.size)
        labels = zip(*self.declared.kept, strict=True)
        columns: dict[str, Any] = {"specification": [row + 1 for row in rows]}
        columns |= dict(zip(self.declared.names, map(list, labels), strict=True))
        columns["main"] = [row == self.main for row in rows]
        columns |= {name: self.shown(self.column(name)) for name in ("estimate", "low", "high")}
        columns["p_value"] = self.column("p_value")
        columns |= {name: [getattr(one, name) for one in self.outcomes] for name in ("n", "n_events")}
        columns["conclusion"] = [SIDES[one.side] for one in self.outcomes]
        columns |= {name: [getattr(one, name) for one in self.outcomes] for name in ("status", "reason")}
        return pd.DataFrame(columns)

    def options(self) -> pd.DataFrame:
        """Return a row for each option: how the estimates with it lie.

        Columns: choice, option, main (whether the main analysis has it), n_specifications, median (of their
        estimates), change (from the median with the option of the main analysis; of hazard ratios their
        ratio), alone (the estimate of the main analysis with this option instead), other_side and
        other_conclusion (shares of these specifications).
        """
        return by_option.options_of(self)

    def influence(self) -> pd.DataFrame:
        """Return a row for each choice, that with the largest influence first.

        Columns: choice, lowest_option, lowest, highest_option, highest (options with the extreme medians),
        range (their difference; of hazard ratios their ratio).
        """
        return by_option.influence_of(self)

    def permutation_test(
        self,
        n_resamples: int = 500,
        *,
        within: Mapping[Any, Any] | None = None,
        seed: Seed = None,
        n_jobs: int | None = 1,
        progress: str | bool = "auto",
    ) -> CurveTest:
        """Test the whole curve: see `hpcstats.sensitivity.specifications.curve_test.curve_test`."""
        from hpcstats.sensitivity.specifications.curve_test import curve_test

        return curve_test(self, n_resamples, within=within, seed=seed, n_jobs=n_jobs, progress=progress)
