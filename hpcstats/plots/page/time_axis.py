"""The time axis of a figure of curves: where it ends, its ticks, and where the curves are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hpcstats.errors import DesignError
from hpcstats.plots.page.sheet import round_ticks

_LEAST = 1e-9
"""Length of an axis on which nobody is followed beyond time 0."""


def axis_end(limit: float | None, last: Iterable[float]) -> float:
    """Return where the axis ends: at `limit`, or after the `last` times of all curves.

    Raises
    ------
    DesignError
        For a limit that is not above 0.

    Examples
    --------
    >>> axis_end(None, [3.0, 8.5])
    8.5
    """
    if limit is None:
        return max(*last, _LEAST)
    if not limit > 0:
        raise DesignError(f"limit={limit!r} leaves no time axis. Give a time after 0.")
    return float(limit)


def axis_ticks(ticks: Sequence[float] | None, end: float) -> tuple[float, ...]:
    """Return the ticks given, or some round ones.

    Raises
    ------
    DesignError
        For ticks outside the axis.

    Examples
    --------
    >>> axis_ticks(None, 8.5)
    (0.0, 2.0, 4.0, 6.0, 8.0)
    """
    if ticks is None:
        ticks = round_ticks(end, 6, [1, 2, 2.5, 5, 10])
    beyond = [tick for tick in ticks if not 0 <= tick <= end]
    if beyond:
        raise DesignError(f"The tick {beyond[0]:g} lies outside the time axis, 0 to {end:g}. Leave it out.")
    return tuple(float(tick) for tick in ticks)


def axis_horizon(given: float | None, ticks: Sequence[float], last: Iterable[float]) -> float:
    """Return the time at which curves are read: as given, or the last tick after 0 that every one reaches.

    Examples
    --------
    >>> axis_horizon(None, [0, 2, 4], [8.5, 3.0])
    2.0
    """
    if given is not None:
        return float(given)
    shortest = min(last)
    return float(max((tick for tick in ticks if 0 < tick <= shortest), default=shortest))
