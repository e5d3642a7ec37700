"""`Surv`: the one response type, validated once, at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats import _response_checks as checks
from hpcstats._response import Response
from hpcstats.columns import as_events, as_labels, as_numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Surv(Response):
    """Times to an event with what is known of them: the response of every method.

    Build one with `Surv.right`, `Surv.counting`, `Surv.interval`, `Surv.right_truncated`,
    `Surv.doubly_truncated`, `Surv.competing` or `Surv.multistate`. Nothing is recoded, dropped, clipped
    or jittered: input that is not what it is said to be raises a `DataError` that names the rows.

    Attributes
    ----------
    kind : str
        Which of the constructors made it.
    unit : str
        Unit of all times, for labels only.
    time : ndarray of float, shape (n,)
        Exit time; for interval data the upper end.
    entry : ndarray of float or None
        Delayed entry (or start of the row); at risk at t means ``entry < t <= time``.
    status : ndarray of int, shape (n,)
        0 for censored, 1 for the event, or the number of the cause (competing) or of the state that is
        entered (multistate).
    lower : ndarray of float or None
        Lower ends of interval data; the event lies in ``(lower, time]``. For double truncation: the case
        is seen only because ``lower <= time``.
    truncation : ndarray of float or None
        The case is seen only because ``time <= truncation`` (right and double truncation).
    terminal : ndarray of bool or None
        Whether the patient died at the end of the row (counting).
    origin : ndarray of int or None
        Number of the state the row is spent in (multistate).
    causes, states : tuple of str
        Names of causes (competing) or states (multistate) 1, 2, ...
    id : ndarray of object or None
        Identifier of each row's patient.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([5, 13, 17, 8], [True, True, False, True], id=["a", "b", "c", "d"])
    >>> y
    Surv.right: 4 rows, 3 events, times 5 to 17 years
    """

    @classmethod
    def right(cls, time: Any, event: Any, *, entry: Any = None, id: Any = None, unit: str = "years") -> Surv:
        """Right-censored times, optionally with delayed entry.

        Parameters
        ----------
        time : column of numbers
            Time from the origin to the event or to the last observation, ``>= 0``.
        event : column of bool or 0/1
            Whether the event happened at `time`.
        entry : column of numbers, optional
            Time at which observation began; must be smaller than `time`.
        id : column, optional
            One distinct identifier a row.
        unit : str
            Unit of the times.

        Raises
        ------
        DataError
            For missing, negative or infinite times, other event codings, ``entry >= time``, unequal
            lengths or repeated identifiers.
        """
        times, events = as_numbers(time, "time"), as_events(event)
        entries = None if entry is None else as_numbers(entry, "entry")
        labels = None if id is None else as_labels(id, "id")
        checks.same_length(time=times, event=events, entry=entries, id=labels)
        checks.observed_times(times, "time")
        if entries is not None:
            checks.entry_before_exit(entries, times, "entry", "time")
        checks.one_row_each(labels)
        return cls(
            kind="right", unit=unit, time=times, status=events.astype(np.int64), entry=entries, id=labels
        )

    @classmethod
    def counting(
        cls, start: Any, stop: Any, event: Any, *, id: Any, terminal: Any = None, unit: str = "years"
    ) -> Surv:
        """Rows ``(start, stop]`` of recurrent events or time-varying covariates, several a patient.

        `terminal` (bool or 0/1) says whether the patient died at `stop`, which ends all recurrences; a row
        may end with an event and the death at once. A second event of a patient at the same time is a row
        without length, ``(stop, stop]``, for recurrences only.

        Raises
        ------
        DataError
            As `Surv.right`, when two rows of one patient overlap, and for rows after a death.
        """
        starts, stops = as_numbers(start, "start"), as_numbers(stop, "stop")
        events, labels = as_events(event), as_labels(id, "id")
        deaths = None if terminal is None else as_events(terminal, "terminal")
        checks.same_length(start=starts, stop=stops, event=events, terminal=deaths, id=labels)
        checks.observed_times(stops, "stop")
        again = checks.further_events_at_once(labels, starts, stops, events)
        checks.entry_before_exit(starts[~again], stops[~again], "start", "stop", np.flatnonzero(~again))
        checks.rows_do_not_overlap(labels, starts, stops)
        if deaths is not None:
            checks.nothing_after_death(labels, stops, deaths)
        status = events.astype(np.int64)
        return cls(
            kind="counting", unit=unit, time=stops, status=status, entry=starts, terminal=deaths, id=labels
        )

    @classmethod
    def interval(cls, lower: Any, upper: Any, *, id: Any = None, unit: str = "years") -> Surv:
        """Events known to lie in ``(lower, upper]``.

        Equal ends are an exact time, ``upper=inf`` (or missing) is right-censored at `lower`.

        Raises
        ------
        DataError
            For missing or negative lower ends and for ``upper < lower``.
        """
        lowers, uppers = as_numbers(lower, "lower"), as_numbers(upper, "upper")
        labels = None if id is None else as_labels(id, "id")
        checks.same_length(lower=lowers, upper=uppers, id=labels)
        checks.observed_times(lowers, "lower")
        uppers = np.where(np.isnan(uppers), np.inf, uppers)
        checks.ordered(lowers, uppers, "lower", "upper")
        checks.one_row_each(labels)
        status = np.isfinite(uppers).astype(np.int64)
        return cls(kind="interval", unit=unit, time=uppers, lower=lowers, status=status, id=labels)

    @classmethod
    def right_truncated(cls, time: Any, truncation: Any, *, id: Any = None, unit: str = "years") -> Surv:
        """Event times of cases that are seen only because ``time <= truncation``.

        An infinite truncation is none.

        Raises
        ------
        DataError
            For missing values, negative or infinite times and for ``time > truncation``.
        """
        times, limits = as_numbers(time, "time"), as_numbers(truncation, "truncation")
        labels = None if id is None else as_labels(id, "id")
        checks.same_length(time=times, truncation=limits, id=labels)
        checks.observed_times(times, "time")
        checks.ordered(times, limits, "time", "truncation")
        checks.one_row_each(labels)
        status = np.ones(times.size, dtype=np.int64)
        return cls(kind="right_truncated", unit=unit, time=times, status=status, truncation=limits, id=labels)

    @classmethod
    def doubly_truncated(
        cls, time: Any, lower: Any, upper: Any, *, id: Any = None, unit: str = "years"
    ) -> Surv:
        """Event times of cases that are seen only because ``lower <= time <= upper``.

        Infinite limits are no limits.

        Raises
        ------
        DataError
            For missing values, negative times and for times outside their limits.
        """
        times, lowers, uppers = (
            as_numbers(time, "time"),
            as_numbers(lower, "lower"),
            as_numbers(upper, "upper"),
        )
        labels = None if id is None else as_labels(id, "id")
        checks.same_length(time=times, lower=lowers, upper=uppers, id=labels)
        checks.observed_times(times, "time")
        checks.ordered(lowers, times, "lower", "time")
        checks.ordered(times, uppers, "time", "upper")
        checks.one_row_each(labels)
        status = np.ones(times.size, dtype=np.int64)
        return cls(
            kind="doubly_truncated",
            unit=unit,
            time=times,
            status=status,
            lower=lowers,
            truncation=uppers,
            id=labels,
        )

    @classmethod
    def competing(
        cls,
        time: Any,
        cause: Any,
        *,
        causes: Sequence[Any],
        entry: Any = None,
        id: Any = None,
        unit: str = "years",
    ) -> Surv:
        """Times to the first of several kinds of event.

        Parameters
        ----------
        time : column of numbers
            Time to the event or to the last observation.
        cause : column
            What happened: a value of `causes`, its number 1, 2, ... when `causes` are names and the
            column holds integers, or 0 / None for censored.
        causes : sequence
            The kinds of event in order.
        entry, id, unit
            As in `Surv.right`.

        Raises
        ------
        DataError
            For a cause outside `causes`, and as `Surv.right`.
        """
        times = as_numbers(time, "time")
        names = tuple(str(name) for name in causes)
        codes = checks.cause_codes(cause, causes)
        entries = None if entry is None else as_numbers(entry, "entry")
        labels = None if id is None else as_labels(id, "id")
        checks.same_length(time=times, cause=codes, entry=entries, id=labels)
        checks.observed_times(times, "time")
        if entries is not None:
            checks.entry_before_exit(entries, times, "entry", "time")
        checks.one_row_each(labels)
        return cls(
            kind="competing", unit=unit, time=times, status=codes, entry=entries, causes=names, id=labels
        )

    @classmethod
    def multistate(
        cls,
        start: Any,
        stop: Any,
        from_state: Any,
        to_state: Any,
        *,
        states: Sequence[Any],
        id: Any,
        unit: str = "years",
    ) -> Surv:
        """Stays ``(start, stop]`` in states and the moves between them, one row a stay.

        Parameters
        ----------
        start, stop : columns of numbers
            The stay; time runs on from the patient's origin.
        from_state : column
            The state the row is spent in: one of `states`.
        to_state : column
            The state entered at `stop`, or None where the observation ends in `from_state`.
        states : sequence
            All states in order.
        id : column
            The patient of each row.

        Raises
        ------
        DataError
            As `Surv.counting`, for states outside `states`, for a move from a state to itself, and when a
            row does not begin in the state that the row before it led to.
        """
        starts, stops = as_numbers(start, "start"), as_numbers(stop, "stop")
        names = tuple(str(name) for name in states)
        here = checks.state_codes(from_state, states, "from_state", may_be_missing=False)
        there = checks.state_codes(to_state, states, "to_state", may_be_missing=True)
        labels = as_labels(id, "id")
        checks.same_length(start=starts, stop=stops, from_state=here, to_state=there, id=labels)
        checks.observed_times(stops, "stop")
        checks.entry_before_exit(starts, stops, "start", "stop")
        checks.rows_do_not_overlap(labels, starts, stops)
        checks.moves_follow_each_other(labels, starts, here, there, names)
        return cls(
            kind="multistate",
            unit=unit,
            time=stops,
            status=there,
            entry=starts,
            origin=here,
            states=names,
            id=labels,
        )
