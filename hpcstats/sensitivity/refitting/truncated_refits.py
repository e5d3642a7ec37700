"""Distributions of truncated times estimated again under many rows of case weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.core.truncation.reverse_time import Windows
from hpcstats.core.truncation.truncated_curves import TruncatedCurves
from hpcstats.errors import DataError, DesignError, UnsupportedError, unknown_option
from hpcstats.nonparametric.further_answers import asked_probabilities, asked_times
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.nonparametric.truncation.estimation import is_double, windows_of
from hpcstats.sensitivity.refitting.refits import Evaluated

REASONS = ("", "the likelihood has no unique maximum")
KINDS = ("at", "quantile")


@dataclass(frozen=True, slots=True, eq=False)
class TruncatedRefits:
    """F under each row of weights, and what is read from it.

    Attributes
    ----------
    windows : Windows
        The cases on their grid.
    double : bool
        Whether there are lower limits as well.
    asked : tuple of (kind, value)
        "at" a time or the "quantile" of a probability.
    """

    windows: Windows
    double: bool
    asked: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, result: TruncatedDistribution, statistic: Any, kept: IntArray) -> TruncatedRefits:
        """Read what is asked of the rows `kept`; the median if nothing is said.

        Raises
        ------
        DataError, UnsupportedError, DesignError
            For a statistic that is not ("at", times) or ("quantile", probabilities), or beyond t*.
        """
        asked = _asked(("quantile", 0.5) if statistic is None else statistic)
        late = [at for kind, at in asked if kind == "at" and at > result.t_star * (1 + SAME_TIME)]
        if late:
            raise DesignError(
                f"{late[0]:g} {result.response.unit} lies beyond t* = {result.t_star:g}, the largest time "
                f"seen: the data identify only {result.condition}. Ask for an earlier time."
            )
        response = result.response.take(kept)
        return cls(windows_of(response), is_double(response), asked)

    @property
    def columns(self) -> dict[str, tuple[Any, ...]]:
        """Kind and place of each value."""
        kinds, places = zip(*self.asked, strict=True)
        return {"quantity": tuple("F" if kind == "at" else kind for kind in kinds), "at": places}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why there may be no value."""
        return REASONS

    @property
    def ignorable(self) -> tuple[bool, ...]:
        """Resamples without a unique maximum cannot be left out without harm."""
        return (True, False)

    @property
    def logarithmic(self) -> bool:
        """False: values are shown as they are."""
        return False

    @property
    def words(self) -> str:
        """Nothing to be said."""
        return ""

    def evaluate(self, weights: FloatArray, /, *, whole: bool, errors: bool = False) -> Evaluated:  # noqa: ARG002
        """Read F under each row of weights."""
        if errors:
            raise UnsupportedError(
                "F of truncated times has no standard error to studentise by here. Write kind='percentile'."
            )
        curves = TruncatedCurves.of(self.windows, weights, double=self.double)
        values = np.stack(
            [
                curves.at(np.array([at]))[:, 0] if kind == "at" else curves.quantiles(at)
                for kind, at in self.asked
            ],
            axis=1,
        )
        return Evaluated(values, np.where(np.isnan(values), 1, 0))


def _asked(statistic: Any) -> tuple[tuple[str, float], ...]:
    if not isinstance(statistic, (list, tuple)) or not statistic:
        raise DataError(
            'statistic must be ("at", times) or ("quantile", probabilities), a list of them, or a function '
            f"of weights, not {statistic!r}."
        )
    found: list[tuple[str, float]] = []
    for pair in [statistic] if isinstance(statistic[0], str) else statistic:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or pair[0] not in KINDS:
            raise unknown_option("statistic", pair, KINDS)
        read = asked_times if pair[0] == "at" else asked_probabilities
        found += [(pair[0], float(value)) for value in read(pair[1])]
    return tuple(found)
