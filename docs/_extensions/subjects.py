"""Which page explains which public names."""

from __future__ import annotations

# Names are those below `hpcstats`. Pages are without suffix, in the order in which they are listed.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "data": (
        "literature.load",
        "literature.endpoint",
        "literature.validate",
        "literature.evidence_flow",
        "literature.swimmer_lanes",
        "literature.check_statements",
    ),
    "calibration": ("plots.coverage",),
    "methods/conventions": ("Surv", "diagnose", "Diagnosis"),
    "methods/kaplan_meier": ("kaplan_meier", "SurvivalCurves"),
    "methods/beta_product": ("BetaProduct", "kaplan_meier"),
    "methods/intervals": ("kaplan_meier", "SurvivalCurves"),
    "methods/bands": ("ConfidenceBand", "SurvivalCurves"),
    "methods/pseudo_observations": ("pseudo_observations", "PseudoObservations"),
    "methods/nelson_aalen": ("nelson_aalen", "CumulativeHazard"),
    "methods/logrank": ("logrank", "LogrankResult"),
    "methods/unequal_follow_up": ("compare_follow_up", "FollowUpComparison"),
    "methods/compare_at": ("compare_at", "FixedTimeComparison"),
    "methods/compare_medians": ("compare_medians", "MedianComparison"),
    "methods/restricted_mean": ("rmst_difference", "RmstComparison"),
    "methods/cox": ("cox", "CoxFit"),
    "methods/firth": ("cox",),
    "methods/cox_checks": ("CoxFit", "ProportionalHazardsTest", "Concordance", "Performance"),
    "methods/clusters": ("cox",),
    "methods/frailty": ("frailty", "FrailtyFit"),
    "methods/priors": ("NormalPrior", "JeffreysPrior", "FlatPrior", "posterior", "Posterior"),
    "methods/resampling": (
        "bootstrap",
        "jackknife",
        "leave_one_out",
        "permutation_test",
        "BootstrapResult",
        "JackknifeResult",
        "LeaveOneOut",
        "PermutationTest",
    ),
    "methods/parametric": ("parametric", "compare_distributions", "ParametricFit", "DistributionComparison"),
    "methods/cure": (
        "cure",
        "sufficient_follow_up",
        "CureFit",
        "SemiparametricCureFit",
        "FollowUpSufficiency",
    ),
    "methods/tipping_point": (
        "sensitivity.tipping_point",
        "sensitivity.best_and_worst_case",
        "sensitivity.TippingPoint",
        "sensitivity.BestAndWorstCase",
    ),
    "methods/fragility": (
        "sensitivity.fragility",
        "sensitivity.fragility_2x2",
        "sensitivity.Fragility",
        "sensitivity.TableFragility",
    ),
    "methods/e_value": ("sensitivity.e_value", "sensitivity.EValue"),
    "methods/missing_covariates": (
        "sensitivity.missingness",
        "sensitivity.impute",
        "sensitivity.missing_bounds",
        "sensitivity.Missingness",
        "sensitivity.Imputed",
        "sensitivity.MissingBounds",
    ),
    "methods/duplicates": (
        "sensitivity.duplicates",
        "sensitivity.Duplicates",
        "literature.candidate_duplicates",
    ),
    "methods/sampling": (
        "sensitivity.sampling_fractions",
        "sensitivity.eras",
        "sensitivity.outcome_labels",
        "sensitivity.SamplingFractions",
        "sensitivity.Eras",
    ),
    "methods/sensitivity_report": ("sensitivity.report", "sensitivity.SensitivityReport"),
    "methods/multiverse": ("sensitivity.multiverse", "sensitivity.Multiverse", "sensitivity.CurveTest"),
    "methods/interval_censoring": (
        "turnbull",
        "interval_logrank",
        "IntervalCensoredCurve",
        "IntervalLogrankResult",
    ),
    "methods/rounding_bounds": ("rounding_bounds", "RoundingBounds"),
    "methods/truncation": (
        "lynden_bell",
        "truncation_band",
        "quasi_independence",
        "truncated_cox",
        "TruncatedDistribution",
        "TruncationBand",
        "QuasiIndependence",
        "TruncatedCoxFit",
    ),
    "methods/competing_risks": (
        "aalen_johansen",
        "gray_test",
        "fine_gray",
        "literature.competing_events",
        "CumulativeIncidence",
        "GrayTest",
        "FineGrayFit",
    ),
    "methods/illness_death": (
        "illness_death",
        "markov_check",
        "literature.multistate",
        "StateProbabilities",
        "MarkovCheck",
    ),
    "methods/recurrent_events": (
        "mean_cumulative",
        "compare_mean_cumulative",
        "andersen_gill",
        "prentice_williams_peterson",
        "wei_lin_weissfeld",
        "lin_wei_yang_ying",
        "literature.recurrent_events",
        "MeanCumulative",
        "MeanCumulativeComparison",
    ),
    "methods/published_summaries": ("literature.reconstruct.from_summary",),
    "methods/published_curves": ("literature.reconstruct.from_curve",),
    "methods/pooling": (
        "literature.pool",
        "literature.pool_proportions",
        "literature.pool_rates",
        "literature.cohort_counts",
        "literature.PooledEstimate",
    ),
    "methods/synthesis": (
        "literature.residual_risk",
        "literature.curve_draws",
        "literature.ResidualRisk",
        "literature.CurveDraws",
    ),
}


def pages_on(names: tuple[str, ...]) -> tuple[str, ...]:
    """List the pages that explain any of these names.

    Examples
    --------
    >>> pages_on(("logrank", "compare_at"))
    ('methods/logrank', 'methods/compare_at')
    """
    return tuple(page for page, explained in SUBJECTS.items() if set(explained) & set(names))
