"""Table 6: pooled proportions and rates of recurrence and metastasis in published cohorts."""

from __future__ import annotations

import pandas as pd
from _cohorts import counted, how, main_way, pooled

import hpcstats as hs

OUTCOMES = {
    "Local recurrence": "local_recurrence_crude",
    "Recurrence, site not told": "recurrence_crude",
    "Metastasis": "metastasis_crude",
}
OTHER_WAY = {"method": "inverse-variance", "limits": "hartung-knapp"}
RATES = "Rates for 100 person-years"
LEAST_COHORTS, LEAST_PATIENTS = 3, 10
CAPTION = (
    "Recurrence and metastasis in published cohorts. The proportions are crude and depend on how long each "
    "cohort was followed; what their patients and definitions differ in, no pooling repairs."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Pool each outcome over all cohorts, and over those that leave less room for doubt."""
    found = {heading: counted(study, statistic) for heading, statistic in OUTCOMES.items()}
    sections = {heading: variants(study, counts.used) for heading, counts in found.items()}
    rates = {heading: rate(study, counts.used) for heading, counts in found.items()}
    enough = {heading: one for heading, one in rates.items() if one is not None}
    return hs.tables.pooled_estimates(
        sections | ({RATES: enough} if enough else {}),
        left_out={
            heading: dict(zip(counts.exclusions["label"], counts.exclusions["reason"], strict=True))
            for heading, counts in found.items()
        },
        caption=CAPTION,
    )


def variants(study: hs.reproduce.Study, used: pd.DataFrame) -> dict[str, hs.literature.PooledEstimate]:
    """Pool all cohorts in two ways, then parts of them."""
    chosen = main_way(study)
    parts = {
        "Intracranial tumours only": used[used["population"] == "intracranial"],
        "Numbers read twice only": used[used["verified"]],
        f"{LEAST_PATIENTS} patients or more": used[used["n"] >= LEAST_PATIENTS],
    }
    return {
        "All cohorts": pooled(study, used, **chosen),
        "All cohorts, inverse variances": pooled(study, used, **OTHER_WAY),
        **{name: pooled(study, rows, **chosen) for name, rows in parts.items() if len(rows) > 1},
    }


def rate(study: hs.reproduce.Study, used: pd.DataFrame) -> hs.literature.PooledEstimate | None:
    """Pool the rates of cohorts that state a mean follow-up, if they are not too few."""
    rows = used[used["follow_up_kind"] == "mean"]
    if len(rows) < LEAST_COHORTS:
        return None
    return hs.literature.pool_rates(
        rows["events"], rows["n"] * rows["follow_up"], **how(study, rows), **main_way(study)
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
