"""Table 3: Cox models of local recurrence, each factor alone and all together."""

from __future__ import annotations

from _choices import LABELS, endpoint, recurrence_models

import hpcstats as hs

CAPTION = (
    "Cox models of time to local recurrence. Adjuvant radiotherapy is in part read as absent because the "
    "report first mentions it at the recurrence: its hazard ratio is biased towards a benefit and stays out "
    "of the multivariable model. With few events per parameter the estimates are unstable."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Fit the models that study.toml names."""
    alone, together = recurrence_models(study, endpoint(study, "local_recurrence"))
    return hs.tables.cox_models(alone, together, labels=LABELS, caption=CAPTION)


if __name__ == "__main__":
    hs.reproduce.main(build)
