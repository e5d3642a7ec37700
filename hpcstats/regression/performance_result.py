"""What `CoxFit.performance` gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.columns import FloatArray
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("concordance", "calibration_slope")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Performance(Result):
    """Apparent and corrected performance of a fit. Made by `CoxFit.performance`.

    Attributes
    ----------
    apparent, optimism, corrected, monte_carlo_error : ndarray, shape (2,)
        Of concordance and calibration slope, in this order; corrected is apparent less optimism, the last its
        standard error by the finite number of resamples.
    n_resamples, n_used : int
        Bootstrap samples drawn, and those with finite estimates, which alone enter.
    """

    apparent: FloatArray
    optimism: FloatArray
    corrected: FloatArray
    monte_carlo_error: FloatArray
    n_resamples: int
    n_used: int

    summary_fields = (*Result.summary_fields, "n_resamples", "n_used")

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Performance, n = {self.n}, events = {self.n_events}, "
            f"{self.n_used:,} of {self.n_resamples:,} bootstrap samples with finite estimates"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row each for concordance and calibration slope: apparent, optimism, corrected."""
        import pandas as pd

        return pd.DataFrame(
            {
                "measure": list(MEASURES),
                "apparent": self.apparent,
                "optimism": self.optimism,
                "corrected": self.corrected,
                "monte_carlo_error": self.monte_carlo_error,
            }
        )
