"""Table 3: Cox models of local recurrence, each factor alone and all together."""

from __future__ import annotations

from _choices import LABELS, endpoint, main_endpoint, recurrence_models
from _joined import joined

import hpcstats as hs

CAPTION = (
    "Cox models of time to local recurrence{main}. Adjuvant radiotherapy is in part read as absent because "
    "the report first mentions it at the recurrence: its hazard ratio is biased towards a benefit and stays "
    "out of the multivariable model. With few events per parameter the estimates are unstable."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Fit the models that study.toml names."""
    found = endpoint(study, "local_recurrence")
    alone, together = recurrence_models(study, found)
    return hs.tables.cox_models(
        alone,
        together,
        labels=LABELS,
        remarks=tuple(joined(study, found)),
        caption=CAPTION.format(main=main_endpoint(study, found.name)),
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
