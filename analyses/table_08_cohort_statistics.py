"""Table 8: what each published cohort states of its patients, of recurrence, metastasis and survival."""

from __future__ import annotations

import hpcstats as hs

CAPTION = (
    "What published cohorts state of their patients, of recurrence, metastasis and survival. The shares are "
    "crude: they depend on how long a cohort was followed, and on what it counted."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Show every cohort that states an outcome; those that no analysis pools in sections of their own."""
    cases, choices = hs.literature.load(study.data), study.settings["cohorts"]
    if cases.cohort_statistics.empty:
        raise hs.reproduce.NotApplicable("the data directory holds no cohort_statistics.csv")
    shown = study.settings["cohort_table"]
    summary = hs.literature.cohort_summary(
        cases,
        horizons=shown["horizons"],
        exclude=choices["exclude"],
        exclude_groups=choices["exclude_groups"],
        labels={**choices["labels"], **shown["labels"]},
        clocks=shown["clocks"],
        level=study.level,
    )
    return hs.tables.cohort_statistics(summary, caption=CAPTION)


if __name__ == "__main__":
    hs.reproduce.main(build)
