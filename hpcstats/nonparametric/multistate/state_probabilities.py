"""`StateProbabilities`: where patients are by each time, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.competing.limits import incidence_limits
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.multistate.stays import Moves
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.core.step_function import value_at
from hpcstats.errors import DesignError
from hpcstats.nonparametric.further_answers import asked_times
from hpcstats.nonparametric.multistate.model import Model
from hpcstats.results import Result, freeze
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StateProbabilities(Result):
    """State occupation probabilities of a multi-state model. Made by `illness_death`.

    Attributes
    ----------
    response : Surv
        The data.
    model : Model
        Patients and stays, placed on the grid of times.
    counts : Moves
        At risk and moves at each time.
    start : ndarray, shape (1, S)
        Proportions at the origin.
    estimate, std_error : ndarray, shape (T, S)
        Probability of each state after each time, and its standard error.
    interval, variance : str
        Names of the interval method and of the variance.
    level : float
        Confidence level.
    """

    response: Surv
    model: Model
    counts: Moves
    start: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    interval: str
    level: float
    variance: str

    name: ClassVar[str] = "Multi-state model"

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states in order."""
        return self.response.states

    @property
    def time(self) -> FloatArray:
        """Distinct times at which a stay ends, shape (T,)."""
        return self.model.stays.times

    @property
    def end(self) -> float:
        """End of follow-up."""
        return float(self.time[-1])

    @property
    def absorbing(self) -> tuple[str, ...]:
        """States that end the course, in which no stay is observed."""
        pairs = zip(self.states, self.model.absorbing, strict=True)
        return tuple(name for name, ends in pairs if ends)

    @property
    def interval_shown(self) -> str:
        """Level and kind of the pointwise interval as captions and tables print them."""
        return f"{formats.level(self.level)} {self.interval}"

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"{self.name}: {self.n} patients, {self.n_events} moves between {len(self.states)} states"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all patients with weight."""
        return self.response.patients(self.model.weights[self.model.patient] > 0)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each state and distinct time at which somebody moves or leaves.

        Columns state, time, at_risk (patients in the state just before), events (who enter it then),
        estimate, std_error, low, high.
        """
        kept = self.model.happening
        entering = self.counts.moves[0, kept].sum(axis=1)
        at_risk = self.counts.at_risk[0, kept]
        return self.by_state(self.time[kept], at_risk, self.estimate[kept], self.std_error[kept], entering)

    def at(self, times: Any) -> pd.DataFrame:
        """Return the probabilities at given times from 0 to the end of follow-up.

        Raises
        ------
        DesignError
            For a time after the last observation.
        """
        asked = self.within_follow_up(times)
        at_risk = np.stack([self._present(asked, state, after=False) for state in range(len(self.states))], 1)
        estimate = value_at(self.time, self.estimate.T, asked, np.nan).T
        before = asked < self.time[0] * (1 - SAME_TIME)
        estimate[before] = self.start
        error = value_at(self.time, self.std_error.T, asked, 0.0).T
        return self.by_state(asked, at_risk, estimate, error)

    def risk_table(self, times: Any) -> pd.DataFrame:
        """Return how many are in each state just after each time, and how many are no longer observed.

        Columns state, time, patients. The rows of one time, with those of state "censored", add up to all
        patients whose observation had begun. Who reached a state that nobody leaves stays in it.
        """
        import pandas as pd

        asked = asked_times(times)
        weights, entered = self.model.weights, self._entered(asked)
        present = [self._present(asked, state, after=True) for state in range(len(self.states))]
        for state, name in enumerate(self.states):
            if name in self.absorbing:
                reached = value_at(
                    self.time, np.cumsum(self.counts.moves[0, :, :, state].sum(axis=1)), asked, 0.0
                )
                present[state] = reached
        censored = entered - np.sum(present, axis=0)
        censored = np.where(np.abs(censored) < SAME_TIME * weights.sum(), 0.0, censored)
        return pd.DataFrame(
            {
                "state": np.repeat(np.array([*self.states, "censored"], dtype=object), asked.size),
                "time": np.tile(asked, len(self.states) + 1),
                "patients": np.concatenate([*present, censored]),
            }
        )

    def moves(self) -> pd.DataFrame:
        """Return the moves that occur: from_state, to_state, patients who make them, time at risk."""
        from hpcstats.nonparametric.multistate.answers import moves

        return moves(self)

    def transition(
        self,
        times: Any,
        *,
        from_state: Any,
        from_time: float = 0.0,
        method: str = "aalen-johansen",
        n_resamples: int = 1000,
        seed: Any = None,
    ) -> pd.DataFrame:
        """Return the probability of each state at later times, of a patient in one state at one time.

        Parameters
        ----------
        times : number or column of numbers
            Later times, to the end of follow-up.
        from_state, from_time
            State and time of departure (the landmark).
        method : {"aalen-johansen", "landmark", "titman"}
            "aalen-johansen" uses the moves of all patients after the landmark and assumes that where a
            patient goes does not depend on when the state was entered (Markov). "landmark" uses those who
            are in the state at the landmark only (Putter & Spitoni 2018, doi:10.1177/0962280216674497), as
            does "titman" (Titman 2015, doi:10.1111/biom.12349), whose probabilities need not add up to 1:
            neither assumes it.
        n_resamples, seed
            Of the bootstrap over patients behind the limits of "titman" (percentiles), which are missing
            where a replicate has nobody left to see.

        Returns
        -------
        pandas.DataFrame
            Columns from_state, from_time, patients (in the state just after the landmark), state, time,
            estimate, std_error, low, high.
        """
        from hpcstats.nonparametric.multistate.answers import transition

        return transition(self, times, from_state, from_time, method, n_resamples, seed)

    def length_of_stay(self, horizon: float) -> pd.DataFrame:
        """Return the mean time spent in each state up to a horizon; over all states they add up to it.

        Columns state, horizon, estimate, std_error (infinitesimal jackknife), low, high (normal limits).
        """
        from hpcstats.nonparametric.multistate.answers import length_of_stay

        return length_of_stay(self, horizon)

    def by_state(
        self,
        times: FloatArray,
        at_risk: FloatArray,
        estimate: FloatArray,
        error: FloatArray,
        events: FloatArray | None = None,
    ) -> pd.DataFrame:
        """Put columns (A, S) below one another, state by state, with their limits."""
        import pandas as pd

        z = normal_quantile(self.level)
        low, high = incidence_limits(np.clip(estimate, 0.0, 1.0), error, z, self.interval)
        columns = {"at_risk": at_risk, "events": events, "estimate": estimate, "std_error": error}
        columns |= {"low": low, "high": high}
        frame = {
            "state": np.repeat(np.array(self.states, dtype=object), times.size),
            "time": np.tile(times, len(self.states)),
        }
        return pd.DataFrame(frame | {name: c.T.ravel() for name, c in columns.items() if c is not None})

    def within_follow_up(self, times: Any) -> FloatArray:
        """Read times and refuse those after the last observation."""
        asked = asked_times(times)
        if asked.max() > self.end * (1 + SAME_TIME):
            raise DesignError(
                f"{asked.max():g} {self.response.unit} lie beyond the end of follow-up ({self.end:g}). Ask "
                "for an earlier time; nothing is extrapolated."
            )
        return asked

    def _present(self, asked: FloatArray, state: int, *, after: bool) -> FloatArray:
        from hpcstats.nonparametric.numbers_at import under_observation

        rows = np.flatnonzero(self.model.stays.here == state)
        weights = self.model.weights[self.model.patient[rows]]
        return under_observation(self.response, rows, weights, asked, after=after)

    def _entered(self, asked: FloatArray) -> FloatArray:
        assert self.response.entry is not None
        begun = np.full(self.model.weights.size, np.inf)
        np.minimum.at(begun, self.model.patient, self.response.entry)
        return np.array([self.model.weights[begun <= time * (1 + SAME_TIME)].sum() for time in asked])
