"""Missing covariates: what is missing, multiple imputation, and the bounds of what it could change."""

from hpcstats.sensitivity.missing.bounds import missing_bounds
from hpcstats.sensitivity.missing.bounds_result import MissingBounds
from hpcstats.sensitivity.missing.care import CARE_ITEMS
from hpcstats.sensitivity.missing.imputation import impute
from hpcstats.sensitivity.missing.imputed import Imputed
from hpcstats.sensitivity.missing.missingness_result import Missingness
from hpcstats.sensitivity.missing.what_is_missing import missingness

__all__ = [
    "CARE_ITEMS",
    "Imputed",
    "MissingBounds",
    "Missingness",
    "impute",
    "missing_bounds",
    "missingness",
]
