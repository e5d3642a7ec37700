"""Table 2b: local recurrence after gross total against subtotal resection, by methods that hold for few."""

from __future__ import annotations

import hpcstats as hs

QUESTIONS = {
    "hazard": "Log-rank test",
    "hazard_unequal_follow_up": "Log-rank test, follow-up imputed",
    "two_years": "Without recurrence at 2 years",
    "five_years": "Without recurrence at 5 years",
    "median": "Median time in years",
    "restricted_mean": "Mean time up to 5 years",
}
LABELS = {
    "gross total": "Gross total resection",
    "subtotal or biopsy": "Subtotal resection or biopsy",
}
CAPTION = (
    "Local recurrence by extent of resection. Many patients were published because of their recurrence: "
    "selection acts on both groups, and not necessarily alike."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Compare the two groups by each method, all chosen in study.toml."""
    cases = hs.literature.load(study.data)
    endpoint = hs.literature.endpoint(cases, "local_recurrence", **study.settings["inclusion"])
    known = endpoint.data["resection_complete"].notna().to_numpy()
    response, group = endpoint.response.take(known), endpoint.data.loc[known, "resection_complete"]
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
    return hs.tables.comparisons(results, questions=QUESTIONS, labels=LABELS, caption=CAPTION)


if __name__ == "__main__":
    hs.reproduce.main(build)
