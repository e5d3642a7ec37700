"""Table of event-free proportions at chosen times, medians and restricted means, by endpoint and group."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Text
from hpcstats.tables.pieces import BEYOND, EMPTY, Basis, named, with_limits
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.nonparametric import SurvivalCurves

_SAME_TIME = 1e-9
_EVERYBODY = "All patients"
_UNREACHED = "not reached"


def estimates(
    curves: Mapping[str, SurvivalCurves],
    times: Sequence[float],
    *,
    estimands: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    restricted_mean: Mapping[str, float] | None = None,
    follow_up: bool = False,
    caption: str | Text = "Proportion of patients still without the event, and median time to it.",
) -> Table:
    """Event-free proportions at chosen times, with intervals and numbers at risk, by endpoint and group.

    Parameters
    ----------
    curves : mapping of str to SurvivalCurves
        Curves of each endpoint, from `hpcstats.kaplan_meier`; all in one unit of time.
    times : sequence of float
        Times of the proportions. Beyond a group's follow-up the cell is an en dash.
    estimands : mapping of str to str, optional
        What is estimated, in words, for each endpoint: heading of its section. Where every patient had
        the event say so ("…, among reported cases"); such a curve is no survival curve.
    labels : mapping of str to str, optional
        Printed names: of an endpoint under its name, of a group under ``"endpoint=group"`` or its name.
    restricted_mean : mapping of str to float, optional
        Horizon of the restricted mean time of the endpoints that have one.
    follow_up : bool, default False
        Whether to print the median follow-up of each group (reverse Kaplan-Meier), with limits.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        A row for each group: patients, events, proportions, median, restricted mean, median follow-up,
        interval method.
        Numbers have identifiers such as ``local_recurrence.gross_total.5_years.estimate``.

    Raises
    ------
    DataError
        For estimands or horizons of unknown endpoints, no curves, or times that are no times.
    DesignError
        For curves in different units, and for horizons beyond follow-up.

    Examples
    --------
    >>> import hpcstats as hs
    >>> km = hs.kaplan_meier(hs.Surv.right([2, 4, 6, 9], [1, 1, 1, 0]))
    >>> for row in estimates({"recurrence": km}, [5, 10]).cells():
    ...     print(" | ".join(row))
    Group | Patients | Events | 5 years | 10 years | Median (interval) | Interval
    Recurrence |  |  |  |  |  |
    All patients | 4 | 3 | 0.50 (0.07 to 0.93) [2] | – | 5.0 (0.0 to ∞) | 95% beta product
    """
    named_labels, means = labels or {}, restricted_mean or {}
    unit = _check(curves, times, [*(estimands or {}), *means])
    rows: list[Row] = []
    for name, curve in curves.items():
        heading = (estimands or {}).get(name) or named(name, named_labels)
        rows.append(Row(kind="section", label=Text.of(heading)))
        rows += _group_rows(name, curve, times, named_labels, means, follow_up=follow_up)
    return Table(
        caption=Text.of(caption),
        stub="Group",
        columns=_columns(times, unit, with_means=bool(means), follow_up=follow_up),
        rows=tuple(rows),
        notes=_notes(curves, with_means=bool(means), follow_up=follow_up),
    )


def _check(curves: Mapping[str, SurvivalCurves], times: Sequence[float], mentioned: Sequence[str]) -> str:
    if not curves:
        raise DataError("There are no curves. Give at least one endpoint.")
    unknown = [name for name in mentioned if name not in curves]
    if unknown:
        raise DataError(f"There are no curves of {listing(unknown)}. The endpoints are {listing(curves)}.")
    wrong = [time for time in times if not (math.isfinite(time) and time >= 0)]
    if wrong or len(set(times)) < len(times):
        raise DataError(f"times must be distinct numbers from 0 on, not {listing(times)}.")
    units = {name: curve.response.unit for name, curve in curves.items()}
    if len(set(units.values())) > 1:
        shown = listing(f"{name}: {unit}" for name, unit in units.items())
        raise DesignError(f"All curves of a table need one unit of time, but there are {shown}.")
    return next(iter(units.values()))


def _columns(times: Sequence[float], unit: str, *, with_means: bool, follow_up: bool) -> tuple[Column, ...]:
    spanner = Text.of("Proportion still without the event (interval) [at risk]")
    at_times = [
        Column(key=f"at_{k}", label=Text.of(_moment(time, unit)), spanner=spanner)
        for k, time in enumerate(times)
    ]
    mean = [Column(key="mean", label=Text.of("Restricted mean (interval)"))] if with_means else []
    looked = [Column(key="follow_up", label=Text.of("Median follow-up (interval)"))] if follow_up else []
    return (
        Column(key="n", label=Text.of("Patients")),
        Column(key="events", label=Text.of("Events")),
        *at_times,
        Column(key="median", label=Text.of("Median (interval)")),
        *mean,
        *looked,
        Column(key="interval", label=Text.of("Interval"), alignment="left"),
    )


def _moment(time: float, unit: str) -> str:
    return f"{time:g} {unit.removesuffix('s') if time == 1 else unit}"


def _group_rows(
    name: str,
    curves: SurvivalCurves,
    times: Sequence[float],
    labels: Mapping[str, str],
    means: Mapping[str, float],
    *,
    follow_up: bool,
) -> Iterator[Row]:
    medians = curves.quantile(0.5).to_dict(orient="records")
    areas = curves.rmst(means[name]).to_dict(orient="records") if name in means else []
    looked = curves.median_follow_up().to_dict(orient="records") if follow_up else []
    sizes = curves.groups.sizes
    for k, (label, curve) in enumerate(curves):
        basis = Basis(patients=curves.patients(label)).below(name, label)
        cells = [
            Text.of(basis.count("n", int(sizes[k]), "Patients under observation.")),
            Text.of(basis.count("events", float(curve.events.sum()), "Patients with the event.")),
            *(_at(basis, curves, label, time) for time in times),
            _median(basis.below("median"), medians[k], curves),
        ]
        if means:
            cells.append(_area(basis.below("restricted_mean"), areas[k], curves) if areas else EMPTY)
        if follow_up:
            censored = bool((curve.counts.censored > 0).any())
            cells.append(_follow_up(basis.below("follow_up"), looked[k], curves, censored=censored))
        cells.append(Text.of(curves.interval_shown))
        yield Row(label=Text.of(_group_name(name, label, labels)), cells=tuple(cells))


def _group_name(endpoint: str, label: Any, labels: Mapping[str, str]) -> str:
    name = str(label)
    if name == "all" and f"{endpoint}=all" not in labels:
        return _EVERYBODY
    return labels.get(f"{endpoint}={name}") or named(name, labels)


def _at(basis: Basis, curves: SurvivalCurves, label: Any, time: float) -> Text:
    k = curves.labels.index(label)
    curve, unit = curves.curves[k], curves.response.unit
    if time > curve.end * (1 + _SAME_TIME):
        return Text.of(BEYOND)
    part = basis.below(_moment(time, unit))
    found = curves.at([time], beyond="limits").iloc[k]
    how = (
        f"Kaplan-Meier estimate of the proportion still without the event at {_moment(time, unit)}.",
        f"pointwise {curves.interval_shown} interval",
    )
    values = (float(found["estimate"]), float(found["low"]), float(found["high"]))
    estimate = with_limits(part, values, formats.proportion, how)
    table = curves.risk_table([time])
    at_risk = part.count(
        "at_risk", float(table["at_risk"].iloc[k]), f"Still at risk just after {_moment(time, unit)}."
    )
    return Text.of(estimate, " [", at_risk, "]")


def _median(basis: Basis, found: Mapping[Any, Any], curves: SurvivalCurves) -> Text:
    return _quantile(
        basis, found, curves, f"Median time to the event in {curves.response.unit} (Kaplan-Meier)."
    )


def _follow_up(basis: Basis, found: Mapping[Any, Any], curves: SurvivalCurves, *, censored: bool) -> Text:
    about = f"Median follow-up in {curves.response.unit} (reverse Kaplan-Meier)."
    if not censored:
        return Text.of(basis.number("estimate", math.nan, formats.NOT_ESTIMABLE, about))
    return _quantile(basis, found, curves, about)


def _quantile(basis: Basis, found: Mapping[Any, Any], curves: SurvivalCurves, about: str) -> Text:
    values = (float(found["estimate"]), float(found["low"]), float(found["high"]))
    how = (about, f"Brookmeyer-Crowley interval from the pointwise {curves.interval_shown} limits")
    if math.isfinite(values[0]):
        return with_limits(basis, values, formats.years, how)
    if math.isnan(values[1]):
        return Text.of(basis.number("estimate", values[0], _UNREACHED, how[0]))
    return with_limits(basis, values, formats.years, how, _UNREACHED)


def _area(basis: Basis, found: Mapping[Any, Any], curves: SurvivalCurves) -> Text:
    values = (float(found["estimate"]), float(found["low"]), float(found["high"]))
    to = _moment(float(found["horizon"]), curves.response.unit)
    how = (f"Mean time without the event up to {to}.", f"normal {formats.level(curves.level)} interval")
    return Text.of(with_limits(basis, values, formats.years, how), f", to {to}")


def _notes(curves: Mapping[str, SurvivalCurves], *, with_means: bool, follow_up: bool) -> tuple[Text, ...]:
    methods = list(dict.fromkeys(curve.method for curve in curves.values()))
    unit = next(iter(curves.values())).response.unit
    notes = [
        *methods,
        "At risk: still under observation without the event just after the time.",
        f"Median in {unit}, with Brookmeyer-Crowley limits from the same pointwise interval.",
        f"{_UNREACHED.capitalize()}: not within follow-up. {formats.fixed(math.inf, 0)}: no upper limit.",
    ]
    if any(curve.limits.low[0] == 1 for result in curves.values() for curve in result.curves):
        notes.append("Before the first event the proportion is 1 and its interval has no width.")
    if with_means:
        notes.append(
            f"Restricted mean: mean time without the event up to the horizon, in {unit}, normal interval."
        )
    if follow_up:
        notes.append(
            f"Median follow-up in {unit}: how long patients would have been observed without the event "
            "(reverse Kaplan-Meier curve, limits alike); not estimable where everybody had it."
        )
    notes.append(
        f"{BEYOND}: beyond follow-up, nothing is extrapolated. {formats.NOT_ESTIMABLE}: not estimable."
    )
    return tuple(Text.of(note) for note in notes)
