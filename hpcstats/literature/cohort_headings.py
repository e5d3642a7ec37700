"""What the statistics of cohorts are to a reader: under which heading each belongs, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A statistic as the data name it, and what it counts beside what its heading says.

    Attributes
    ----------
    statistic : str
        Its name in cohort_statistics.csv.
    counts : str
        What it counts, where that is not quite what the heading says; else empty.
    complement : bool
        Whether it tells of those without the event, so that one minus it belongs under the heading.
    """

    statistic: str
    counts: str = ""
    complement: bool = False


# Of several statistics under one heading the first that a cohort states is taken.
SHARES: dict[str, tuple[Meaning, ...]] = {
    "local_recurrence": (
        Meaning(statistic="local_recurrence_crude"),
        Meaning(statistic="local_control_crude", counts="not locally controlled", complement=True),
    ),
    "recurrence": (
        Meaning(statistic="recurrence_crude"),
        Meaning(statistic="recurrence_crude_count"),
        Meaning(statistic="recurrence_or_metastasis_crude", counts="recurrence or metastasis"),
        Meaning(statistic="progression_crude", counts="progression"),
        Meaning(statistic="reoperation_crude", counts="operated again"),
    ),
    "metastasis": (
        Meaning(statistic="metastasis_crude"),
        Meaning(statistic="metastasis_crude_lower_bound", counts="at least"),
    ),
    "spinal_metastasis": (Meaning(statistic="spinal_metastasis_crude"),),
    "deaths": (
        Meaning(statistic="deaths_crude"),
        Meaning(statistic="deaths_count"),
        Meaning(statistic="tumour_deaths_count", counts="deaths of the tumour"),
    ),
}
CURVES: dict[str, tuple[Meaning, ...]] = {
    "recurrence_free": (
        Meaning(statistic="recurrence_free_survival"),
        Meaning(statistic="cumulative_recurrence", complement=True),
        Meaning(statistic="progression_free_survival", counts="free of progression"),
        Meaning(statistic="local_failure_free", counts="free of local recurrence"),
        Meaning(statistic="local_control", counts="free of local recurrence"),
    ),
    "metastasis_by": (
        Meaning(statistic="cumulative_metastasis"),
        Meaning(statistic="distant_failure_free", complement=True),
    ),
    "survival": (Meaning(statistic="overall_survival"),),
}
CENTRES: dict[str, tuple[Meaning, ...]] = {
    "age": (Meaning(statistic="age_median"), Meaning(statistic="age_mean", counts="mean")),
    "men": (Meaning(statistic="male_share"),),
    "follow_up": (
        Meaning(statistic="follow_up_median"),
        Meaning(statistic="follow_up_mean", counts="mean"),
    ),
    "survival_median": (Meaning(statistic="overall_survival_median"),),
}
OUTCOMES = (*SHARES, *CURVES, "survival_median")
"""The headings that tell of what became of the patients."""
