"""The multiverse of an analysis: every defensible combination of its choices, run whole."""

from hpcstats.sensitivity.specifications.cox_term import CoxTerm
from hpcstats.sensitivity.specifications.curve_test import CurveTest
from hpcstats.sensitivity.specifications.curve_values import MedianTime, SurvivalAt
from hpcstats.sensitivity.specifications.outcome import Outcome, Relabelling
from hpcstats.sensitivity.specifications.result import Multiverse
from hpcstats.sensitivity.specifications.run_whole import multiverse

__all__ = [
    "CoxTerm",
    "CurveTest",
    "MedianTime",
    "Multiverse",
    "Outcome",
    "Relabelling",
    "SurvivalAt",
    "multiverse",
]
