"""The result of a pooling: each study, the pooled estimate, the prediction, and the studies left out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.meta.effects import from_scale
from hpcstats.errors import DesignError, check_option
from hpcstats.literature.pooling.confidence import confidence_draws
from hpcstats.literature.pooling.studies import Dropped, Studies
from hpcstats.literature.pooling.summary import Heterogeneity, Summary
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.results import Interval, Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PooledEstimate(Result):
    """A proportion, a rate or any estimate pooled over studies; made by `pool` and its kin.

    Attributes
    ----------
    quantity : {"proportion", "rate", "estimate"}
        What was pooled.
    studies : Studies
        Studies pooled, with their labels and publications, and those dropped.
    study_estimate, study_low, study_high : ndarray, shape (k,)
        Each study with its own limits (exact for counts).
    estimate, low, high : float
        The pooled estimate and its limits.
    prediction : Interval
        Where the truth of a further study of this kind lies.
    scale : str
        Scale of the pooling.
    summary : Summary
        Everything on that scale: estimate, std_error, df, limits, prediction, weights.
    limits : str
        Name of the method of the limits.
    pooled_by : str
        "glmm", "inverse-variance" or "exact".
    level : float
        Confidence level.
    """

    quantity: str
    unit: str
    studies: Studies
    study_estimate: FloatArray
    study_low: FloatArray
    study_high: FloatArray
    estimate: float
    low: float
    high: float
    prediction: Interval
    scale: str
    summary: Summary
    limits: str
    pooled_by: str
    level: float

    summary_fields = (
        *Result.summary_fields,
        "quantity",
        "unit",
        "estimate",
        "low",
        "high",
        "prediction",
        "heterogeneity",
        "scale",
        "limits",
        "pooled_by",
        "level",
        "dropped",
    )

    @property
    def heterogeneity(self) -> Heterogeneity:
        """Variance between studies, I squared and Q with their limits."""
        return self.summary.heterogeneity

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Studies not pooled because they share patients with one that was."""
        return self.studies.dropped

    @property
    def sources(self) -> tuple[str, ...]:
        """The publications the estimate rests on, sorted."""
        return tuple(sorted(set(self.studies.sources)))

    @property
    def statistic(self) -> float:
        """Pooled estimate over its standard error, on the scale of the pooling."""
        return self.summary.estimate / self.summary.std_error if self.summary.std_error > 0 else math.nan

    @property
    def p_value(self) -> float:
        """P-value of a pooled estimate of 0 on the scale of the pooling."""
        size, df = -abs(self.statistic), self.summary.df
        return float(2 * (ndtr(size) if math.isinf(df) else stdtr(df, size)))

    def interval(self) -> Interval:
        """Return the confidence interval of the pooled estimate."""
        return Interval(self.low, self.high, self.level, self.limits)

    def title(self) -> str:
        """Return the heading of the text form."""
        found = (
            f"{self.estimate:.4g} ({formats.level(self.level)} interval {self.low:.4g} to {self.high:.4g})"
        )
        k = len(self.studies)
        unit = f" {self.unit}" if self.unit else ""
        what = "Pooled" if k > 1 else "Single"
        return f"{what} {self.quantity} of {k} {'study' if k == 1 else 'studies'}: {found}{unit}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each study, the pooled estimate and the prediction.

        Columns: kind ("study", "pooled", "prediction"), label, events, size (patients or person-time),
        estimate, low, high, weight (shares adding to 1).
        """
        import pandas as pd

        counted = self.quantity != "estimate"
        nothing = np.full(len(self.studies), np.nan)
        events = self.studies.first if counted else nothing
        size = self.studies.second if counted else nothing
        total = [float(events.sum()), float(size.sum())]
        return pd.DataFrame(
            {
                "kind": [*(["study"] * len(self.studies)), "pooled", "prediction"],
                "label": [*self.studies.labels, "pooled", "prediction"],
                "events": [*events, total[0], np.nan],
                "size": [*size, total[1], np.nan],
                "estimate": [*self.study_estimate, self.estimate, np.nan],
                "low": [*self.study_low, self.low, self.prediction.low],
                "high": [*self.study_high, self.high, self.prediction.high],
                "weight": [*self.summary.weights, np.nan, np.nan],
            }
        )

    def draws(self, n_draws: int = 10_000, *, of: str = "mean", seed: Seed = None) -> FloatArray:
        """Draw the pooled quantity from its confidence distribution.

        Their quantiles are the limits of every level: t or normal about the estimate on its scale, or the
        signed root of the likelihood ratio for profile limits. Exact limits belong to two distributions; the
        draws are from the one between them, Jeffreys' beta or gamma.

        Parameters
        ----------
        n_draws : int
            How many.
        of : {"mean", "new"}
            The pooled quantity, or that of a further study (as the prediction interval).
        seed : int, SeedSequence, Generator or None
            As everywhere.

        Returns
        -------
        ndarray, shape (n_draws,)
            Proportions, rates or estimates.

        Raises
        ------
        DesignError
            If the estimate or, for "new", the variance between studies does not exist.
        """
        check_option("of", of, ("mean", "new"))
        if self.status == "not_estimable" or (of == "new" and math.isnan(self.heterogeneity.tau2)):
            what = "estimate" if self.status == "not_estimable" else "variance between studies"
            raise DesignError(f"There is no {what} to draw from: {self.reason or 'it is not estimable'}.")
        generator, _ = generator_of(seed)
        n = number_of_resamples(n_draws)
        return confidence_draws(self, n, generator, new=of == "new")

    def back(self, value: FloatArray) -> FloatArray:
        """Return values on the scale of the pooling as proportions, rates or estimates."""
        if self.scale == "identity":
            return value
        return from_scale(self.scale, value, self.studies.second)
