"""What rounding leaves open: the extremes of an estimate over all data compatible with the reported times."""

from hpcstats.sensitivity.rounding.bounds import rounding_bounds
from hpcstats.sensitivity.rounding.result import RoundingBounds

__all__ = ["RoundingBounds", "rounding_bounds"]
