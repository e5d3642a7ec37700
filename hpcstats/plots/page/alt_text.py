"""Alternative texts: what a figure shows, in words, written from the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.numbers import Text
from hpcstats.plots.lanes.courses import NOT_STATED

if TYPE_CHECKING:
    from hpcstats.literature import Flow
    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.plots.lanes.courses import Course
    from hpcstats.plots.step_curves.printed import GroupSummary
    from hpcstats.plots.step_curves.reported import ReportedStatement


def survival(
    km: SurvivalCurves,
    summaries: Sequence[GroupSummary],
    ylabel: str,
    remark: Text,
    reported: ReportedStatement | None,
) -> str:
    """Describe step curves: what is on the axes, each curve's counts, median and end, then the test."""
    unit = km.response.unit
    drawn = "One step curve" if len(summaries) == 1 else f"{len(summaries)} step curves"
    sentences = [
        f"{drawn} with confidence band{'s' if len(summaries) > 1 else ''} and a table of patients at risk.",
        f"Vertical axis: {ylabel}, 0 to 1. Horizontal axis: time in {unit}.",
    ]
    for summary, curve in zip(summaries, km.curves, strict=True):
        last = formats.proportion(float(curve.estimate[-1]))
        sentences.append(
            f"{summary.name}: {summary.n} patients, {summary.events} events, median {summary.median} {unit}; "
            f"the curve ends at {formats.years(float(curve.time[-1]))} {unit} at {last}."
        )
    if remark.parts:
        sentences.append(f"{_capital(str(remark))}.")
    if reported is not None:
        sentences.append(f"Shown above the curves for comparison: {reported.text}.")
    return " ".join(sentences)


def swimmer(courses: Sequence[Course], event: str | None, mechanisms: Mapping[str, str]) -> str:
    """Describe a swimmer plot: how many lanes, the range of times, the routes and how observation ended."""
    dated = [course.sorted_by for course in courses if course.dated]
    words = event.replace("_", " ") if event else ""
    sentences = [
        f"Swimmer plot with {len(courses)} lanes, one a patient, from the primary tumour to the last contact."
    ]
    if dated and not event:
        sentences.append(f"The observation lasts {formats.years(min(dated))} to {formats.years(max(dated))}.")
    elif dated:
        sentences.append(
            f"The time to {words} is stated for {len(dated)} and runs from {formats.years(min(dated))} to "
            f"{formats.years(max(dated))}."
        )
    if len(dated) < len(courses):
        sentences.append(f"{len(courses) - len(dated)} without a stated time are listed below the axis.")
    routes = Counter(mechanisms.get(course.mechanism, course.mechanism) for course in courses)
    if set(routes) != {NOT_STATED}:
        sentences.append(f"Route: {listed(routes)}.")
    sentences.append(f"Last contact: {listed(Counter(course.state for course in courses))}.")
    return " ".join(sentences)


def flow(evidence: Flow, titles: Mapping[str, str]) -> str:
    """Describe a flow diagram: the evidence, then each endpoint with its exclusions."""
    ends = (".used", ".events", ".excluded")
    chain = [f"{box.count} {box.label}" for box in evidence.boxes if not box.id.endswith(ends)]
    sentences = [f"Flow diagram. Evidence: {'; '.join(chain)}."]
    for name, title in titles.items():
        used, events, out = (evidence[f"{name}{end}"] for end in ends)
        why = listed({reason.label: reason.count for reason in out.reasons})
        left_out = f"{out.count} {out.label}" + (f" ({why})" if why else "")
        sentences.append(f"{title}: {used.count} {used.label}, {events.count} {events.label}; {left_out}.")
    return " ".join(sentences)


def listed(counts: Mapping[str, int]) -> str:
    """Join counted things: ``{"distant": 12, "contiguous": 2}`` becomes "12 distant; 2 contiguous"."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{count} {name}" for name, count in ordered if count)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
