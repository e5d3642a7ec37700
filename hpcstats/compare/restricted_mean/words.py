"""What a comparison of restricted means says of itself, and what it warns of."""

from __future__ import annotations

from typing import Any

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.compare.restricted_mean.design import RULES, SMALL, Design, zero_from
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import HpcstatsWarning, NonIdentifiableWarning, SmallSampleWarning, listing, warn

_RULES = {
    "ignore": "relabellings with an inestimable restricted mean are left out",
    "extend": "the curve of a relabelled group that ends above 0 before the horizon is extended flat",
    "switch": "the last censored observation of a relabelled group that ends before the horizon is an event",
    "average": "relabelled groups that end before the horizon get the average of extending and switching",
    "weibull": "relabelled groups that end before the horizon get the mean under a fitted Weibull curve",
    "pseudo-observations": "the pseudo-observations of the two groups are relabelled",
}


def sentence(design: Design, relabellings: int, enumerated: bool, seed: str) -> str:
    """Say what was done, fit for a Methods section."""
    horizon = f"{design.horizon:g} {design.response.unit}"
    if design.default_horizon:
        horizon += ", the latest time up to which both are identified"
    shown, sides = formats.level(design.level), "two-sided"
    if design.alternative != "two-sided":
        words = {"greater": "longer", "less": "shorter"}[design.alternative]
        sides = f"one-sided ({design.alternative}: {words} in {design.groups.labels[1]})"
        shown = f"two-sided {shown}"
    opening = f"Restricted mean times without the event to {horizon}"
    if design.inference == "asymptotic":
        how = f"asymptotic {sides} test and {shown} limits ({design.sample.variance} variance)"
    else:
        drawn = f"{relabellings:,} relabellings"
        of = f"all {drawn}" if enumerated else f"{drawn} drawn at random, seed {seed}"
        if design.inference == "permutation":
            how = f"{sides} permutation test ({of}); {shown} limits are asymptotic"
        else:
            how = f"{sides} studentised permutation test and {shown} limits ({of})"
        how += f"; {_RULES[design.rule]}"
    return f"{opening}: {how}.{_choice(design)}"


def unlimited(design: Design) -> str:
    """Say why the studentised test has no limits."""
    return (
        f"no two-sided p-value of these relabellings is as small as {1 - design.level:.3g}, so the "
        "limits are the whole range"
    )


def _choice(design: Design) -> str:
    if design.asked != "auto":
        return ""
    if design.inference == "studentised-permutation":
        return f" Chosen because a group has fewer than {SMALL} patients."
    if design.response.entry is not None:
        return " Chosen because of delayed entry."
    return f" Chosen because both groups have at least {SMALL} patients."


def conventions(design: Design) -> tuple[str, ...]:
    """List the conventions the numbers follow."""
    first, second = design.groups.labels
    always = (
        f"Contrasts are {second} minus, or over, {first}.",
        "At risk at t: entry < t <= exit; at equal times events precede censorings.",
        "Variance without the factor n/(n-1); ratios on the log scale by the delta method.",
    )
    if design.inference == "asymptotic":
        return always
    return (
        *always,
        "Relabellings whose statistic ties with the observed within 1e-9 count as extreme.",
        "Monte-Carlo p-values are (b+1)/(m+1).",
        f"Inestimable relabellings: rule {RULES.index(design.rule) + 1} of Horiguchi and Uno, {design.rule}.",
    )


def fragile_texts(design: Design, errors: FloatArray) -> tuple[tuple[str, ...], str]:
    """Warn of what makes the answer fragile; return these texts, and why there is no standard error if so."""
    found: list[tuple[str, type[HpcstatsWarning]]] = []
    flat = [label for label, error in zip(design.groups.labels, errors, strict=True) if error == 0]
    if flat and design.inference != "permutation":
        found.append((_no_spread(flat, design), SmallSampleWarning))
    if design.inference == "asymptotic" and design.groups.sizes.min() < 10:
        text = (
            f"The smaller group has {design.groups.sizes.min()} patients: asymptotic p-values are too small "
            "there and limits too narrow. Write method='studentised-permutation'."
        )
        found.append((text, SmallSampleWarning))
    if design.inference == "permutation":
        from hpcstats.compare.follow_up import follow_up_warning

        if follow_up_warning(design.response, design.groups):
            text = (
                "The groups were not followed alike, but this test takes them as exchangeable, follow-up "
                "included. Write method='studentised-permutation'; hs.compare_follow_up shows more."
            )
            found.append((text, NonIdentifiableWarning))
    emptied = _emptied_early(design)
    if emptied:
        found.append((emptied, NonIdentifiableWarning))
    for text, category in found:
        warn(text, category)
    reason = "no group has a restricted mean with a standard error above 0" if len(flat) == 2 else ""
    return tuple(text for text, _ in found), reason


def _emptied_early(design: Design) -> str:
    """Say where everybody at risk failed although others were observed later."""
    response, groups = design.response, design.groups
    found = []
    for number, label in enumerate(groups.labels):
        zero = zero_from(response, groups, number)
        if zero < response.time[groups.rows(number)].max() * (1 - SAME_TIME):
            found.append(f"{label}: at {zero:g}")
    if not found:
        return ""
    return (
        f"With delayed entry everybody then at risk had the event ({listing(found)}), so the curve is 0 from "
        "there on whatever follows, and the restricted mean too small. Condition on a later time."
    )


def _no_spread(labels: list[Any], design: Design) -> str:
    return (
        f"The restricted mean of {listing(labels)} has standard error 0: nobody there has an event that "
        f"another outlives before {design.horizon:g} {design.response.unit}. Its uncertainty is not counted."
    )
