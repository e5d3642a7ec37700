"""Figure 14: the hazard ratio of local recurrence by resection under every combination of choices."""

from __future__ import annotations

from _specifications import specifications

import hpcstats as hs

LABELS = {
    "confidence": "Confidence of the reading",
    "confidence=low": "Any",
    "confidence=medium": "Medium or high",
    "confidence=high": "High",
    "patients": "Patients",
    "patients=intracranial": "Intracranial primaries only",
    "patients=no spinal metastasis": "Without spinal metastasis",
    "times": "Time of a recurrence",
    "times=middle of limits": "Middle of its limits",
    "times=end of limits": "End of its limits",
    "covariates": "Covariates beside resection",
    "ties": "Tied events",
    "penalty": "Penalty",
    "penalty=firth": "Firth's",
    "interval": "Limits",
    "interval=profile": "Profile likelihood",
    "interval=wald": "Wald",
}
OTHERWISE = (
    " Choices and main analysis stand in study.toml. Many of these patients were published because of their "
    "recurrence: a bias that all specifications share does not show here."
)


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Run the choices of study.toml whole, test the curve, and draw it."""
    found = specifications(study)
    n_resamples = study.settings["multiverse"]["n_resamples"]
    test = found.permutation_test(n_resamples, seed=study.generator(), progress=False)
    return hs.plots.specification_curve(found, test, labels=LABELS, remark=OTHERWISE)


if __name__ == "__main__":
    hs.reproduce.main(build)
