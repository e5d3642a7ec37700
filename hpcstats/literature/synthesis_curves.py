"""`curve_draws`: F(t) among those who ever have the event, with draws that carry its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, as_frame, as_numbers
from hpcstats.core.truncation.reverse_time import place_windows
from hpcstats.core.truncation.truncated_curves import TruncatedCurves
from hpcstats.errors import DataError, DesignError, UnsupportedError, check_option
from hpcstats.groups import confidence_level
from hpcstats.numbers import patient_list
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.results import freeze
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

WEIGHTS = ("bayesian", "multinomial")
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CurveDraws:
    """A distribution function that ends at 1, and draws of it; made by `curve_draws`.

    Attributes
    ----------
    times : ndarray, shape (m,)
        Where it steps, ascending; the last one is t*, up to which it is identified.
    estimate : ndarray, shape (m,)
        F(t | T <= t*).
    draws : ndarray, shape (B, m)
        Draws of it.
    patients : tuple of str
        Whose times it rests on, sorted; empty if not known.
    n : int
        How many they are; 0 if not known.
    method : str
        A sentence fit for a Methods section.
    unit : str
        Unit of the times.
    """

    times: FloatArray
    estimate: FloatArray
    draws: FloatArray
    patients: tuple[str, ...] = ()
    n: int = 0
    method: str = ""
    unit: str = "years"

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def t_star(self) -> float:
        """The last time, up to which the curve is identified."""
        return float(self.times[-1])

    def at(self, time: float) -> tuple[float, FloatArray]:
        """Return F at a time and its draws (B,)."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 0.0, np.zeros(self.draws.shape[0])
        return float(self.estimate[place]), self.draws[:, place]

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return a row for each step: time, estimate, low, high; the limits are quantiles of the draws."""
        import pandas as pd

        low, high = draw_limits(self.draws, confidence_level(level))
        return pd.DataFrame({"time": self.times, "estimate": self.estimate, "low": low, "high": high})

    def __repr__(self) -> str:
        return f"CurveDraws: {self.n} patients, t* = {self.t_star:g} {self.unit}, {len(self.draws)} draws"


def draw_limits(draws: FloatArray, level: float) -> tuple[Any, Any]:
    """Return quantiles along the draws; each is one of them, so that infinite times stay what they are."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return low, high


def curve_draws(
    curve: Any,
    draws: Any = None,
    *,
    n_draws: int = 4000,
    weights: str = "bayesian",
    seed: Seed = None,
) -> CurveDraws:
    """F(t | T <= t*) of the time to an event among those who have it, with draws of the curve.

    Use it before `residual_risk`, to choose how the uncertainty of the curve is drawn.

    Parameters
    ----------
    curve : Surv, result with a response, or frame
        `Surv.right_truncated` (or a result of it, such as `lynden_bell`'s): the reverse-time product limit.
        `Surv.right` without censoring: the curve as reported, which selection bends towards short times. A
        frame with columns time and estimate: any other curve; it needs `draws`.
    draws : array, shape (B, m), optional
        Draws of the curve of a frame, a row a draw, a column a time.
    n_draws : int
        How many.
    weights : {"bayesian", "multinomial"}
        Dirichlet weights, which leave nobody out and keep t*, or drawing patients with replacement.
    seed : int, SeedSequence, Generator or None
        As everywhere.

    Returns
    -------
    CurveDraws

    Raises
    ------
    DataError
        For a curve that falls, leaves 0 to 1 or does not end at 1, and for draws that do not fit it.
    DesignError
        For censored times: a curve among those who have the event needs those who had it.
    UnsupportedError
        For other responses.

    Notes
    -----
    Rubin 1981 (doi:10.1214/aos/1176345338); Lagakos, Barraj and De Gruttola 1988
    (doi:10.1093/biomet/75.3.515). No patient's truncation time is drawn: where it is known in bounds only,
    draw curves at both ends (`truncation_band`) and compare.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right_truncated([13, 1.23, 2, 10, 9], [13, 3, 9, 13, 11])
    >>> drawn = hs.literature.curve_draws(y, n_draws=1000, seed=1)
    >>> drawn.times, drawn.estimate
    (array([ 1.23,  2.  ,  9.  , 10.  , 13.  ]), array([0.0625, 0.125 , 0.25  , 0.5   , 1.    ]))
    """
    if isinstance(curve, CurveDraws):
        return curve
    response = curve if isinstance(curve, Surv) else getattr(curve, "response", None)
    if isinstance(response, Surv):
        return _resampled(response, number_of_resamples(n_draws), weights, seed)
    return _given(curve, draws)


def _resampled(response: Surv, n_draws: int, weights: str, seed: Seed) -> CurveDraws:
    check_option("weights", weights, WEIGHTS)
    time, limit = _windows(response)
    windows, n = place_windows(time, limit), time.size
    generator, _ = generator_of(seed)
    if weights == "bayesian":
        drawn = generator.standard_exponential((n_draws, n))
    else:
        drawn = generator.multinomial(n, np.full(n, 1 / n), n_draws).astype(np.float64)
    found = TruncatedCurves.of(windows, np.concatenate([np.ones((1, n)), drawn]), double=False)
    truncated = response.kind == "right_truncated"
    how = "the reverse-time product limit" if truncated else "the times as reported"
    kind = "Bayesian" if weights == "bayesian" else "multinomial"
    return CurveDraws(
        times=found.times,
        estimate=found.distribution[0],
        draws=found.distribution[1:],
        patients=patient_list(response.patients(slice(None))),
        n=n,
        method=f"Distribution of the time by {how} of {n} patients, {n_draws} {kind} bootstrap curves.",
        unit=response.unit,
    )


def _windows(response: Surv) -> tuple[FloatArray, FloatArray]:
    """Return times and the limits below which they were seen."""
    if response.kind == "right_truncated":
        assert response.truncation is not None
        return response.time, response.truncation
    if response.kind != "right":
        raise UnsupportedError(
            f"A curve among those who have the event is not defined for Surv.{response.kind}. "
            "Give Surv.right_truncated(time, truncation), or a frame with draws."
        )
    if not np.all(response.status == 1):
        raise DesignError(
            "Some patients did not have the event. A curve among those who have it needs them alone: "
            "write y.take(had_the_event)."
        )
    return response.time, np.full(response.time.size, np.inf)


def _given(curve: Any, draws: Any) -> CurveDraws:
    """Read a curve and its draws."""
    frame = as_frame(
        curve.to_frame() if hasattr(curve, "to_frame") and not _is_frame(curve) else curve, "curve"
    )
    absent = [name for name in ("time", "estimate") if name not in frame]
    if absent:
        raise DataError(f"curve lacks the column {absent[0]}. It needs time and estimate.")
    if draws is None:
        raise DataError("A curve without its data needs draws=, a row a draw and a column a time.")
    times, estimate = as_numbers(frame["time"], "time"), as_numbers(frame["estimate"], "estimate")
    matrix: FloatArray = np.atleast_2d(np.asarray(draws, dtype=np.float64))
    if matrix.ndim != 2 or matrix.shape[1] != times.size or not matrix.shape[0]:
        raise DataError(
            f"draws must have {times.size} columns, one a time of the curve, not the shape {matrix.shape}."
        )
    if not times.size or not np.all(np.diff(times) > 0) or times[0] < 0:
        raise DataError("The times of a curve must be distinct, ascending and not negative.")
    for name, rows in (("curve", estimate[None]), ("draws", matrix)):
        _check_distribution(name, rows)
    return CurveDraws(
        times=times,
        estimate=estimate,
        draws=matrix,
        method=f"Distribution of the time as given, with {matrix.shape[0]} draws.",
    )


def _is_frame(curve: Any) -> bool:
    return isinstance(curve, Mapping) or hasattr(curve, "columns")


def _check_distribution(name: str, rows: FloatArray) -> None:
    rising = bool(np.all(np.diff(rows, axis=1) >= -_SLACK))
    inside = bool(np.all((rows >= -_SLACK) & (rows <= 1 + _SLACK)))
    if not (rising and inside and np.all(rows[:, -1] >= 1 - _SLACK)):
        raise DataError(
            f"{name} must rise within 0 to 1 and end at 1: the time of the event is identified only given "
            "that it lies before the last one. Divide by the last value; what may lie beyond it is said by "
            "reached=."
        )
