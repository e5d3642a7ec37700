"""The threats in the order of the report: what each is called, what has to be given, what examines it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hpcstats.sensitivity.threats import (
    censored,
    chosen,
    cohort,
    gaps,
    left_out,
    modelling,
    rounded,
    turning,
)
from hpcstats.sensitivity.threats.asked import Asked
from hpcstats.sensitivity.threats.threat import Threat


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A threat: its words, what to give, what examines it, and the heading it stands under."""

    title: str
    give: str
    examine: Callable[[Asked], Threat]
    heading: str

    @property
    def needs_more(self) -> bool:
        """Whether True does not say enough."""
        return not self.give.endswith("=True")


SINGLE = "Who is in"
DATA = "What was reported"
SEEN = "Who was seen, and for how long"
MODEL = "How it was analysed"

QUESTIONS: dict[str, Question] = {
    "patients": Question(
        title="Single patients", give="patients=True", examine=left_out.patients, heading=SINGLE
    ),
    "sources": Question(
        title="Single papers",
        give="sources= the paper of each patient",
        examine=left_out.sources,
        heading=SINGLE,
    ),
    "duplicates": Question(
        title="Patients reported twice",
        give="duplicates= pairs of records that may be one person",
        examine=cohort.duplicated,
        heading=SINGLE,
    ),
    "fragility": Question(
        title="Outcome of a few patients", give="fragility=True", examine=turning.fragile, heading=SINGLE
    ),
    "rounding": Question(
        title="Rounding of times",
        give="rounding= the unit of the times, such as 1 for years",
        examine=rounded.rounding,
        heading=DATA,
    ),
    "imputation": Question(
        title="Missing covariates, at random",
        give="imputation=True",
        examine=gaps.imputation,
        heading=DATA,
    ),
    "missing_bounds": Question(
        title="Missing covariates, at worst",
        give="missing_bounds=True",
        examine=gaps.bounds,
        heading=DATA,
    ),
    "tipping_point": Question(
        title="Informative censoring",
        give="tipping_point=True",
        examine=censored.censoring,
        heading=SEEN,
    ),
    "best_and_worst_case": Question(
        title="Informative censoring, at worst",
        give="best_and_worst_case=True",
        examine=censored.best_and_worst,
        heading=SEEN,
    ),
    "sampling_fractions": Question(
        title="Publication and sampling",
        give="sampling_fractions= by and fractions",
        examine=cohort.sampling,
        heading=SEEN,
    ),
    "eras": Question(title="Era", give="eras= years and breaks", examine=cohort.era, heading=SEEN),
    "e_value": Question(
        title="Unmeasured confounding", give="e_value=True", examine=turning.confounding, heading=SEEN
    ),
    "chance": Question(
        title="Chance, few events", give="chance=True", examine=modelling.chance, heading=MODEL
    ),
    "model": Question(title="Penalty and ties", give="model=True", examine=modelling.model, heading=MODEL),
    "multiverse": Question(
        title="Analytic choices",
        give="multiverse= a Multiverse, or its declaration",
        examine=chosen.choices,
        heading=MODEL,
    ),
}
