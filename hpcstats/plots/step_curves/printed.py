"""The numbers printed in a survival figure: read from the results, with the patients they rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text, slug

if TYPE_CHECKING:
    from hpcstats.compare import LogrankResult
    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.plots.step_curves.reported import ReportedStatement
    from hpcstats.regression import CoxFit

UNGROUPED = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """What is printed of one curve: its name, its counts and its median.

    Attributes
    ----------
    key : object
        Label in the result.
    name : str
        Label as shown.
    slug : str
        Label fit for the id of a number.
    n, events : Number
        Patients and events.
    median : Text
        Median with its confidence limits.
    """

    key: Any
    name: str
    slug: str
    n: Number
    events: Number
    median: Text

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the summary."""
        return (self.n, self.events, *self.median.numbers)


def summarise(km: SurvivalCurves, labels: Mapping[Any, str] | None) -> tuple[GroupSummary, ...]:
    """Collect what is printed of each curve of `km`, in its order.

    Raises
    ------
    DesignError
        If `labels` names a group the curves do not have.
    """
    names = _shown_names(km.labels, labels or {})
    table, medians = km.risk_table([max(km.follow_up.values())]), km.quantile(0.5)
    return tuple(
        _summary(km, label, names[label], table.iloc[position], medians.iloc[position])
        for position, label in enumerate(km.labels)
    )


def _shown_names(known: tuple[Any, ...], given: Mapping[Any, str]) -> dict[Any, str]:
    strangers = [label for label in given if label not in known]
    if strangers:
        raise DesignError(
            f"labels names {strangers[0]!r}, but the curves are {', '.join(map(repr, known))}. "
            "Use those as keys."
        )
    return {label: given.get(label, "All patients" if label == UNGROUPED else str(label)) for label in known}


def _summary(km: SurvivalCurves, label: Any, name: str, last: Any, median: Any) -> GroupSummary:
    patients, key = km.patients(label), slug(label)

    def counted(what: str, value: float) -> Number:
        how = f"Count of {'patients' if what == 'n' else what}."
        return Number(id=f"{key}.{what}", value=value, text=formats.count(value), how=how, patients=patients)

    return GroupSummary(
        key=label,
        name=name,
        slug=key,
        n=counted("n", int(km.groups.sizes[km.labels.index(label)])),
        events=counted("events", float(last["events"])),
        median=_median(median, key, km.method, patients),
    )


def _median(row: Any, key: str, method: str, patients: tuple[str, ...]) -> Text:
    how = f"Median and its confidence limits. {method}"

    def number(part: str) -> Number:
        value = float(row[part])
        missing = "not reached" if part == "estimate" else formats.years(value)
        text, stored = (formats.years(value), value) if math.isfinite(value) else (missing, None)
        return Number(id=f"{key}.median.{part}", value=stored, text=text, how=how, patients=patients)

    if not math.isfinite(row["low"]) and not math.isfinite(row["estimate"]):
        return Text.of(number("estimate"))
    return Text.of(number("estimate"), " (", number("low"), " to ", number("high"), ")")


def hazard_ratio_text(fit: CoxFit, term: str, contrast: str = "") -> Text:
    """Print the hazard ratio of one term of a Cox model with its interval, n and events.

    Parameters
    ----------
    fit : CoxFit
        The model.
    term : str
        One of ``fit.terms``.
    contrast : str
        Which group against which, for instance "subtotal against gross total".

    Returns
    -------
    Text
        For instance "hazard ratio 2.20 (95% CI 1.10 to 4.41), subtotal against gross total".

    Raises
    ------
    DesignError
        If the model has no such term.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([6, 7, 10, 13, 1, 2, 3, 8], [1, 0, 1, 1, 1, 1, 1, 1])
    >>> fit = hs.cox(y, {"placebo": [0, 0, 0, 0, 1, 1, 1, 1]}, ["placebo"])
    >>> print(hs.plots.hazard_ratio_text(fit, "placebo", "placebo against 6-MP"))
    hazard ratio 7.87 (95% CI 1.11 to 157), placebo against 6-MP
    """
    if term not in fit.terms:
        raise DesignError(f"The model has no term {term!r}. Its terms are {', '.join(map(repr, fit.terms))}.")
    position = fit.terms.index(term)
    frame = fit.to_frame()
    row, key = frame[frame["term"] == term].iloc[0], slug(term.replace("[T.", "["))

    def number(part: str, text: str) -> Number:
        value = float(row[part])
        stored = value if math.isfinite(value) else None
        return Number(id=f"{key}.{part}", value=stored, text=text, how=fit.method, patients=fit.patients())

    low, high = (number(part, formats.ratio(float(row[part]))) for part in ("low", "high"))
    limits = Text.of(f" ({formats.level(fit.level)} CI ", low, " to ", high, ")")
    printed = formats.ratio(float(row["hazard_ratio"]))
    ratio = number("hazard_ratio", printed if fit.statuses[position] == "ok" else "not estimable")
    return Text.of("hazard ratio ", ratio, limits, f", {contrast}" if contrast else "")


def comparison_text(comparison: LogrankResult | None, hazard_ratio: Text | None, name: str) -> Text:
    """Print the test and the hazard ratio as one sentence, or nothing."""
    if comparison is None:
        return hazard_ratio or Text()
    printed = formats.p_value(comparison.p_value)
    test = Number(
        id="comparison.p_value",
        value=float(comparison.p_value),
        text=printed if printed.startswith("<") else f"= {printed}",
        how=comparison.method,
        patients=comparison.patients(),
    )
    words = Text.of(f"{name} p ", test)
    return words if hazard_ratio is None else Text.of(words, "; ", hazard_ratio)


def default_caption(
    km: SurvivalCurves,
    summaries: tuple[GroupSummary, ...],
    reported: ReportedStatement | None,
    *,
    among_reported_cases: bool,
) -> Text:
    """Say what the figure shows, with n, events and median of each curve."""
    selected = " All are published cases of the event: the curve is the time to it among them, not a risk."
    marks = " Marks on a curve: patients censored at that time." if km.n_events < km.n else ""
    plural, unit = "s" if len(summaries) > 1 else "", km.response.unit
    band = f"{km.interval_shown} confidence band{plural}"
    curves = [
        Text.of(f"{row.name}, n = ", row.n, ", ", row.events, " events, median ", row.median, f" {unit}")
        for row in summaries
    ]
    joined = Text.of(*(part for curve in curves for part in ("; ", curve)))
    return Text.of(
        f"Kaplan-Meier curve{plural} with pointwise {band}: ",
        Text(joined.parts[1:]),
        f".{selected if among_reported_cases else ''}{marks} Rows below: status just after each time.",
        *((" Above: ", reported.text, ".") if reported else ()),
    )
