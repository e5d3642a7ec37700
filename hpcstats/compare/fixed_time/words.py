"""What the result of a comparison at fixed times says of itself."""

from __future__ import annotations

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.compare.fixed_time.design import Asked, Reading
from hpcstats.compare.two_curves import APPROXIMATE, FEW
from hpcstats.errors import SmallSampleWarning, listing, warn
from hpcstats.results import Status


def sentence(reading: Reading, asked: Asked) -> str:
    """Return a sentence fit for a Methods section."""
    (first, second), contrast = reading.two.groups.labels, asked.parts
    times = listing(f"{t:g}" for t in reading.time)
    level = formats.level(asked.level)
    sides = "" if asked.alternative == "two-sided" else f" one-sided ({asked.alternative})"
    opening = (
        f"Kaplan-Meier proportions at {times} {reading.two.response.unit} compared by the {contrast.words}, "
        f"{second} {contrast.comparison()} {first}"
    )
    if asked.method == "melded":
        version = ", mid-p version" if asked.mid_p else ""
        return (
            f"{opening}: melded{sides} {level} interval and p-value from beta product confidence "
            f"distributions matched by moments{version} (Fay, Proschan and Brittain 2015)."
        )
    return (
        f"{opening}:{sides} {level} normal interval and p-value on the {asked.scale} scale with "
        f"{asked.variance} Greenwood variance (Klein et al. 2007)."
    )


def conventions(reading: Reading, asked: Asked) -> tuple[str, ...]:
    """Return the conventions the numbers follow."""
    found = [
        "At equal times events precede censorings; S(t) includes the events at t.",
        "The alternative speaks of the contrast, second label against first.",
        "Limits of each group: two-sided beta product limits.",
    ]
    if asked.method == "asymptotic" and asked.scale != asked.parts.scale_name:
        found.append(f"No limits: those of this contrast exist on the {asked.parts.scale_name} scale.")
    if reading.time.size > 1:
        found.append("The p-values and intervals of several times are not corrected for being several.")
    return tuple(found)


def fragile(reading: Reading, asked: Asked) -> tuple[str, ...]:
    """Warn of an approximation that rests on few patients, and return the text."""
    if asked.method == "melded":
        return _few_after_censoring(reading)
    if reading.at_risk.min() >= FEW:
        return ()
    number, place = np.unravel_index(int(reading.at_risk.argmin()), reading.at_risk.shape)
    text = (
        f"At {reading.time[place]:g} {reading.two.response.unit} only {reading.at_risk[number, place]} are "
        f"at risk in group {reading.two.groups.labels[number]!r}: normal approximations do not hold there. "
        "Write method='melded'."
    )
    warn(text, SmallSampleWarning)
    return (text,)


def _few_after_censoring(reading: Reading) -> tuple[str, ...]:
    few = reading.two.few_after_censoring(reading.time)
    if not few.any():
        return ()
    number, place = np.argwhere(few)[0]
    text = (
        f"At {reading.time[place]:g} {reading.two.response.unit} only {reading.at_risk[number, place]} are "
        f"at risk in group {reading.two.groups.labels[number]!r}, others having been censored before: "
        f"{APPROXIMATE}. An earlier time has more left."
    )
    warn(text, SmallSampleWarning)
    return (text,)


def status_of(
    reading: Reading, asked: Asked, estimate: FloatArray, p_value: FloatArray, low: FloatArray
) -> tuple[Status, str]:
    """Say whether the estimates exist, and if not why."""
    s, reasons = reading.survival, []
    if reading.ended.any():
        labels = [
            label for label, late in zip(reading.two.groups.labels, reading.ended, strict=True) if late.any()
        ]
        reasons.append(
            f"the curve of {listing(labels)} has stopped before "
            f"{reading.time[reading.ended.any(axis=0)].min():g}: only its limits are known"
        )
    alike = np.isnan(estimate) & ~reading.ended.any(axis=0)
    if alike.any():
        reasons.append(
            f"both proportions are {s[0][alike][0]:g}, so their {asked.parts.words} does not exist"
        )
    if np.isinf(estimate).any():
        reasons.append("a proportion is 0 or 1, so that the estimate is infinite")
    if np.isnan(p_value).any():
        reasons.append(f"a proportion is 0 or 1, where a variance on the {asked.scale} scale does not exist")
    elif np.isnan(low).any() and asked.scale == asked.parts.scale_name:
        reasons.append("a proportion is 0 or 1, where its variance does not exist")
    if not reasons:
        return "ok", ""
    return "not_estimable" if np.isnan(estimate).all() else "boundary", "; ".join(reasons)
