"""Survival and recurrence statistics for small, case-level data from the medical literature.

Everything public is here, flat; each name is loaded when it is first used, so that importing the
package stays cheap. What type checkers see is written in ``__init__.pyi``.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# fmt: off
_NAMES = {
    "compare": (
        "CauseTest", "FixedTimeComparison", "FollowUpComparison", "GrayTest", "IntervalLogrankResult",
        "LogrankResult", "MedianComparison", "QuasiIndependence", "RmstComparison", "compare_at",
        "compare_follow_up", "compare_medians", "gray_test", "interval_logrank", "logrank",
        "quasi_independence", "rmst_difference",
    ),
    "description": ("Description", "describe"),
    "diagnosis": ("Diagnosis", "diagnose"),
    "errors": (
        "ConvergenceError", "ConvergenceWarning", "DataError", "DesignError", "HpcstatsError",
        "HpcstatsWarning", "NonIdentifiableWarning", "SeparationWarning", "SmallSampleWarning",
        "UnsupportedError",
    ),
    "nonparametric": (
        "BetaProduct", "ConfidenceBand", "CumulativeHazard", "CumulativeIncidence",
        "IntervalCensoredCurve", "PseudoObservations", "StateProbabilities", "SurvivalCurves",
        "TruncatedDistribution", "TruncationBand", "aalen_johansen", "illness_death", "kaplan_meier",
        "lynden_bell", "nelson_aalen", "pseudo_observations", "truncation_band", "turnbull",
    ),
    "numbers": ("Number", "Text"),
    "recurrence": (
        "MeanCumulative", "MeanCumulativeComparison", "andersen_gill", "compare_mean_cumulative",
        "lin_wei_yang_ying", "mean_cumulative", "prentice_williams_peterson", "wei_lin_weissfeld",
    ),
    "regression": (
        "Concordance", "CoxFit", "CureFit", "DistributionComparison", "FineGrayFit", "FlatPrior",
        "FollowUpSufficiency", "FollowUpTest", "FrailtyFit", "JeffreysPrior", "MarkovCheck", "NormalPrior",
        "ParametricCurves", "ParametricFit", "Performance", "Plateau", "Posterior", "PredictedCurves",
        "PredictedIncidence", "ProportionalHazardsTest", "SemiparametricCureFit", "TruncatedCoxFit",
        "compare_distributions", "cox", "cure", "fine_gray", "frailty", "markov_check", "parametric",
        "posterior", "sufficient_follow_up", "truncated_cox",
    ),
    "results": ("Interval", "Result"),
    "sensitivity": (
        "BootstrapResult", "JackknifeResult", "LeaveOneOut", "PermutationTest", "RoundingBounds",
        "bootstrap", "jackknife", "leave_one_out", "permutation_test", "rounding_bounds",
    ),
    "surv": ("Surv",),
}
# fmt: on
_ROOMS = ("formats", "literature", "plots", "reproduce", "sensitivity", "tables")
_HOME = {name: f"hpcstats.{room}" for room, names in _NAMES.items() for name in names}

__all__ = sorted(["__version__", *_HOME, *_ROOMS])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"hpcstats.{name}")
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'hpcstats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
