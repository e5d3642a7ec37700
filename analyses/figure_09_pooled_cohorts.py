"""Figure 9: local recurrence and metastasis in published cohorts, beside the ranges of the index paper."""

from __future__ import annotations

import pandas as pd
from _cohorts import counted, main_way, pooled

import hpcstats as hs

PANELS = {
    "local_recurrence": ("Local recurrence", "local_recurrence_crude"),
    "metastasis": ("Metastasis", "metastasis_crude"),
}
AT_TIMES = {
    "cumulative_recurrence": ("Local recurrence", "any recurrence", False),
    "local_failure_free": ("Local recurrence", "local", True),
    "cumulative_metastasis": ("Metastasis", "metastasis", False),
    "distant_failure_free": ("Metastasis", "distant", True),
}
LEAST_YEARS = 5


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Pool each outcome and draw the cohorts, the smallest proportion first."""
    cases = hs.literature.load(study.data)
    used = {heading: counted(study, statistic).used for heading, statistic in PANELS.values()}
    every = pd.concat(used.values())
    known = every[every["follow_up"].notna()]
    return hs.plots.pooled_forest(
        {heading: pooled(study, by_proportion(rows), **main_way(study)) for heading, rows in used.items()},
        follow_up=dict(zip(known["label"], known["follow_up"], strict=True)),
        computed=list(every.loc[every["computed"], "label"]),
        reported=stated(cases),
        fixed=at_times(study, cases),
    )


def by_proportion(rows: pd.DataFrame) -> pd.DataFrame:
    """Order cohorts by their proportion, then by their size."""
    return rows.assign(share=rows["events"] / rows["n"]).sort_values(["share", "n"])


def stated(cases: hs.literature.CaseData) -> dict[str, hs.plots.ReportedRange]:
    """Return the ranges that the index paper gives, if the data hold such statements."""
    if cases.seed_summary is None:
        return {}
    rates = cases.seed_summary["reported_rates_hemangiopericytoma_in_general"]
    return {
        heading: hs.plots.ReportedRange(
            label="the index paper",
            low=rates[name]["lower"],
            high=rates[name]["upper"],
            source_id=cases.seed_summary["source_id"],
        )
        for name, (heading, _) in PANELS.items()
    }


def at_times(study: hs.reproduce.Study, cases: hs.literature.CaseData) -> pd.DataFrame | None:
    """Return the estimates at five years and later that whole cohorts state, if there are any."""
    frame = cases.cohort_statistics
    wanted = frame["statistic"].astype(object).isin(list(AT_TIMES)) & frame["subgroup"].isna()
    rows = frame[wanted & (frame["at_years"] >= LEAST_YEARS) & (frame["suspicious"] != "yes")]
    names = hs.literature.cohort_names(cases, study.settings["cohorts"]["labels"])
    found = []
    for row in rows.to_dict(orient="records"):
        panel, what, free = AT_TIMES[row["statistic"]]
        found.append(
            {
                "panel": panel,
                "label": f"{names[row['study_id']]}, {what}",
                "source_id": row["source_id"],
                "time": row["at_years"],
                "estimate": 1 - row["value"] if free else row["value"],
            }
        )
    return pd.DataFrame(found).sort_values(["label", "time"]) if found else None


if __name__ == "__main__":
    hs.reproduce.main(build)
