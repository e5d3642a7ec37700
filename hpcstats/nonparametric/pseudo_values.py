"""`pseudo_observations`: a number without censoring for each patient, as an outcome of regressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core import pseudo as kernel
from hpcstats.core.risk_sets import SAME_TIME, place
from hpcstats.errors import DataError, DesignError, UnsupportedError, check_option
from hpcstats.groups import ALL, Groups, needs_kind
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = ("survival", "rmst")
METHODS = ("infinitesimal", "jackknife")

CONVENTIONS = (
    "At risk at t: t <= exit; at equal times events precede censorings.",
    "A curve left by its last patient is continued at its last height.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PseudoObservations(Result):
    """Outcome of `pseudo_observations`.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Times or horizons asked for.
    values : ndarray, shape (n, T)
        Pseudo-observations in the order of the rows of the response.
    estimate : ndarray, shape (groups, T)
        The Kaplan-Meier estimates (or areas) that they are made of.
    of : {"survival", "rmst"}
        What they stand for.
    labels : tuple
        Group labels, ("all",) without groups.
    """

    response: Surv
    groups: Groups
    times: FloatArray
    values: FloatArray
    estimate: FloatArray
    of: str

    summary_fields = (*Result.summary_fields, "of")

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        what = "survival" if self.of == "survival" else "restricted mean survival time"
        return f"Pseudo-observations of {what}, n = {self.n}, time in {self.response.unit}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each patient and time: id (or row, from 0), group (where asked), time, value."""
        import pandas as pd

        asked = self.times.size
        who = ("row", np.arange(self.n)) if self.response.id is None else ("id", self.response.id)
        columns: dict[str, Any] = {who[0]: np.repeat(who[1], asked)}
        if self.labels != (ALL,):
            columns["group"] = [self.labels[code] for code in np.repeat(self.groups.codes, asked)]
        columns |= {"time": np.tile(self.times, self.n), "value": self.values.ravel()}
        return pd.DataFrame(columns)


def pseudo_observations(
    response: Surv,
    times: Any,
    *,
    of: str = "survival",
    method: str = "infinitesimal",
    group: Any = None,
) -> PseudoObservations:
    r"""What each patient contributes to S(t), or to the restricted mean: numbers without censoring.

    Use them as the outcome of an ordinary regression (with robust errors), or to look at residuals. They
    may lie outside [0, 1], and stand for the expectation given covariates only where censoring depends
    neither on covariates nor on prognosis.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, without delayed entry, of n rows.
    times : number or column of numbers
        Times t of S(t), or horizons of the restricted mean, within follow-up.
    of : {"survival", "rmst"}
        S(t), or the mean time without the event up to t.
    method : {"infinitesimal", "jackknife"}
        "infinitesimal": the estimate plus n times its derivative in the patient's weight, as R's ``pseudo``;
        the values average to the estimate. "jackknife": n times the estimate minus n - 1 times that
        without the patient, the original definition.
    group : column, optional
        Makes them within groups, where censoring may differ between the groups.

    Returns
    -------
    PseudoObservations
        With `values` (n, T) and `to_frame`.

    Raises
    ------
    DesignError
        For a time beyond the last observation of a group (a restricted mean is defined there if S is 0).
    DataError, UnsupportedError
        For unusable columns or times, unknown options, and delayed entry, for which they are not defined.

    Notes
    -----
    .. math:: \hat\theta_i = n \hat\theta - (n - 1)\, \hat\theta^{(-i)}, \qquad
              \hat\theta_i = \hat\theta + n\, \frac{\partial \hat\theta}{\partial w_i}

    Andersen, Klein & Rosthøj 2003 (doi:10.1093/biomet/90.1.15); restricted means: Andersen, Hansen & Klein
    2004 (doi:10.1007/s10985-004-4771-0).

    Examples
    --------
    Without censoring the pseudo-observation of S(t) says whether the patient lived beyond t, and that of
    the restricted mean is the time lived up to the horizon:

    >>> import hpcstats as hs
    >>> y = hs.Surv.right([2, 4, 6, 8], [1, 1, 1, 1])
    >>> hs.pseudo_observations(y, [3, 5], method="jackknife").values.round(12).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
    >>> hs.pseudo_observations(y, 5, of="rmst").values[:, 0].round(12).tolist()
    [2.0, 4.0, 5.0, 5.0]

    A patient censored at 4 counts for S(5) as what may have become of him:

    >>> y = hs.Surv.right([2, 4, 6, 8], [1, 0, 1, 1])
    >>> hs.pseudo_observations(y, 7).to_frame().round(3)
       row  time  value
    0    0   7.0   0.00
    1    1   7.0   0.50
    2    2   7.0  -0.25
    3    3   7.0   1.25
    """
    needs_kind(response, ("right",), "pseudo_observations", "It needs one row a patient: Surv.right.")
    check_option("of", of, QUANTITIES)
    check_option("method", method, METHODS)
    if response.entry is not None:
        raise UnsupportedError(
            "Pseudo-observations are not defined for delayed entry: who left before others entered was never "
            "among them. Leave the entry times out only if everybody was observed from the origin."
        )
    groups = Groups.of(group, response)
    asked = _times(times)
    values, estimate = np.empty((len(response), asked.size)), np.empty((len(groups.labels), asked.size))
    for number, label in enumerate(groups.labels):
        rows = groups.rows(number)
        curve = kernel.Estimate.of(place(response.time[rows], response.event[rows]))
        _within(curve, asked, of, label, response.unit)
        estimate[number] = curve.curve.height(asked) if of == "survival" else curve.curve.area(asked)
        values[rows] = _values(curve, asked, of, method)
    return PseudoObservations(
        n=len(response),
        n_events=response.n_events,
        method=_sentence(of, method, grouped=group is not None),
        conventions=CONVENTIONS,
        response=response,
        groups=groups,
        times=asked,
        values=values,
        estimate=estimate,
        of=of,
    )


def _times(times: Any) -> FloatArray:
    asked = np.array(as_numbers([times] if np.ndim(times) == 0 else times, "times"))
    if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise DataError(f"Times asked for must be numbers from 0 on, not {times!r}.")
    return asked


def _within(estimate: kernel.Estimate, asked: FloatArray, of: str, label: Any, unit: str) -> None:
    """Refuse times beyond follow-up, except for restricted means of a curve that has ended at 0."""
    end, latest = float(estimate.curve.times[-1]), float(asked.max())
    if latest > end * (1 + SAME_TIME) and not (of == "rmst" and estimate.curve.heights[-1] == 0):
        raise DesignError(
            f"The time {latest:g} {unit} lies beyond the end of follow-up ({label}: {end:g}). "
            "Ask for an earlier time; nothing is extrapolated."
        )


def _values(estimate: kernel.Estimate, asked: FloatArray, of: str, method: str) -> FloatArray:
    n = estimate.risk.event.size
    whole = estimate.curve.height(asked) if of == "survival" else estimate.curve.area(asked)
    if method == "jackknife":
        without = kernel.height_without if of == "survival" else kernel.area_without
        return n * whole - (n - 1) * without(estimate, asked)
    influence = kernel.height_influence if of == "survival" else kernel.area_influence
    return whole + n * influence(estimate, asked)


def _sentence(of: str, method: str, *, grouped: bool) -> str:
    what = "survival" if of == "survival" else "restricted mean survival time"
    how = "infinitesimal jackknife" if method == "infinitesimal" else "leave-one-out jackknife"
    within = ", within groups" if grouped else ""
    return f"Pseudo-observations of {what} from the Kaplan-Meier estimate by the {how}{within}."
