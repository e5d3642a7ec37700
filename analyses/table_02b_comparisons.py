"""Table 2b: local recurrence after gross total against subtotal resection, by methods that hold for few."""

from __future__ import annotations

from _choices import RESECTION, endpoint, known_resection

import hpcstats as hs

QUESTIONS = {
    "hazard": "Log-rank test",
    "hazard_unequal_follow_up": "Log-rank test, follow-up imputed",
    "two_years": "Without recurrence at 2 years",
    "five_years": "Without recurrence at 5 years",
    "median": "Median time in years",
    "restricted_mean": "Mean time up to 5 years",
}
CAPTION = (
    "Local recurrence by extent of resection. Many patients were published because of their recurrence: "
    "selection acts on both groups, and not necessarily alike."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Compare the two groups by each method, all chosen in study.toml."""
    response, data = known_resection(endpoint(study, "local_recurrence"))
    group = data["resection_complete"]
    choices = study.settings["comparisons"]
    drawn = {"n_resamples": choices["n_resamples"], "seed": study.generator()}
    results = {
        "hazard": hs.logrank(response, group, method=choices["test"]),
        "hazard_unequal_follow_up": hs.logrank(response, group, method="imputation-permutation", **drawn),
        "two_years": hs.compare_at(response, group, 2, level=study.level),
        "five_years": hs.compare_at(response, group, 5, level=study.level),
        "median": hs.compare_medians(response, group, level=study.level),
        "restricted_mean": hs.rmst_difference(
            response, group, 5, method="studentised-permutation", level=study.level, **drawn
        ),
    }
    return hs.tables.comparisons(results, questions=QUESTIONS, labels=RESECTION, caption=CAPTION)


if __name__ == "__main__":
    hs.reproduce.main(build)
