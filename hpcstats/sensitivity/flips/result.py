"""The result of a fragility analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.groups import Groups
from hpcstats.numbers import patient_list
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

_STATUS = {False: "censored", True: "event"}
_SHOWN = 10
"""Sets in the text form."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Fragility(Result):
    """How few changes turn the conclusion of a log-rank test, and whose they are. Made by `fragility`.

    Attributes
    ----------
    change : {"status", "assignment"}
        What is changed: whether a patient had the event, or the group.
    test, search : str
        The p-value, and how the patients are chosen.
    alpha : float
        p-values below it are significant.
    p_value : float
        Of the data.
    significant : bool
        Whether it is below alpha: then the index counts changes until it is not (fragility), otherwise
        changes until it is (reverse fragility).
    index : int or None
        Number of changes; None where none of the sets looked at turns the conclusion.
    at_least : int
        So many changes are needed at least.
    n_sets : int
        Sets of so many changes that turn it.
    sets : ndarray of int, shape (B, index)
        Rows of the data in each set, the most decisive first, so many as are to be listed.
    p_values : ndarray, shape (B,)
        p-values after the changes of each set.
    differences : ndarray, shape (B,)
        Observed less expected events of the second group after them; `difference` is that of the data.
    """

    response: Surv
    groups: Groups
    change: str
    test: str
    search: str
    alpha: float
    p_value: float
    difference: float
    significant: bool
    index: int | None
    at_least: int
    n_sets: int
    sets: IntArray
    p_values: FloatArray
    differences: FloatArray

    summary_fields = (
        *Result.summary_fields,
        "change",
        "test",
        "search",
        "alpha",
        "p_value",
        "significant",
        "index",
        "at_least",
        "n_sets",
    )

    @property
    def quotient(self) -> float:
        """The index as a share of the patients; NaN without one."""
        return float("nan") if self.index is None else self.index / self.n

    def title(self) -> str:
        """Return the heading of the text form."""
        name = "Fragility" if self.significant else "Reverse fragility"
        what = "status" if self.change == "status" else "group"
        if self.index is None:
            return f"{name} ({what}) of p = {self.p_value:.4g}: {self.reason}"
        turn = "turns" if self.index == 1 else "turn"
        return (
            f"{name} ({what}): {self.index} of {self.n} patients {turn} p = {self.p_value:.4g} into "
            f"p = {self.p_values[0]:.4g}"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def changed_patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who are in one of `sets`."""
        return () if self.response.id is None else patient_list(self.response.id[np.unique(self.sets)])

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each change of each set: set, patient, group, time, recorded, changed_to, p_value.

        `patient` is the identifier, or the position of the row; `p_value` is that after the whole set.
        """
        import pandas as pd

        rows = [
            {"set": number + 1, "patient": self._name(row), **self._told(row), "p_value": p_value}
            for number, (chosen, p_value) in enumerate(
                zip(self.sets.tolist(), self.p_values.tolist(), strict=True)
            )
            for row in chosen
        ]
        columns = ["set", "patient", "group", "time", "recorded", "changed_to", "p_value"]
        return pd.DataFrame(rows, columns=columns)

    def by_patient(self) -> pd.DataFrame:
        """Return in how many of `sets` each patient is, the most frequent first: patient, ..., n_sets.

        Only sets that are listed count: give a larger `listed` where `n_sets` is larger than their number.
        """
        import pandas as pd

        rows, counts = np.unique(self.sets, return_counts=True)
        order = np.lexsort((rows, -counts))
        told = [
            {"patient": self._name(row), **self._told(row), "n_sets": count}
            for row, count in zip(rows[order].tolist(), counts[order].tolist(), strict=True)
        ]
        return pd.DataFrame(told, columns=["patient", "group", "time", "recorded", "changed_to", "n_sets"])

    def sentence(self) -> str:
        """Return the outcome in one sentence."""
        p_value = f"p = {formats.p_value(self.p_value)}"
        kind = "significant" if self.significant else "not significant"
        opposite = "not significant" if self.significant else "significant"
        if self.index is None:
            return f"The result ({p_value}, {kind}) does not become {opposite}: {self.reason}."
        what = "another status" if self.change == "status" else "the other group"
        one = "one patient" if self.index == 1 else f"{self.index} patients"
        return f"The result ({p_value}, {kind}) becomes {opposite} with {what} of {one} of {self.n}."

    def __str__(self) -> str:
        """Return the most decisive sets as a table, and how many more there are."""
        frame = self.to_frame()
        shown = frame[frame["set"] <= _SHOWN]
        table = [] if shown.empty else [shown.to_string(index=False, float_format="{:.6g}".format)]
        more = self.n_sets - _SHOWN
        rest = [f"and {more} {'set' if more == 1 else 'sets'} more"] if more > 0 else []
        return "\n".join([self.title(), *table, *rest, *self._notes()])

    def _name(self, row: int) -> Any:
        return row if self.response.id is None else self.response.id[row]

    def _told(self, row: int) -> dict[str, Any]:
        event, code = bool(self.response.event[row]), int(self.groups.codes[row])
        labels = self.groups.labels
        before, after = (_STATUS[event], _STATUS[not event])
        if self.change == "assignment":
            before, after = labels[code], labels[1 - code]
        told = {"group": labels[code], "time": float(self.response.time[row])}
        return told | {"recorded": before, "changed_to": after}
