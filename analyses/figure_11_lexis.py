"""Figure 11: calendar time against time since the primary, with the reports that end what can be seen."""

from __future__ import annotations

import pandas as pd

import hpcstats as hs


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the line of every dated spinal metastasis."""
    cases = hs.literature.load(study.data)
    endpoint = hs.literature.endpoint(cases, "spinal_metastasis", **study.settings["inclusion"])
    return hs.plots.lexis_diagram(courses(cases, endpoint))


def courses(cases: hs.literature.CaseData, endpoint: hs.literature.Endpoint) -> pd.DataFrame:
    """Join the times of the events with the years of the primary and of the report."""
    years = endpoint.data[["patient_id", "year_primary", "source_year"]]
    lanes = hs.literature.swimmer_lanes(cases, years["patient_id"])
    first = lanes[(lanes["event"] == endpoint.name) & (lanes["sequence"] == 1)]
    seen = endpoint.truncated.data[["patient_id", "truncation_lower", "truncation_upper"]]
    joined = first[["patient_id", "source", "time", "lower", "upper"]].merge(years, how="left")
    return joined.merge(seen, how="left").rename(
        columns={
            "source_year": "year_report",
            "truncation_lower": "seen_lower",
            "truncation_upper": "seen_upper",
        }
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
