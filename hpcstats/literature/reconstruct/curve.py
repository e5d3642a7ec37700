"""`from_curve`: patients behind a published Kaplan-Meier curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_numbers
from hpcstats.errors import DataError, NonIdentifiableWarning, check_option, listing, warn
from hpcstats.literature.reconstruct.curve_clicks import Clicks
from hpcstats.literature.reconstruct.curve_fit import fitted
from hpcstats.literature.reconstruct.curve_result import ReconstructedCurve, response_of
from hpcstats.literature.reconstruct.curve_steps import Rebuilt, even

CENSORING = ("fitted", "even")
_FAR = 0.02
_CONVENTIONS = (
    "Events stand at the points of the curve, censorings midway between two points, the rest at the last.",
    "At risk at a time of the table: everybody with an event or a censoring at that time or later.",
    "A rebuilt patient is no person: no covariates, no links to other endpoints or groups.",
)


def from_curve(
    time: Any,
    survival: Any,
    *,
    at_risk: Any = None,
    n: int | None = None,
    events: int | None = None,
    censoring: str = "fitted",
    precision: float = 0.002,
    largest_rise: float = 0.02,
    label: str = "rebuilt",
    unit: str = "years",
) -> ReconstructedCurve:
    r"""Individual patient data that reproduce a published Kaplan-Meier curve.

    Use it to put a published cohort beside case-level data, or to pool curves. The rebuilt data are good for
    the curve, its median and restricted mean, and for comparing whole curves; they know nothing of
    covariates, and single censoring times are guesses. With the patients at hand, use the patients.

    Parameters
    ----------
    time, survival : columns of numbers
        Points read off the curve: the foot of each step at least, survival as proportions from 0 to 1.
    at_risk : mapping of time to number, or pair of columns, optional
        The numbers at risk printed below the curve, the first at time 0.
    n : int, optional
        Number of patients, where no table is printed.
    events : int, optional
        Total number of events, where it is stated.
    censoring : {"fitted", "even"}
        Where the censored left within each interval of the table: where the steps of the curve then agree
        with those read, as evenly as that allows; or evenly (Guyot's algorithm as it stands).
    precision : float
        How exactly heights were read; half a unit of the last digit where they are printed.
    largest_rise : float
        A curve read may rise by this much through unsteady reading; it is levelled. More is an error.
    label : str
        Rebuilt patients are called ``"<label> 1"`` and so on.
    unit : str
        Unit of the times.

    Returns
    -------
    ReconstructedCurve
        With `response`, `to_frame` (curve against curve), `risk_table`, `errors`, `changes_frame`.

    Raises
    ------
    DataError
        For points that cannot be a survival curve, and numbers at risk that rise, have gaps or do not begin
        at 0.

    Notes
    -----
    Guyot, Ades, Ouwens & Welton 2012 (doi:10.1186/1471-2288-12-9). Between two times of the risk table

    .. math:: d_k = \mathrm{round}\{n_k (1 - S_k / \hat K_{k-1})\}, \quad
              \hat K_k = \hat K_{k-1} (1 - d_k / n_k), \quad n_{k+1} = n_k - d_k - c_k,

    with as many censorings c as make the next number at risk right. After the last number at risk they go on
    at the rate of the intervals before, or as the total of events demands. With ``censoring="fitted"`` they
    are then placed by dynamic programming so that no point is missed by more than `precision`, if possible.
    Everything done to the points read is in `changes_frame`; nothing is changed silently.

    What no algorithm mends: without numbers at risk, censoring and a lower curve look alike (none is assumed,
    and the numbers at risk come out too high); a curve that was smoothed, cut off, or drawn without its last
    steps; ties among times, which the resolution of the figure makes.

    Examples
    --------
    Remission of 21 children under 6-mercaptopurine (Freireich et al. 1963), as printed: nine relapses, and
    the median of 23 weeks.

    >>> from hpcstats.literature.reconstruct.curve import from_curve
    >>> week = [0, 6, 7, 10, 13, 16, 22, 23]
    >>> proportion = [1, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    >>> table = {0: 21, 5: 21, 10: 15, 15: 11, 20: 8}
    >>> found = from_curve(
    ...     week, proportion, at_risk=table, events=9, precision=0.0005, unit="weeks"
    ... )
    >>> found.errors().round(4)
                          measure  published  rebuilt  difference
    0   root_mean_square_distance        NaN      NaN      0.0002
    1               mean_distance        NaN      NaN      0.0002
    2            largest_distance        NaN      NaN      0.0005
    3  largest_at_risk_difference        NaN      NaN      0.0000
    4                      events        9.0      9.0      0.0000
    5                      median       23.0     23.0      0.0000
    >>> found.to_frame()[["time", "rebuilt", "at_risk", "events"]].round(3).tail(3)
        time  rebuilt  at_risk  events
    8   20.0    0.627        8       0
    9   22.0    0.538        7       1
    10  23.0    0.448        6       1
    """
    check_option("censoring", censoring, CENSORING)
    _positive("precision", precision)
    _positive("largest_rise", largest_rise)
    table, numbers = _risk_table(at_risk, n)
    total = _total(events, int(numbers[0]))
    clicks = Clicks.of(time, survival, largest_rise)
    used = table <= clicks.time[-1]
    clicks = clicks.with_points_at(table[used], only_where_none=censoring == "even")
    points = (clicks.time, clicks.survival, table[used], numbers[used], total)
    found = even(*points) if censoring == "even" else fitted(*points, precision)
    return _result(found, clicks, (table, numbers, used), total, censoring, label, unit)


def _positive(name: str, value: Any) -> None:
    if not isinstance(value, (int, float)) or not 0 < value < 1:
        raise DataError(f"{name} must be a proportion between 0 and 1, such as 0.002, not {value!r}.")


def _total(events: Any, number: int) -> int | None:
    if events is None:
        return None
    if isinstance(events, bool) or not isinstance(events, (int, np.integer)) or not 0 <= events <= number:
        raise DataError(f"events must be a whole number from 0 to the {number} patients, not {events!r}.")
    return int(events)


def _risk_table(at_risk: Any, n: Any) -> tuple[FloatArray, IntArray]:
    """Read the numbers at risk, or the number of patients alone."""
    if at_risk is None and n is None:
        raise DataError("from_curve needs the numbers at risk, at_risk={0: 213, 10: 122}, or n=.")
    if at_risk is None:
        at_risk = {0: n}
    pair = (list(at_risk), list(at_risk.values())) if isinstance(at_risk, Mapping) else tuple(at_risk)
    if len(pair) != 2:
        raise DataError("at_risk must be a mapping of time to number, or a pair: times and numbers.")
    times, numbers = as_numbers(pair[0], "times of at_risk"), as_numbers(pair[1], "at_risk")
    if times.size != numbers.size or not times.size:
        raise DataError(f"at_risk has {times.size} times and {numbers.size} numbers. Give one for each.")
    if times[0] != 0 or not (np.diff(times) > 0).all():
        raise DataError("The times of at_risk must begin with 0 and rise.")
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0) & (numbers % 1 == 0)))
    if wrong.size or numbers[0] < 1:
        raise DataError("at_risk must be whole numbers, 0 or more, the first of them at least 1.", rows=wrong)
    rises = np.flatnonzero(np.diff(numbers) > 0) + 1
    if rises.size:
        shown = listing(f"{numbers[row]:g} at {times[row]:g}" for row in rises)
        raise DataError(f"Numbers at risk cannot rise ({shown}). Read the table again.", rows=rises)
    if n is not None and n != numbers[0]:
        raise DataError(f"n={n} is not the first number at risk, {numbers[0]:g}. Leave n out.")
    return times, numbers.astype(np.int64)


def _result(
    found: Rebuilt,
    clicks: Clicks,
    risk: tuple[FloatArray, IntArray, BoolArray],
    total: int | None,
    censoring: str,
    label: str,
    unit: str,
) -> ReconstructedCurve:
    table, numbers, used = risk
    response = response_of(found, label, unit)
    # A time of the table after the last point has nobody left: all are censored by then.
    rebuilt = np.array([np.count_nonzero(response.time >= t) for t in table], dtype=np.int64)
    start = found.at_risk[np.searchsorted(found.time, table[used])]
    rebuilt[used] = start
    gap = float(np.abs(found.estimate - clicks.survival).max())
    notes = _notes(clicks, table[~used], numbers - rebuilt, gap, response.n_events, total)
    for note in notes:
        warn(note, NonIdentifiableWarning)
    return ReconstructedCurve(
        n=int(numbers[0]),
        n_events=response.n_events,
        method=_sentence(censoring, table.size, total),
        conventions=_CONVENTIONS,
        warnings=notes,
        response=response,
        time=found.time,
        published=clicks.survival,
        rebuilt=found.estimate,
        at_risk=found.at_risk[:-1].copy(),
        events=found.events,
        censored=found.censored,
        table_time=table,
        table_published=numbers,
        table_rebuilt=rebuilt,
        total_events=total,
        changes=clicks.changes,
    )


def _notes(
    clicks: Clicks, beyond: FloatArray, missing: IntArray, gap: float, events: int, total: int | None
) -> tuple[str, ...]:
    """Say what makes the rebuilt data doubtful."""
    notes = []
    altered = [change for change in clicks.changes if change.row is not None]
    if altered:
        notes.append(f"{len(altered)} points were not used as they were read: see changes_frame().")
    if beyond.size:
        times = listing(f"{time:g}" for time in beyond)
        notes.append(f"Numbers at risk after the last point ({times}) are not used.")
    if np.abs(missing[: missing.size - beyond.size]).any():
        notes.append("The numbers at risk cannot all be met by this curve: see risk_table().")
    if gap > _FAR:
        notes.append(f"The rebuilt curve is up to {gap:.3f} from the published one: see to_frame().")
    if total is not None and events != total:
        notes.append(f"The rebuilt data have {events} events, {total} were published.")
    return tuple(notes)


def _sentence(censoring: str, rows: int, total: int | None) -> str:
    known = [f"{rows} numbers at risk" if rows > 1 else "the number of patients"]
    known += [] if total is None else ["the total of events"]
    how = "spread evenly between them" if censoring == "even" else "placed where the steps of the curve agree"
    return (
        "Individual patient data rebuilt from the points of the published Kaplan-Meier curve and "
        f"{' and '.join(known)} by the algorithm of Guyot et al. (2012), censorings {how}."
    )
