"""Figure 1: from publications to patients to endpoints, with every exclusion counted."""

from __future__ import annotations

import hpcstats as hs

TITLES = {
    "spinal_metastasis": "Time to spinal metastasis",
    "post_spinal_progression": "Progression after spinal metastasis",
    "survival_after_spinal_metastasis": "Survival after spinal metastasis",
    "local_recurrence": "Time to local recurrence",
    "any_metastasis": "Time to any metastasis",
    "overall_survival": "Overall survival",
}


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw the flow of evidence of all endpoints."""
    cases = hs.literature.load(study.data)
    endpoints = {name: hs.literature.endpoint(cases, name, **study.settings["inclusion"]) for name in TITLES}
    return hs.plots.flow(hs.literature.evidence_flow(cases, endpoints), titles=TITLES)


if __name__ == "__main__":
    hs.reproduce.main(build)
