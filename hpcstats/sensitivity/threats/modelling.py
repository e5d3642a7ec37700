"""Few events: another test of the same question, another penalty, another rule for ties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hpcstats.errors import DataError, listing
from hpcstats.numbers import Text
from hpcstats.sensitivity.resampling.bootstrap_result import BootstrapResult
from hpcstats.sensitivity.resampling.permutation import PermutationTest, permutation_test
from hpcstats.sensitivity.threats.asked import Asked, refuse_unless
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.subject import p_value
from hpcstats.sensitivity.threats.threat import Other, Threat

_PENALTIES = {None: "no penalty", "firth": "Firth's penalty"}
_TIES = ("efron", "breslow")
_LOGARITHMS = "Bias and errors are on the log scale."


def chance(asked: Asked) -> Threat:
    """Ask by permutation whether chance alone could do it, or read a bootstrap interval."""
    found = asked.ready(PermutationTest, BootstrapResult)
    if isinstance(found, BootstrapResult):
        return _bootstrap(asked, found)
    subject = asked.subject
    if found is None and subject.kind == "logrank":
        options: dict[str, Any] = {"method": "auto", "seed": asked.seed} | asked.options()
        other = subject.again(**options)
        return _tested(asked, "Log-rank test over relabellings of the patients", other.p_value, None)
    refuse_unless(subject.kind == "cox", "there is no permutation test of it; give a Cox model")
    if found is None:
        fit: Any = subject.fit
        found = permutation_test(fit, subject.term, **{"seed": asked.seed} | asked.options())
    elif found.term != subject.term and found.term not in _factor_names(subject):
        raise DataError(f"chance is a test of {found.term}, not of {subject.term}.")
    drawn = f"{found.n_resamples:,} permutations"
    how = drawn if found.n_resamples else f"all {found.n_arrangements:,} arrangements"
    return _tested(asked, f"Permutation test of the score, {how}", found.p_value, found)


def _factor_names(subject: Any) -> list[str]:
    return [factor.name for factor in subject.fit.design.factors if subject.term in factor.terms]


def _tested(asked: Asked, analysis: str, value: float, found: Any) -> Threat:
    main = asked.subject.finding
    again = Finding(estimate=main.estimate, null=main.null, level=main.level, p_value=value)
    shown = p_value(asked.basis, value, analysis)
    # The estimate is that of the fit: a test asks nothing about its sign.
    return replace(asked.row(analysis, shown, [Other(label="", finding=again)], found=found), sign="")


def _bootstrap(asked: Asked, found: BootstrapResult) -> Threat:
    subject, names = asked.subject, found.columns.get("term", ())
    if subject.kind != "cox" or subject.term not in names:
        raise DataError(f"chance has no bootstrap limits of {subject.term or subject.label}.")
    place = names.index(subject.term)
    values = np.array([found.estimate[place], found.low[place], found.high[place]])
    if _LOGARITHMS not in found.conventions:
        values = np.exp(values)
    again = Finding(
        null=1.0,
        level=found.level,
        estimate=float(values[0]),
        low=float(values[1]),
        high=float(values[2]),
    )
    shown = subject.shown(asked.basis, again, "Hazard ratio with bootstrap limits.")
    analysis = f"Bootstrap of {found.unit}, {found.n_resamples:,} resamples, {found.kind} limits"
    return asked.row(analysis, shown, [Other(label="bootstrap", finding=again)], found=found)


def model(asked: Asked) -> Threat:
    """Fit the same model with and without Firth's penalty, and by the other rules for ties."""
    subject = asked.subject
    fit: Any = subject.fit
    refuse_unless(subject.kind == "cox", "it has neither penalty nor rule for ties")
    options = {"penalties": (None, "firth"), "ties": _TIES} | asked.options()
    strangers = [name for name in options if name not in ("penalties", "ties")]
    if strangers:
        raise DataError(f"model takes penalties and ties, not {listing(strangers)}.")
    own = (fit.penalty, fit.ties)
    pairs = [(penalty, ties) for penalty in options["penalties"] for ties in options["ties"]]
    others = [
        Other(
            label=f"{_PENALTIES.get(penalty, 'the prior')} and {ties.capitalize()} ties",
            finding=subject.again(penalty=penalty, ties=ties),
        )
        for penalty, ties in pairs
        if (penalty, ties) != own
    ]
    values = np.array([other.finding.estimate for other in others])
    refuse_unless(bool((~np.isnan(values)).any()), "no other model has an estimate")
    size = asked.basis.count("models", len(others), "Other models.")
    span = subject.span(
        asked.basis, float(np.nanmin(values)), float(np.nanmax(values)), "estimate of the other models"
    )
    penalties = " and ".join(dict.fromkeys(_PENALTIES.get(penalty, "the prior") for penalty, _ in pairs))
    ties = " and ".join(dict.fromkeys(ties.capitalize() for _, ties in pairs))
    return asked.row(
        f"Model with {penalties}, {ties} ties", Text.of(span, " in ", size, " other models"), others
    )
