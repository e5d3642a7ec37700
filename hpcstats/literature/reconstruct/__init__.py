"""Data of single cases behind what was published: all that a summary allows, or a curve read back.

A summary (n, mean, range, counts) is a set of statements: `Mean`, `StandardDeviation`, `Minimum`,
`Maximum`, `Range`, `Median`, `Quantile`, `Count`, `Share`, `Contains`, `Within`, combined with ``&``, each
with the rounding of its printed number.

>>> from hpcstats.literature.reconstruct import Contains, Mean, Range, from_summary
>>> nine = from_summary(9, constraints=Mean(5) & Range(0, 16) & Contains(5) & Contains(8))
>>> nine.count, nine.median().range_words()
(961, '0 to 6')
"""

from __future__ import annotations

from hpcstats.literature.reconstruct.constraints import (
    AllOf,
    Constraint,
    Maximum,
    Mean,
    Minimum,
    Range,
    StandardDeviation,
)
from hpcstats.literature.reconstruct.constraints_counts import Contains, Count, Share, Within
from hpcstats.literature.reconstruct.constraints_quantiles import Median, Quantile
from hpcstats.literature.reconstruct.constraints_stated import Stated
from hpcstats.literature.reconstruct.curve import from_curve
from hpcstats.literature.reconstruct.curve_result import ReconstructedCurve
from hpcstats.literature.reconstruct.summary import from_summary
from hpcstats.literature.reconstruct.summary_band import CompatibleBand
from hpcstats.literature.reconstruct.summary_bounds import CompatibleBounds
from hpcstats.literature.reconstruct.summary_estimate import CompatibleEstimate
from hpcstats.literature.reconstruct.summary_sets import CompatibleDataSets

__all__ = [
    "AllOf",
    "CompatibleBand",
    "CompatibleBounds",
    "CompatibleDataSets",
    "CompatibleEstimate",
    "Constraint",
    "Contains",
    "Count",
    "Maximum",
    "Mean",
    "Median",
    "Minimum",
    "Quantile",
    "Range",
    "ReconstructedCurve",
    "Share",
    "StandardDeviation",
    "Stated",
    "Within",
    "from_curve",
    "from_summary",
]
