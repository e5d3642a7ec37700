"""Figure 5: what the intervals of a survival curve achieve with nine patients."""

from __future__ import annotations

import pandas as pd

import hpcstats as hs

PATIENTS = 9
LINES = {0.0: "none censored", 0.3: "30% censored", 0.6: "60% censored"}


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the coverage measured by simulation; no patient's data enter."""
    if "coverage" not in study.inputs:
        raise hs.reproduce.NotApplicable("study.toml names no simulated coverage in [inputs]")
    results = pd.read_csv(study.inputs["coverage"])
    chosen = results[(results["sizes"] == PATIENTS) & (results["times"] == "exact")]
    return hs.plots.coverage(
        chosen.rename(columns={"censored": "line"}),
        lines=LINES,
        level=study.level,
        subject=f"simulated data sets of {PATIENTS} patients with exponential times",
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
