"""The result of the tests whether follow-up is long enough to speak of cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.regression.cure_models.plateau import Plateau
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpTest:
    """One test.

    Attributes
    ----------
    name : str
        Name of the statistic.
    question : {"sufficient follow-up", "immunes"}
        What a small p-value speaks for.
    statistic : float
        The statistic.
    p_value : float
        By its own formula; NaN where it has none.
    calibrated_p_value, monte_carlo_error : float
        By simulation, and its standard error.
    source : str
        Where it comes from.
    """

    name: str
    question: str
    statistic: float
    p_value: float
    calibrated_p_value: float
    monte_carlo_error: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FollowUpSufficiency(Result):
    """Whether follow-up is long enough to speak of cure, by several tests. Made by `sufficient_follow_up`.

    Attributes
    ----------
    tests : tuple of FollowUpTest
        The tests.
    last_event, last_observation : float
        The largest time of an event, and of all.
    events_in_window : int
        Events in as long a piece before the last event as is free of events after it.
    smallest_alpha : float
        The smallest alpha_n that so many events among so many patients could give: (1 - d / n)^n.
    plateau : Plateau or None
        The height at which the Kaplan-Meier curve ends.
    unseen : float
        The share of the events still to come that the calibrated p-values test.
    n_resamples : int
        Simulated samples.
    seed : str
        What to give as seed to repeat them.
    verdict : str
        The answer in words.
    """

    response: Surv
    tests: tuple[FollowUpTest, ...]
    last_event: float
    last_observation: float
    events_in_window: int
    smallest_alpha: float
    plateau: Plateau | None
    unseen: float
    n_resamples: int
    seed: str
    verdict: str

    summary_fields = (
        *Result.summary_fields,
        "last_event",
        "last_observation",
        "events_in_window",
        "smallest_alpha",
        "plateau",
        "unseen",
        "n_resamples",
        "seed",
        "verdict",
    )

    def __getitem__(self, name: str) -> FollowUpTest:
        """Return one test by its name."""
        return {test.name: test for test in self.tests}[name]

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Sufficient follow-up, n = {self.n}, events = {self.n_events}: {self.verdict}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each test.

        Columns test, question, statistic, p_value, calibrated_p_value, monte_carlo_error.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "test": [test.name for test in self.tests],
                "question": [test.question for test in self.tests],
                "statistic": np.array([test.statistic for test in self.tests]),
                "p_value": np.array([test.p_value for test in self.tests]),
                "calibrated_p_value": np.array([test.calibrated_p_value for test in self.tests]),
                "monte_carlo_error": np.array([test.monte_carlo_error for test in self.tests]),
            }
        )
