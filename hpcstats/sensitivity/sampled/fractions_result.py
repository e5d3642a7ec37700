"""The result of `sampling_fractions`: an answer under each set of assumed publication probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.errors import DataError, listing
from hpcstats.results import Result
from hpcstats.sensitivity.sampled.turning import turning_points
from hpcstats.sensitivity.sampled.weighted import Weighted
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SamplingFractions(Result):
    """Estimates under C combinations of assumed publication probabilities. Made by `sampling_fractions`.

    Attributes
    ----------
    columns : mapping
        What names the k quantities.
    labels : tuple
        The L labels.
    patients_of, events_of : mapping
        Patients and events of each label.
    fractions : ndarray, shape (C, L)
        Assumed probabilities.
    effective : ndarray, shape (C,)
        Effective number of patients, (sum w)^2 / sum w^2.
    unweighted : ndarray, shape (k,)
        Estimates of the fit itself.
    estimates, low, high, change : ndarray, shape (C, k)
        Weighted estimates, robust limits, and the difference from (hazard ratios: ratio to) the unweighted.
    statuses, reasons : tuple of tuple of str
        For each combination and quantity "ok" or "not_estimable", and why there is no estimate or no limit.
    level : float
        Confidence level.
    response : Surv
        All rows that count.
    weighted : Weighted
        What is estimated again to find turning points.
    """

    columns: Mapping[str, tuple[Any, ...]]
    labels: tuple[Any, ...]
    patients_of: Mapping[Any, int]
    events_of: Mapping[Any, int]
    fractions: FloatArray
    effective: FloatArray
    unweighted: FloatArray
    estimates: FloatArray
    low: FloatArray
    high: FloatArray
    change: FloatArray
    statuses: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]
    level: float
    response: Surv
    weighted: Weighted

    summary_fields = (*Result.summary_fields, "patients_of", "events_of", "level")

    @property
    def ratios(self) -> FloatArray:
        """Fraction of the first label over that of each other, (C, L - 1): all that matters."""
        return self.fractions[:, :1] / self.fractions[:, 1:]

    def title(self) -> str:
        """Return the heading of the text form."""
        sets = "set" if len(self.fractions) == 1 else "sets"
        return (
            f"Assumed publication probabilities, n = {self.n}, events = {self.n_events}, "
            f"{len(self.fractions)} {sets}"
        )

    def patients(self, label: Any = None) -> tuple[str, ...]:
        """Return the identifiers of all who entered, or of those of a label."""
        if label is None:
            return self.response.patients()
        if label not in self.labels:
            raise DataError(f"There is no label {label!r}. The labels are {listing(map(repr, self.labels))}.")
        return self.response.patients(self.weighted.codes == self.labels.index(label))

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each combination and quantity.

        `fraction of …` is what is assumed of each label, `ratio` (of two labels) the first over the second,
        `effective_n` how many equally weighted patients would tell as much.
        """
        import pandas as pd

        k, number = self.estimates.shape[1], len(self.fractions)
        columns: dict[str, Any] = {
            f"fraction of {label}": np.repeat(self.fractions[:, j], k) for j, label in enumerate(self.labels)
        }
        if len(self.labels) == 2:
            columns["ratio"] = np.repeat(self.ratios[:, 0], k)
        columns["effective_n"] = np.repeat(self.effective, k)
        columns |= {name: list(labels) * number for name, labels in self.columns.items()}
        for name in ("estimates", "low", "high", "change"):
            columns[name.removesuffix("s")] = getattr(self, name).ravel()
        columns["status"] = [status for row in self.statuses for status in row]
        columns["reason"] = [reason for row in self.reasons for reason in row]
        return pd.DataFrame(columns)

    def turning_points(self, value: float | None = None) -> pd.DataFrame:
        """Return at which ratio of the two fractions an estimate, or one of its limits, passes a value.

        Found by bisection, refitting at each step, between the ratios that were assumed; nothing is said
        beyond them. A curve that passes and comes back between two neighbouring ratios is not seen.

        Parameters
        ----------
        value : float, optional
            What is passed: 1 of hazard ratios and 0 of coefficients if nothing is said.

        Returns
        -------
        pandas.DataFrame
            Names of the quantity, `what` ("estimate", "low" or "high"), `value`, `ratio` (first label over
            second; NaN if nothing is passed), `note`. A row for each passing.

        Raises
        ------
        DesignError
            For other than two labels, or a single ratio.
        DataError
            Where there is no value to be taken, or it is no number.
        """
        return turning_points(self, value)
