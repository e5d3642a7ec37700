"""The result of `lynden_bell`: a distribution function, and the questions one asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core import step_function
from hpcstats.core.risk_sets import SAME_TIME, Counts
from hpcstats.core.truncation.reverse_time import quantile
from hpcstats.errors import DataError, DesignError
from hpcstats.nonparametric.further_answers import asked_probabilities, asked_times
from hpcstats.results import Result, freeze
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TruncatedDistribution(Result):
    """Distribution F of a time, conditional on its being short enough to be seen. Made by `lynden_bell`.

    Attributes
    ----------
    response : Surv
        The data.
    weights : ndarray, shape (n,)
        Weight of each row.
    time, estimate, std_error, low, high : ndarray, shape (K,)
        Distinct times, F given T <= t*, its standard error and limits.
    counts : Counts
        At risk and failing at these times, (1, K).
    interval : str
        Name of the interval.
    level : float
        Its level.
    gap : float
        Double truncation: largest gradient of the log-likelihood, as a share of the weight. 0 at the maximum.
    n_resamples, n_failed, seed : int, int, str
        Of a bootstrap interval: resamples drawn, those without an estimate, and what draws them again.
    """

    response: Surv
    weights: FloatArray
    time: FloatArray
    counts: Counts
    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    interval: str
    level: float
    gap: float = 0.0
    n_resamples: int = 0
    n_failed: int = 0
    seed: str = ""

    name: ClassVar[str] = "Lynden-Bell"
    summary_fields = (*Result.summary_fields, "condition", "t_star", "interval", "level", "gap", "seed")

    def __post_init__(self) -> None:
        freeze(self)
        freeze(self.counts)

    @property
    def at_risk(self) -> FloatArray:
        """Weight of those who could have been seen at each time: see `lynden_bell`."""
        row: FloatArray = self.counts.at_risk[0]
        return row

    @property
    def events(self) -> FloatArray:
        """Weight of those with each time."""
        row: FloatArray = self.counts.events[0]
        return row

    @property
    def t_star(self) -> float:
        """The limit t* of what the data identify: the largest time seen."""
        return float(self.time[-1])

    @property
    def condition(self) -> str:
        """What is estimated, in symbols."""
        first = f"{self.time[0]:g} <= " if self.response.kind == "doubly_truncated" else ""
        return f"F(t | {first}T <= {self.t_star:g} {self.response.unit})"

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"{self.name} estimate of {self.condition}, n = {self.n}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients(self.weights > 0)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each distinct time: time, events, at_risk, estimate, std_error, low, high."""
        names = ("time", "events", "at_risk", "estimate", "std_error", "low", "high")
        return _frame({name: getattr(self, name) for name in names})

    def at(self, times: Any) -> pd.DataFrame:
        """Return F at given times from 0 to t*: time, at_risk, estimate, std_error, low, high.

        Before the first time F is 0, and nothing is known of its error.

        Raises
        ------
        DesignError
            For a time after t*, of which the data say nothing.
        """
        asked = asked_times(times)
        if asked.max() > self.t_star * (1 + SAME_TIME):
            raise DesignError(
                f"{asked.max():g} {self.response.unit} lies beyond t* = {self.t_star:g}, the largest time "
                f"seen: the data identify only {self.condition}. Ask for an earlier time."
            )
        before = {"estimate": 0.0 if self.status != "not_estimable" else np.nan}
        columns = {
            name: step_function.value_at(self.time, getattr(self, name), asked, before.get(name, np.nan))
            for name in ("estimate", "std_error", "low", "high")
        }
        return _frame({"time": asked, "at_risk": self._number(asked), **columns})

    def quantile(self, probability: Any = 0.5) -> pd.DataFrame:
        """Return the times by which a given proportion of those with T <= t* had the event.

        The p-quantile is where F first reaches p; where F runs exactly at p, the midpoint of that flat.
        Limits are the quantiles of the pointwise limits of F. Columns: probability, estimate, low, high.
        """
        asked = asked_probabilities(probability)
        exact = self.counts if self.response.kind == "right_truncated" else None

        def read(curve: FloatArray, counts: Counts | None = None) -> list[float]:
            return [quantile(self.time, curve, float(p), counts) for p in asked]

        return _frame(
            {
                "probability": asked,
                "estimate": read(self.estimate, exact),
                "low": read(self.high),
                "high": read(self.low),
            }
        )

    def under(self, *, probability_beyond: Any, times: Any = None) -> pd.DataFrame:
        """Return the unconditional F(t), if the probability that T exceeds t* were known.

        F(t) = (1 - p) F(t | T <= t*) for each p = P(T > t*). The data hold nothing on p: give the range that
        other knowledge allows. The limits carry the uncertainty of F alone.

        Parameters
        ----------
        probability_beyond : number or column of numbers
            P(T > t*), from 0 to below 1.
        times : number or column of numbers, optional
            From 0 to t*; default all times seen.

        Returns
        -------
        DataFrame
            probability_beyond, time, estimate, low, high.
        """
        import pandas as pd

        given = [probability_beyond] if np.ndim(probability_beyond) == 0 else probability_beyond
        asked = as_numbers(given, "probability_beyond")
        if not asked.size or not ((asked >= 0) & (asked < 1)).all():
            raise DataError(
                f"probability_beyond must be numbers from 0 to below 1, not {probability_beyond!r}: the "
                "probability of an event after t*."
            )
        base = self.at(self.time if times is None else times)[["time", "estimate", "low", "high"]]
        parts = []
        for p in asked.tolist():
            part = base.copy()
            part[["estimate", "low", "high"]] *= 1 - p
            part.insert(0, "probability_beyond", p)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def _number(self, asked: FloatArray) -> FloatArray:
        """Weigh those who could have been seen at each time."""
        response = self.response
        assert response.truncation is not None
        begin = response.time if response.lower is None else response.lower
        weigh = step_function.weight_up_to
        begun = weigh(begin, self.weights, asked, including=True)
        return begun - weigh(response.truncation, self.weights, asked, including=False)


def _frame(columns: dict[str, Any]) -> pd.DataFrame:
    """Make a frame that shows whole weighted counts as integers."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    for name in ("events", "at_risk"):
        if name in frame and (frame[name] % 1 == 0).all():
            frame[name] = frame[name].astype("int64")
    return frame
