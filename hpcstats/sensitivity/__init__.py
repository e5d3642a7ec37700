"""How much an answer hangs on single patients, on papers and on chance: resampling, leaving out."""

from hpcstats.sensitivity.confounding.result import EValue
from hpcstats.sensitivity.confounding.scales import e_value
from hpcstats.sensitivity.duplicated import Duplicates, duplicates
from hpcstats.sensitivity.flips.result import Fragility
from hpcstats.sensitivity.flips.survival import fragility
from hpcstats.sensitivity.flips.table import TableFragility, fragility_2x2
from hpcstats.sensitivity.missing import (
    CARE_ITEMS,
    Imputed,
    MissingBounds,
    Missingness,
    impute,
    missing_bounds,
    missingness,
)
from hpcstats.sensitivity.resampling.bootstrap_result import BootstrapResult
from hpcstats.sensitivity.resampling.delete_one import JackknifeResult, jackknife
from hpcstats.sensitivity.resampling.leave_out import LeaveOneOut, leave_one_out
from hpcstats.sensitivity.resampling.permutation import PermutationTest, permutation_test
from hpcstats.sensitivity.resampling.resample import bootstrap
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
from hpcstats.sensitivity.tipping.bounds import BestAndWorstCase, best_and_worst_case
from hpcstats.sensitivity.tipping.imputed_maps import tipping_point
from hpcstats.sensitivity.tipping.result import TippingPoint

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
