"""What is said of a tipping-point analysis: its method, its conventions, and what to beware of."""

from __future__ import annotations

from hpcstats import formats
from hpcstats.errors import NonIdentifiableWarning, warn
from hpcstats.sensitivity.tipping.curves import CURVES
from hpcstats.sensitivity.tipping.design import Gaps
from hpcstats.sensitivity.tipping.imputation import GroupTest


def warned(gaps: Gaps, curve: str, horizon: float) -> tuple[str, ...]:
    """Warn of curves that say more than a few patients can tell."""
    told = []
    if curve == "proportional-hazards" and not gaps.compared:
        told.append(
            "At no event time were both groups at risk, so that the data say nothing of their hazard ratio: "
            "at delta = 1 it is taken to be 1."
        )
    for label, side in zip(gaps.groups.labels, gaps.sides, strict=True):
        if curve == "proportional-hazards" or not side.start.size:
            continue
        if not side.event.any():
            told.append(
                f"Group {label!r} has no events: a multiple of no hazard is none, and its patients stay "
                "without the event for every delta. Write curve='proportional-hazards'."
            )
        elif curve != "piecewise-exponential" and side.falls_to_zero(horizon):
            told.append(
                f"The curve of group {label!r} ends at 0, where the last of its patients at risk failed: all "
                "are imputed to fail by then, as if that were certain. Write curve='proportional-hazards'."
            )
    for text in told:
        warn(text, NonIdentifiableWarning)
    return tuple(told)


def who_is_imputed(gaps: Gaps) -> str:
    """Say how many patients of each group are imputed."""
    parts = [
        f"{number} of {label}" + (f" and {extra} unpublished" if extra else "")
        for number, label, extra in zip(gaps.counts, gaps.groups.labels, gaps.unpublished, strict=True)
    ]
    return " and ".join(parts)


def sentence(test: GroupTest, curve: str, gaps: Gaps, m: int, seed: str) -> str:
    """Say for a Methods section what was imputed, how it was tested, and what draws it again."""
    return (
        f"Delta-adjusted multiple imputation of the times after censoring ({who_is_imputed(gaps)}) from "
        f"{CURVES[curve]}, the hazard multiplied by delta, {m} imputations; {test.words}, combined by "
        f"Rubin's rules, seed {seed}."
    )


def conventions(gaps: Gaps, level: float) -> tuple[str, ...]:
    """Say what the numbers mean."""
    first, second = gaps.groups.labels
    return (
        f"Hazard ratios: {second} against {first}.",
        f"A difference is shown where p < {1 - level:.10g} ({formats.level(level)} interval without 1).",
        "delta: hazard after the censoring over that of those of the group who are still followed.",
    )
