"""The result of a comparison of two medians."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.two_curves import limits_and_p
from hpcstats.groups import Groups
from hpcstats.results import Interval, Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MedianComparison(Result):
    """Median event times of two groups and what differs between them.

    Made by `compare_medians`. The second label is compared with the first.

    Attributes
    ----------
    contrast : {"difference", "ratio"}
        What is estimated.
    probability : float
        Which quantile; 0.5 is the median.
    estimate, low, high, p_value : float
        The contrast, its limits and the p-value of equal medians.
    median, median_low, median_high : ndarray, shape (2,)
        Median of each group, NaN where the curve does not reach it, and its own limits, two-sided.
    labels : tuple
        Group labels in order.
    """

    response: Surv
    groups: Groups
    contrast: str
    probability: float
    level: float
    alternative: str
    mid_p: bool
    tied: str
    sizes: IntArray
    median: FloatArray
    median_low: FloatArray
    median_high: FloatArray
    estimate: float
    low: float
    high: float
    p_value: float

    summary_fields = (
        *Result.summary_fields,
        "contrast",
        "probability",
        "level",
        "alternative",
        "mid_p",
        "tied",
    )

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order: the second is compared with the first."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        first, second = self.labels
        name = "Median" if self.probability == 0.5 else f"{self.probability:g} quantile"
        verb = "minus" if self.contrast == "difference" else "over"
        unit = f" {self.response.unit}" if self.contrast == "difference" else ""
        return (
            f"{name}, {second} {verb} {first}: {self.estimate:.4g}{unit} "
            f"{limits_and_p(self.level, self.alternative, self.low, self.high, self.p_value)}"
        )

    def patients(self, label: Any = None) -> tuple[str, ...]:
        """Return the identifiers behind the group of `label`, or behind both."""
        rows = slice(None) if label is None else self.groups.rows(self.groups.number(label))
        return self.response.patients(rows)

    @property
    def interval(self) -> Interval:
        """The confidence interval of the contrast."""
        return Interval(self.low, self.high, self.level, "melded")

    def to_frame(self) -> pd.DataFrame:
        """Return one row: contrast, probability, estimate, low, high, p_value."""
        import pandas as pd

        columns = ("contrast", "probability", "estimate", "low", "high", "p_value")
        return pd.DataFrame({name: [getattr(self, name)] for name in columns})

    def by_group(self) -> pd.DataFrame:
        """Return a row for each group: group, n, probability, estimate, low, high."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": list(self.labels),
                "n": self.sizes,
                "probability": self.probability,
                "estimate": self.median,
                "low": self.median_low,
                "high": self.median_high,
            }
        )
