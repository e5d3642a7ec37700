"""What Figures 9 and 10 and Table 6 share: cohorts counted and pooled as study.toml chooses."""

from __future__ import annotations

from typing import Any

import pandas as pd

import hpcstats as hs


def counted(study: hs.reproduce.Study, statistic: str) -> hs.literature.CohortCounts:
    """Return the cohorts that state a crude proportion, without those that study.toml leaves out.

    Raises
    ------
    hs.reproduce.NotApplicable
        If the data hold no cohorts.
    """
    cases, choices = hs.literature.load(study.data), study.settings["cohorts"]
    if cases.cohort_statistics.empty:
        raise hs.reproduce.NotApplicable("the data directory holds no cohort_statistics.csv")
    return hs.literature.cohort_counts(
        cases,
        statistic,
        exclude=choices["exclude"],
        exclude_groups=choices["exclude_groups"],
        labels=choices["labels"],
    )


def pooled(study: hs.reproduce.Study, rows: pd.DataFrame, **other: str) -> hs.literature.PooledEstimate:
    """Pool proportions as study.toml says, or in some `other` way."""
    return hs.literature.pool_proportions(rows["events"], rows["n"], **how(study, rows), **other)


def how(study: hs.reproduce.Study, rows: pd.DataFrame) -> dict[str, Any]:
    """Return what every pooling is given beside its counts: names, overlap, level."""
    choices = study.settings["cohorts"]
    return {
        "labels": rows["label"],
        "sources": rows["source_id"],
        "overlap": rows["overlap"],
        "overlap_rule": choices["overlap_rule"],
        "level": study.level,
    }


def main_way(study: hs.reproduce.Study) -> dict[str, str]:
    """Return method and limits as study.toml chooses them."""
    choices = study.settings["cohorts"]
    return {"method": choices["method"], "limits": choices["limits"]}
