"""The result of a comparison of two restricted means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.restricted_mean.permutation import CONTRASTS
from hpcstats.errors import check_option
from hpcstats.groups import Groups
from hpcstats.results import Interval, Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RmstComparison(Result):
    """Restricted means of two groups and what differs between them, the second label against the first.

    Made by `rmst_difference`. Arrays of three hold difference, ratio and lost-time ratio, in this order.

    Attributes
    ----------
    horizon : float
        Upper end of the area under the curves.
    mean, mean_error : ndarray, shape (2,)
        Restricted mean of each group and its standard error.
    mean_low, mean_high : ndarray, shape (2,)
        Its normal limits, cut at 0 and the horizon.
    estimate, low, high, p_value, p_error : ndarray, shape (3,)
        The contrasts, their limits, p-values and the Monte-Carlo standard errors of the p-values (0 where no
        relabelling was drawn).
    std_error : ndarray, shape (3,)
        Standard error of the difference and of the two log ratios.
    statistic : ndarray, shape (3,)
        What was referred to its distribution.
    inference : {"asymptotic", "permutation", "studentised-permutation"}
        The method used.
    inestimable : str
        Rule for relabellings whose restricted mean is inestimable; empty for the asymptotic method.
    n_relabellings, n_inestimable : int
        Relabellings the p-values rest on, and how many of all that were looked at were inestimable.
    enumerated : bool
        Whether all relabellings were looked at.
    seed : str
        What to give as `seed` to draw the same relabellings again; empty if none were drawn.
    """

    response: Surv
    groups: Groups
    horizon: float
    level: float
    alternative: str
    sizes: IntArray
    events: IntArray
    mean: FloatArray
    mean_error: FloatArray
    mean_low: FloatArray
    mean_high: FloatArray
    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    p_error: FloatArray
    inference: str
    inestimable: str = ""
    n_relabellings: int = 0
    n_inestimable: int = 0
    enumerated: bool = False
    seed: str = ""

    summary_fields = (
        *Result.summary_fields,
        "horizon",
        "level",
        "alternative",
        "inference",
        "inestimable",
        "n_relabellings",
        "n_inestimable",
        "enumerated",
        "seed",
    )

    @property
    def labels(self) -> tuple[Any, ...]:
        """Group labels in order: the second is compared with the first."""
        return self.groups.labels

    def title(self) -> str:
        """Return the heading of the text form."""
        first, second = self.labels
        limits = f"{formats.level(self.level)} CI {self.low[0]:.4g} to {self.high[0]:.4g}"
        sides = "" if self.alternative == "two-sided" else f"one-sided ({self.alternative}) "
        return (
            f"Restricted mean to {self.horizon:g} {self.response.unit}, {second} minus {first}: "
            f"{self.estimate[0]:.4g} ({limits}), {sides}p = {self.p_value[0]:.4g}"
        )

    def patients(self, label: Any = None) -> tuple[str, ...]:
        """Return the identifiers behind the group of `label`, or behind both."""
        rows = slice(None) if label is None else self.groups.rows(self.groups.number(label))
        return self.response.patients(rows)

    def interval(self, contrast: str = "difference") -> Interval:
        """Return the confidence interval of one contrast: difference, ratio or lost-time-ratio."""
        check_option("contrast", contrast, CONTRASTS)
        place = CONTRASTS.index(contrast)
        name = "studentised-permutation" if self.inference == "studentised-permutation" else "asymptotic"
        return Interval(float(self.low[place]), float(self.high[place]), self.level, name)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each contrast: contrast, estimate, low, high, p_value, p_error."""
        import pandas as pd

        columns = ("estimate", "low", "high", "p_value", "p_error")
        return pd.DataFrame({"contrast": CONTRASTS} | {name: getattr(self, name) for name in columns})

    def by_group(self) -> pd.DataFrame:
        """Return a row for each group: n, events, horizon, restricted mean with limits, and time lost."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": list(self.labels),
                "n": self.sizes,
                "events": self.events,
                "horizon": self.horizon,
                "estimate": self.mean,
                "std_error": self.mean_error,
                "low": self.mean_low,
                "high": self.mean_high,
                "lost_time": self.horizon - self.mean,
            }
        )
