"""`jackknife`: pseudo-values, bias and standard error from leaving each unit out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.resampling.bootstrap_limits import layer_means
from hpcstats.core.resampling.resampling_weights import Units, one_left_out
from hpcstats.errors import SmallSampleWarning, warn
from hpcstats.results import Result
from hpcstats.sensitivity.refitting.choice import choose, estimates, shown
from hpcstats.sensitivity.refitting.refits import evaluate_all, quantity_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JackknifeResult(Result):
    """Bias and standard error, with what is left when each unit is left out. Made by `jackknife`.

    Attributes
    ----------
    columns : mapping
        What names the k quantities.
    estimate, bias, std_error : ndarray, shape (k,)
        From the data; NaN bias and error where a value without a unit has no finite estimate.
    n_finite, n_not_estimable : ndarray of int, shape (k,)
        Units whose leaving out gives a finite estimate, or none.
    left_out : tuple
        Names of the U units.
    values, pseudo_values : ndarray, shape (U, k)
        Estimates without each unit, and n estimate - (n - 1) value (logarithms for hazard ratios).
    """

    columns: Mapping[str, tuple[Any, ...]]
    estimate: FloatArray
    bias: FloatArray
    std_error: FloatArray
    n_finite: IntArray
    n_not_estimable: IntArray
    left_out: tuple[Any, ...]
    values: FloatArray
    pseudo_values: FloatArray

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Jackknife, n = {self.n}, events = {self.n_events}, {len(self.left_out)} left out in turn"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each quantity: estimate, bias, std_error, n_finite, n_not_estimable."""
        import pandas as pd

        names = ("estimate", "bias", "std_error", "n_finite", "n_not_estimable")
        labels = {name: list(given) for name, given in self.columns.items()}
        return pd.DataFrame(labels | {name: getattr(self, name) for name in names})

    def pseudo_frame(self) -> pd.DataFrame:
        """Return a row for each unit and quantity: left_out, names, value, pseudo_value."""
        import pandas as pd

        k, size = self.estimate.size, len(self.left_out)
        columns: dict[str, Any] = {"left_out": [unit for unit in self.left_out for _ in range(k)]}
        columns |= {name: list(labels) * size for name, labels in self.columns.items()}
        return pd.DataFrame(
            columns | {"value": self.values.ravel(), "pseudo_value": self.pseudo_values.ravel()}
        )


def jackknife(
    result: Any,
    *,
    statistic: Any = None,
    unit: Any = "auto",
    strata: Any = None,
    data: Any = None,
    penalty: Any = "same",
) -> JackknifeResult:
    r"""Pseudo-values, bias and standard error of an estimate, from leaving each patient or paper out once.

    It needs no random numbers and is exact for means. It fails for quantiles, whose jackknife error is not
    consistent (use `bootstrap`). What each single patient does to the answer, `leave_one_out` tells.

    Parameters
    ----------
    result : CoxFit, SurvivalCurves, CumulativeHazard or Surv
        What is estimated again.
    statistic : optional
        As in `bootstrap`.
    unit : "auto", "case", column or name of a column
        What is left out, as in `bootstrap`.
    strata : column, name of a column, or False, optional
        Strata of the units, as in `bootstrap`.
    data : frame, optional
        Where names of columns are looked up.
    penalty : "same", "firth", None or NormalPrior
        How a Cox model is fitted again: as the fit itself, with Firth's penalty, by maximum likelihood,
        or to the mode under a prior.

    Returns
    -------
    JackknifeResult
        With `to_frame`, `pseudo_frame`, `values`, `pseudo_values`.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        As `bootstrap`.

    Notes
    -----
    .. math:: \mathrm{bias} = \sum_h (n_h - 1) (\bar\theta_{h} - \hat\theta), \qquad
              \mathrm{se}^2 = \sum_h \frac{n_h - 1}{n_h} \sum_i (\hat\theta_{h(-i)} - \bar\theta_{h})^2

    over strata h of n_h units, with the mean of the estimates without one. Where one of these is not finite
    bias and error are NaN, and the reason says so. Quenouille 1956 (doi:10.1093/biomet/43.3-4.353); Miller
    1974 (doi:10.1093/biomet/61.1.1).

    Examples
    --------
    Of a mean the pseudo-values are the data, and the error is that of the textbook.

    >>> import hpcstats as hs
    >>> import numpy as np
    >>> from hpcstats.sensitivity import jackknife
    >>> times = np.array([2.0, 3.0, 7.0, 8.0])
    >>> def mean(weights):
    ...     return weights @ times / weights.sum(axis=1)
    >>> found = jackknife(hs.Surv.right(times, [1, 1, 1, 1]), statistic=mean)
    >>> found.to_frame().round(4)
      quantity  estimate  bias  std_error  n_finite  n_not_estimable
    0     mean       5.0   0.0      1.472         4                0
    >>> found.pseudo_values.ravel().round(12).tolist()
    [2.0, 3.0, 7.0, 8.0]
    """
    sample, refits = choose(result, statistic, penalty)
    units = sample.units(unit, strata, data)
    whole = refits.evaluate(units.original, whole=sample.whole)
    without = evaluate_all(refits, one_left_out(units), whole=sample.whole)
    values = np.where(without.finite, without.values, np.nan)
    bias, error = _moments(whole.values[0], values, units)
    number = units.in_layer[:, None]
    missing = len(values) - without.finite.sum(axis=0)
    notes = tuple(
        f"{name}: {count} of {len(values)} estimates with one left out are not finite, so that bias and "
        "error are unknown."
        for name, count in zip(quantity_names(refits), missing.tolist(), strict=True)
        if count
    )
    for note in notes[:1]:
        warn(note, SmallSampleWarning)
    return JackknifeResult(
        n=sample.n,
        n_events=sample.n_events,
        method=_sentence(refits.words, "clusters" if sample.draws_clusters(unit) else "cases", units),
        conventions=("Bias and error are on the log scale.",) if refits.logarithmic else (),
        warnings=notes,
        status="not_estimable" if notes else "ok",
        reason=notes[0] if notes else "",
        columns=dict(refits.columns),
        estimate=shown(refits, estimates(whole)),
        bias=bias,
        std_error=error,
        n_finite=without.finite.sum(axis=0),
        n_not_estimable=missing,
        left_out=sample.unit_labels(unit, data),
        values=values,
        pseudo_values=number * whole.values - (number - 1) * values,
    )


def _moments(estimate: FloatArray, values: FloatArray, units: Units) -> tuple[FloatArray, FloatArray]:
    """Return bias and standard error (k,), of units that stand for several each as often."""
    share = (units.repeats * (units.in_layer - 1) / units.in_layer)[:, None]
    mean = layer_means(values, units.repeats, units.layer)
    bias = (share * (values - estimate)).sum(axis=0)
    return bias, np.sqrt((share * (values - mean) ** 2).sum(axis=0))


def _sentence(words: str, units: str, made: Units) -> str:
    within = f" within {made.layers} strata" if made.layers > 1 else ""
    how = f", each fitted by {words}" if words else ""
    return f"Jackknife of {int(made.repeats.sum())} {units}{within}{how}."
