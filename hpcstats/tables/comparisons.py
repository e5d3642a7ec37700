"""Table of what differs between two groups: tests, and contrasts with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from hpcstats import formats
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Text
from hpcstats.tables.pieces import EMPTY, Basis, named, with_limits
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.compare import FixedTimeComparison, LogrankResult, MedianComparison, RmstComparison

    Comparison: TypeAlias = LogrankResult | FixedTimeComparison | MedianComparison | RmstComparison

_ACCEPTED = ("LogrankResult", "FixedTimeComparison", "MedianComparison", "RmstComparison")
_HYPOTHESES = {
    "LogrankResult": "the same hazard at all times",
    "FixedTimeComparison": "the same proportion without the event at that time",
    "MedianComparison": "the same median time",
    "RmstComparison": "the same mean time up to that horizon",
}
_RATIOS = ("ratio", "odds-ratio", "event-ratio", "lost-time-ratio")


def comparisons(
    results: Mapping[str, Comparison],
    *,
    questions: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    caption: str | Text = "What differs between the groups.",
) -> Table:
    """Tests and contrasts of two groups, one below the other, each with its method in a note.

    Parameters
    ----------
    results : mapping of str to LogrankResult, FixedTimeComparison, MedianComparison or RmstComparison
        From `logrank`, `compare_at`, `compare_medians` and `rmst_difference`, all of the same two groups.
    questions : mapping of str to str, optional
        How each comparison is headed.
    labels : mapping of str to str, optional
        Printed names of the groups.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        A row for each test or contrast: both groups, the contrast with its limits, the p-value; notes on what
        is tested, on which sides, and how. Numbers have identifiers such as
        ``five_years.difference.estimate``.

    Raises
    ------
    DataError
        Without results, for anything but these four kinds of them, or for questions about others.
    DesignError
        If the results are of different groups, or of other than two.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 2, 3, 5, 4, 6, 7, 9], [1, 1, 1, 1, 1, 0, 1, 0])
    >>> arm = ["old"] * 4 + ["new"] * 4
    >>> table = comparisons(
    ...     {"hazard": hs.logrank(y, arm)}, questions={"hazard": "Log-rank test"}
    ... )
    >>> for row in table.cells():
    ...     print(" | ".join(row))
    Comparison | New | Old | Contrast (interval) | p-value
    Log-rank test, events observed / expected | 2 / 4.3 | 4 / 1.7 |  | 0.057
    """
    first = _check(results, questions or {})
    names = {label: named(str(label), labels or {}) for label in first.labels}
    rows = [
        row
        for name, result in results.items()
        for row in _rows(Basis(patients=result.patients()).below(name), result, _heading(name, questions))
    ]
    return Table(
        caption=Text.of(caption),
        stub="Comparison",
        columns=(
            *(Column(key=f"group_{k}", label=Text.of(names[label])) for k, label in enumerate(first.labels)),
            Column(key="contrast", label=Text.of("Contrast (interval)")),
            Column(key="p_value", label=Text.of("p-value")),
        ),
        rows=tuple(rows),
        notes=tuple(_notes(results, questions, [names[label] for label in first.labels])),
    )


def _accepted(result: Any) -> bool:
    return type(result).__name__ in _ACCEPTED


def _check(results: Mapping[str, Comparison], questions: Mapping[str, str]) -> Comparison:
    if not isinstance(results, Mapping):
        raise DataError(f"results must be a mapping of names to results, not {type(results).__name__}.")
    if not results:
        raise DataError("There are no comparisons. Give at least one result.")
    others = [f"{name}: {type(found).__name__}" for name, found in results.items() if not _accepted(found)]
    if others:
        raise DataError(
            "A table of comparisons takes results of logrank, compare_at, compare_medians and "
            f"rmst_difference ({', '.join(_ACCEPTED)}), not {listing(others)}."
        )
    unknown = [name for name in questions if name not in results]
    if unknown:
        raise DataError(f"There is no comparison {listing(unknown)}. There are {listing(results)}.")
    first = next(iter(results.values()))
    differing = [name for name, result in results.items() if result.labels != first.labels]
    if differing or len(first.labels) != 2:
        raise DesignError(
            f"All comparisons of a table must be of the same two groups, not {listing(first.labels)}"
            f"{f' and other groups in {listing(differing)}' if differing else ''}."
        )
    return first


def _heading(name: str, questions: Mapping[str, str] | None) -> str:
    return (questions or {}).get(name) or named(name, {})


def _rows(basis: Basis, result: Any, heading: str) -> Iterator[Row]:
    if not hasattr(result, "by_group"):
        yield _test_row(basis, result, heading)
        return
    contrasts, groups = result.to_frame(), result.by_group()
    for _, found in contrasts.iterrows():
        contrast = str(found.get("contrast", getattr(result, "contrast", "")))
        part = basis.below(contrast, *([f"{found['time']:g}"] if "time" in found else []))
        own = groups[groups["time"] == found["time"]] if "time" in found else groups
        label = _label(heading, contrast, found, several=len(contrasts) > 1, unit=result.response.unit)
        printed = formats.proportion if hasattr(result, "survival") else formats.years
        cells = [
            _limits(part.below(f"group_{k}"), row, printed, f"{heading}, one group.", result)
            for k, row in enumerate(own.to_dict(orient="records"))
        ]
        shown = formats.ratio if contrast in _RATIOS else printed
        sides = "one-sided " if _one_sided_limits(result) else ""
        cells.append(_limits(part, found, shown, f"{label}, second group against first.", result, sides))
        yield Row(
            label=Text.of(label + _sides(result)),
            cells=(*cells, _p_value(part, float(found["p_value"]), result)),
        )


def _label(heading: str, contrast: str, found: Mapping[Any, Any], *, several: bool, unit: str) -> str:
    """Name a row by what tells it from its neighbours."""
    at = f", at {found['time']:g} {unit}" if "time" in found and several else ""
    plain = contrast == "difference" and ("time" in found or not several)
    return heading + at + ("" if plain else f", {contrast.replace('-', ' ')}")


def _one_sided_limits(result: Any) -> bool:
    has_them = hasattr(result, "by_group") and not hasattr(result, "horizon")
    return has_them and result.alternative != "two-sided"


def _sides(result: Any) -> str:
    """Mark what is one-sided: of restricted means, and of tests, only the p-value."""
    if result.alternative == "two-sided":
        return ""
    if _one_sided_limits(result):
        return f" (one-sided {formats.level(result.level)} limit and p-value: {result.alternative})"
    return f" (one-sided p-value: {result.alternative})"


def _test_row(basis: Basis, result: Any, heading: str) -> Row:
    cells = []
    for k, (observed, expected) in enumerate(zip(result.observed, result.expected, strict=True)):
        part = basis.below(f"group_{k}")
        cells.append(
            Text.of(
                part.count("observed", float(observed), "Events observed."),
                " / ",
                part.number(
                    "expected", float(expected), formats.fixed(float(expected), 1), "Events expected."
                ),
            )
        )
    label = Text.of(f"{heading}, events observed / expected{_sides(result)}")
    return Row(label=label, cells=(*cells, EMPTY, _p_value(basis, float(result.p_value), result)))


def _limits(
    basis: Basis,
    found: Mapping[Any, Any],
    printed: Callable[[float | None], str],
    about: str,
    result: Any,
    sides: str = "",
) -> Text:
    values = (float(found["estimate"]), float(found["low"]), float(found["high"]))
    shown = "not reached" if math.isnan(values[0]) and not math.isnan(values[1]) else None
    return with_limits(
        basis, values, printed, (about, f"{sides}{formats.level(result.level)} interval"), shown
    )


def _p_value(basis: Basis, value: float, result: Any) -> Text:
    return Text.of(basis.number("p_value", value, formats.p_value(value), result.method))


def _notes(
    results: Mapping[str, Comparison], questions: Mapping[str, str] | None, groups: list[str]
) -> Iterator[Text]:
    yield Text.of(f"Contrasts: {groups[1]} minus, or over, {groups[0]}. No correction for several tests.")
    yield Text.of(f"{_tails(results)}Each patient is in one group only: the groups are independent.")
    yield Text.of(_hypotheses(results, questions))
    for name, result in results.items():
        heading, method = _heading(name, questions), str(result.method)
        yield Text.of(method if method.startswith(heading) else f"{heading}: {method}")
        for warning in result.warnings:
            yield Text.of(f"{heading}: {warning}")


def _tails(results: Mapping[str, Comparison]) -> str:
    """Say how many sides the p-values have; those with one say so in their rows."""
    sides = {result.alternative == "two-sided" for result in results.values()}
    if sides == {True}:
        return "All p-values are two-sided. "
    return "P-values are two-sided where the row does not say otherwise. " if True in sides else ""


def _hypotheses(results: Mapping[str, Comparison], questions: Mapping[str, str] | None) -> str:
    """Write out what each test takes for granted until it is shown wrong."""
    tested: dict[str, list[str]] = {}
    for name, result in results.items():
        tested.setdefault(_HYPOTHESES[type(result).__name__], []).append(_heading(name, questions))
    said = "; ".join(f"{hypothesis} ({' and '.join(names)})" for hypothesis, names in tested.items())
    return f"Hypotheses tested, of both groups: {said}."
