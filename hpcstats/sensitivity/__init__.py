"""How much an answer hangs on single patients, on papers and on chance: resampling, leaving out."""

from hpcstats.sensitivity.bootstrap_result import BootstrapResult
from hpcstats.sensitivity.delete_one import JackknifeResult, jackknife
from hpcstats.sensitivity.duplicated import Duplicates, duplicates
from hpcstats.sensitivity.e_value_result import EValue
from hpcstats.sensitivity.e_value_scales import e_value
from hpcstats.sensitivity.fragility_flips import fragility
from hpcstats.sensitivity.fragility_result import Fragility
from hpcstats.sensitivity.fragility_table import TableFragility, fragility_2x2
from hpcstats.sensitivity.leave_out import LeaveOneOut, leave_one_out
from hpcstats.sensitivity.missing import (
    CARE_ITEMS,
    Imputed,
    MissingBounds,
    Missingness,
    impute,
    missing_bounds,
    missingness,
)
from hpcstats.sensitivity.permutation import PermutationTest, permutation_test
from hpcstats.sensitivity.resample import bootstrap
from hpcstats.sensitivity.rounding import RoundingBounds, rounding_bounds
from hpcstats.sensitivity.sampled import Eras, SamplingFractions, eras, outcome_labels, sampling_fractions
from hpcstats.sensitivity.specifications import (
    CoxTerm,
    CurveTest,
    MedianTime,
    Multiverse,
    Outcome,
    Relabelling,
    SurvivalAt,
    multiverse,
)
from hpcstats.sensitivity.threats import Finding, SensitivityReport, Threat, report
from hpcstats.sensitivity.tipping import tipping_point
from hpcstats.sensitivity.tipping_bounds import BestAndWorstCase, best_and_worst_case
from hpcstats.sensitivity.tipping_result import TippingPoint

__all__ = [
    "CARE_ITEMS",
    "BestAndWorstCase",
    "BootstrapResult",
    "CoxTerm",
    "CurveTest",
    "Duplicates",
    "EValue",
    "Eras",
    "Finding",
    "Fragility",
    "Imputed",
    "JackknifeResult",
    "LeaveOneOut",
    "MedianTime",
    "MissingBounds",
    "Missingness",
    "Multiverse",
    "Outcome",
    "PermutationTest",
    "Relabelling",
    "RoundingBounds",
    "SamplingFractions",
    "SensitivityReport",
    "SurvivalAt",
    "TableFragility",
    "Threat",
    "TippingPoint",
    "best_and_worst_case",
    "bootstrap",
    "duplicates",
    "e_value",
    "eras",
    "fragility",
    "fragility_2x2",
    "impute",
    "jackknife",
    "leave_one_out",
    "missing_bounds",
    "missingness",
    "multiverse",
    "outcome_labels",
    "permutation_test",
    "report",
    "rounding_bounds",
    "sampling_fractions",
    "tipping_point",
]
