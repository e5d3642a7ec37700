"""What is asked of a comparison of medians, and what its result says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.compare.two_curves import APPROXIMATE, TwoCurves
from hpcstats.errors import DataError, SmallSampleWarning, check_option, warn
from hpcstats.groups import ALTERNATIVES, confidence_level
from hpcstats.results import Status

CONTRASTS = ("difference", "ratio")
TIED = ("one", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of `compare_medians`, checked."""

    contrast: str
    probability: float
    mid_p: bool
    level: float
    alternative: str
    tied: str

    @classmethod
    def of(cls, *, probability: Any, level: Any, mid_p: Any, **options: Any) -> Asked:
        """Check the options."""
        for name, known in (("contrast", CONTRASTS), ("alternative", ALTERNATIVES), ("tied", TIED)):
            check_option(name, options[name], known)
        return cls(
            probability=_probability(probability),
            level=confidence_level(level),
            mid_p=bool(mid_p),
            **options,
        )

    @property
    def tail(self) -> float:
        """Probability left out beyond each limit."""
        return (1 - self.level) / 2 if self.alternative == "two-sided" else 1 - self.level

    @property
    def name(self) -> str:
        """What the quantile is called."""
        return "median" if self.probability == 0.5 else f"{self.probability:g} quantile"


def _probability(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not 0 < value < 1:
        raise DataError(f"probability must lie strictly between 0 and 1, such as 0.5, not {value!r}.")
    return float(value)


def status_of(
    two: TwoCurves, medians: FloatArray, low: float, high: float, asked: Asked
) -> tuple[Status, str]:
    """Say whether the estimate and its limits exist, and if not why."""
    missing = [str(label) for label, value in zip(two.groups.labels, medians, strict=True) if np.isnan(value)]
    reasons = []
    if missing:
        reasons.append(f"the curve of {' and '.join(missing)} does not reach {1 - asked.probability:g}")
    elif asked.contrast == "ratio" and medians[0] == 0:
        reasons.append(f"the {asked.name} of the first group is 0")
    least = 0.0 if asked.contrast == "ratio" else -np.inf
    open_ends = [
        name
        for name, is_open in (
            ("lower", asked.alternative != "less" and low == least),
            ("upper", asked.alternative != "greater" and high == np.inf),
        )
        if is_open
    ]
    if open_ends:
        reasons.append(
            f"no {' or '.join(open_ends)} limit: a limit of one of the two {asked.name}s lies before the "
            "first or after the last observed time"
        )
    if not reasons:
        return "ok", ""
    return "not_estimable" if missing else "boundary", "; ".join(reasons)


def fragile(two: TwoCurves, medians: FloatArray) -> tuple[str, ...]:
    """Warn of a quantile at which few are left after censoring, or else of a last event at which few are."""
    for number, label in enumerate(two.groups.labels):
        times, counts = two.own(number)
        ends = times[counts.events[0] > 0][-1:] if np.isnan(medians[number]) else medians[number : number + 1]
        if two.few_after_censoring(ends)[number].any():
            text = (
                f"At {ends[0]:g} {two.response.unit} few are at risk in group {label!r}, others having been "
                f"censored before: {APPROXIMATE}. compare_at with an earlier time has more left."
            )
            warn(text, SmallSampleWarning)
            return (text,)
    return ()


def sentence(two: TwoCurves, asked: Asked) -> str:
    """Return a sentence fit for a Methods section."""
    first, second = two.groups.labels
    verb = "minus" if asked.contrast == "difference" else "over"
    sides = "" if asked.alternative == "two-sided" else f" one-sided ({asked.alternative})"
    version = ", mid-p version" if asked.mid_p else ""
    return (
        f"{asked.contrast.capitalize()} of the Kaplan-Meier {asked.name}s, {second} {verb} {first}: "
        f"melded{sides} {formats.level(asked.level)} interval and p-value from beta product confidence "
        f"distributions matched by moments{version} (Fay, Proschan and Brittain 2015)."
    )


def conventions(asked: Asked) -> tuple[str, ...]:
    """Return the conventions the numbers follow."""
    counted = "one of them counts" if asked.tied == "one" else "all of them count"
    return (
        "Quantiles: midpoint where the curve is flat exactly at 1 - p.",
        f"Events at one time: {counted} when the upper limit passes it.",
        "The alternative speaks of the contrast, second label against first.",
        f"Limits of each {asked.name} are two-sided.",
    )
