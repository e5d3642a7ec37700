"""Survival and recurrence statistics for small, case-level data from the medical literature.

Everything public is here, flat; each name is loaded when it is first used, so that importing the
package stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpcstats import formats, literature, plots, reproduce, sensitivity, tables
    from hpcstats.compare import (
        FixedTimeComparison,
        FollowUpComparison,
        LogrankResult,
        MedianComparison,
        RmstComparison,
        compare_at,
        compare_follow_up,
        compare_medians,
        logrank,
        rmst_difference,
    )
    from hpcstats.description import Description, describe
    from hpcstats.diagnosis import Diagnosis, diagnose
    from hpcstats.errors import (
        ConvergenceError,
        ConvergenceWarning,
        DataError,
        DesignError,
        HpcstatsError,
        HpcstatsWarning,
        NonIdentifiableWarning,
        SeparationWarning,
        SmallSampleWarning,
        UnsupportedError,
    )
    from hpcstats.nonparametric import (
        BetaProduct,
        ConfidenceBand,
        CumulativeHazard,
        PseudoObservations,
        SurvivalCurves,
        kaplan_meier,
        nelson_aalen,
        pseudo_observations,
    )
    from hpcstats.numbers import Number, Text
    from hpcstats.regression import (
        Concordance,
        CoxFit,
        FlatPrior,
        FrailtyFit,
        JeffreysPrior,
        NormalPrior,
        Performance,
        Posterior,
        PredictedCurves,
        ProportionalHazardsTest,
        cox,
        frailty,
        posterior,
    )
    from hpcstats.results import Interval, Result
    from hpcstats.sensitivity import (
        BootstrapResult,
        JackknifeResult,
        LeaveOneOut,
        PermutationTest,
        bootstrap,
        jackknife,
        leave_one_out,
        permutation_test,
    )
    from hpcstats.surv import Surv

__version__ = "0.1.0"

_HOME = {
    "Surv": "hpcstats.surv",
    "describe": "hpcstats.description",
    "Description": "hpcstats.description",
    "diagnose": "hpcstats.diagnosis",
    "Diagnosis": "hpcstats.diagnosis",
    "kaplan_meier": "hpcstats.nonparametric",
    "nelson_aalen": "hpcstats.nonparametric",
    "SurvivalCurves": "hpcstats.nonparametric",
    "CumulativeHazard": "hpcstats.nonparametric",
    "logrank": "hpcstats.compare",
    "LogrankResult": "hpcstats.compare",
    "BetaProduct": "hpcstats.nonparametric",
    "ConfidenceBand": "hpcstats.nonparametric",
    "pseudo_observations": "hpcstats.nonparametric",
    "PseudoObservations": "hpcstats.nonparametric",
    "compare_follow_up": "hpcstats.compare",
    "FollowUpComparison": "hpcstats.compare",
    "rmst_difference": "hpcstats.compare",
    "RmstComparison": "hpcstats.compare",
    "compare_at": "hpcstats.compare",
    "FixedTimeComparison": "hpcstats.compare",
    "compare_medians": "hpcstats.compare",
    "MedianComparison": "hpcstats.compare",
    "Concordance": "hpcstats.regression",
    "PredictedCurves": "hpcstats.regression",
    "ProportionalHazardsTest": "hpcstats.regression",
    "Performance": "hpcstats.regression",
    "frailty": "hpcstats.regression",
    "FrailtyFit": "hpcstats.regression",
    "posterior": "hpcstats.regression",
    "Posterior": "hpcstats.regression",
    "NormalPrior": "hpcstats.regression",
    "JeffreysPrior": "hpcstats.regression",
    "FlatPrior": "hpcstats.regression",
    "bootstrap": "hpcstats.sensitivity",
    "BootstrapResult": "hpcstats.sensitivity",
    "jackknife": "hpcstats.sensitivity",
    "JackknifeResult": "hpcstats.sensitivity",
    "leave_one_out": "hpcstats.sensitivity",
    "LeaveOneOut": "hpcstats.sensitivity",
    "permutation_test": "hpcstats.sensitivity",
    "PermutationTest": "hpcstats.sensitivity",
    "cox": "hpcstats.regression",
    "CoxFit": "hpcstats.regression",
    "Interval": "hpcstats.results",
    "Result": "hpcstats.results",
    "Number": "hpcstats.numbers",
    "Text": "hpcstats.numbers",
    "HpcstatsError": "hpcstats.errors",
    "DataError": "hpcstats.errors",
    "DesignError": "hpcstats.errors",
    "ConvergenceError": "hpcstats.errors",
    "UnsupportedError": "hpcstats.errors",
    "HpcstatsWarning": "hpcstats.errors",
    "SmallSampleWarning": "hpcstats.errors",
    "SeparationWarning": "hpcstats.errors",
    "NonIdentifiableWarning": "hpcstats.errors",
    "ConvergenceWarning": "hpcstats.errors",
}
_ROOMS = ("formats", "literature", "plots", "reproduce", "sensitivity", "tables")

__all__ = [
    "BetaProduct",
    "BootstrapResult",
    "Concordance",
    "ConfidenceBand",
    "ConvergenceError",
    "ConvergenceWarning",
    "CoxFit",
    "CumulativeHazard",
    "DataError",
    "Description",
    "DesignError",
    "Diagnosis",
    "FixedTimeComparison",
    "FlatPrior",
    "FollowUpComparison",
    "FrailtyFit",
    "HpcstatsError",
    "HpcstatsWarning",
    "Interval",
    "JackknifeResult",
    "JeffreysPrior",
    "LeaveOneOut",
    "LogrankResult",
    "MedianComparison",
    "NonIdentifiableWarning",
    "NormalPrior",
    "Number",
    "Performance",
    "PermutationTest",
    "Posterior",
    "PredictedCurves",
    "ProportionalHazardsTest",
    "PseudoObservations",
    "Result",
    "RmstComparison",
    "SeparationWarning",
    "SmallSampleWarning",
    "Surv",
    "SurvivalCurves",
    "Text",
    "UnsupportedError",
    "__version__",
    "bootstrap",
    "compare_at",
    "compare_follow_up",
    "compare_medians",
    "cox",
    "describe",
    "diagnose",
    "formats",
    "frailty",
    "jackknife",
    "kaplan_meier",
    "leave_one_out",
    "literature",
    "logrank",
    "nelson_aalen",
    "permutation_test",
    "plots",
    "posterior",
    "pseudo_observations",
    "reproduce",
    "rmst_difference",
    "sensitivity",
    "tables",
]


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
