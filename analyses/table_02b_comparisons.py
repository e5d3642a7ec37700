"""Table 2b: local recurrence after gross total against subtotal resection, by methods that hold for few."""

from __future__ import annotations

from typing import Any

from _choices import RESECTION, endpoint, known_resection, main_endpoint

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
    "Local recurrence{main} by extent of resection. Many patients were published because of their "
    "recurrence: selection acts on both groups, and not necessarily alike. The exact log-rank test takes "
    "follow-up to be alike in both groups (reverse log-rank test, two-sided p = {p}; medians of the "
    "follow-up: Table 2), but so few patients easily hide a difference."
)


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Compare the two groups by each method, all chosen in study.toml."""
    found = endpoint(study, "local_recurrence")
    response, data = known_resection(found)
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
    caption = hs.Text.template(
        CAPTION, main=main_endpoint(study, found.name), p=alike(study, response, group)
    )
    return hs.tables.comparisons(results, questions=QUESTIONS, labels=RESECTION, caption=caption)


def alike(study: hs.reproduce.Study, response: hs.Surv, group: Any) -> hs.Number:
    """Test whether follow-up ended alike in both groups."""
    found = hs.compare_follow_up(response, group, seed=study.seed)
    return hs.Number(
        id="follow_up.p_value",
        value=found.p_value,
        text=hs.formats.p_value(found.p_value),
        how=found.method,
        patients=found.patients(),
    )


if __name__ == "__main__":
    hs.reproduce.main(build)
