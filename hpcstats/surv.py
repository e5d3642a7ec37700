"""`Surv`: the one response type, validated once, at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpcstats import _response_checks as checks
from hpcstats.columns import BoolArray, FloatArray, IntArray, ObjectArray, as_events, as_labels, as_numbers
from hpcstats.numbers import patient_list

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["right", "counting", "interval", "right_truncated", "competing"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Surv:
    """Times to an event with what is known of them: the response of every method.

    Build one with `Surv.right`, `Surv.counting`, `Surv.interval`, `Surv.right_truncated` or
    `Surv.competing`. Nothing is recoded, dropped, clipped or jittered: input that is not what it is
    said to be raises a `DataError` that names the rows.

    Attributes
    ----------
    kind : str
        Which of the five constructors made it.
    unit : str
        Unit of all times, for labels only.
    time : ndarray of float, shape (n,)
        Exit time; for interval data the upper end.
    entry : ndarray of float or None
        Delayed entry (or start of the row); at risk at t means ``entry < t <= time``.
    status : ndarray of int, shape (n,)
        0 for censored, 1 for the event, or the number of the cause (competing).
    lower : ndarray of float or None
        Lower ends of interval data; the event lies in ``(lower, time]``.
    truncation : ndarray of float or None
        For right truncation: the case is seen only because ``time <= truncation``.
    causes : tuple of str
        Names of causes 1, 2, ... (competing).
    id : ndarray of object or None
        Identifier of each row's patient.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([5, 13, 17, 8], [True, True, False, True], id=["a", "b", "c", "d"])
    >>> y
    Surv.right: 4 rows, 3 events, times 5 to 17 years
    """

    kind: Kind
    unit: str
    time: FloatArray
    status: IntArray
    entry: FloatArray | None = None
    lower: FloatArray | None = None
    truncation: FloatArray | None = None
    causes: tuple[str, ...] = ()
    id: ObjectArray | None = None

    def __post_init__(self) -> None:
        for values in (self.time, self.status, self.entry, self.lower, self.truncation, self.id):
            if values is not None:
                values.flags.writeable = False

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
    def counting(cls, start: Any, stop: Any, event: Any, *, id: Any, unit: str = "years") -> Surv:
        """Rows ``(start, stop]`` of recurrent events or time-varying covariates, several a patient.

        Raises
        ------
        DataError
            As `Surv.right`, and when two rows of one patient overlap.
        """
        starts, stops = as_numbers(start, "start"), as_numbers(stop, "stop")
        events, labels = as_events(event), as_labels(id, "id")
        checks.same_length(start=starts, stop=stops, event=events, id=labels)
        checks.observed_times(stops, "stop")
        checks.entry_before_exit(starts, stops, "start", "stop")
        checks.rows_do_not_overlap(labels, starts, stops)
        return cls(
            kind="counting", unit=unit, time=stops, status=events.astype(np.int64), entry=starts, id=labels
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

        Raises
        ------
        DataError
            For missing, negative or infinite values and for ``time > truncation``.
        """
        times, limits = as_numbers(time, "time"), as_numbers(truncation, "truncation")
        labels = None if id is None else as_labels(id, "id")
        checks.same_length(time=times, truncation=limits, id=labels)
        checks.observed_times(times, "time")
        checks.observed_times(limits, "truncation")
        checks.ordered(times, limits, "time", "truncation")
        checks.one_row_each(labels)
        status = np.ones(times.size, dtype=np.int64)
        return cls(kind="right_truncated", unit=unit, time=times, status=status, truncation=limits, id=labels)

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

    def __len__(self) -> int:
        return int(self.time.size)

    def __repr__(self) -> str:
        if not len(self):
            return f"Surv.{self.kind}: no rows"
        last = self.time if self.lower is None else np.where(np.isfinite(self.time), self.time, self.lower)
        return (
            f"Surv.{self.kind}: {len(self)} rows, {self.n_events} events, "
            f"times {last.min():g} to {last.max():g} {self.unit}"
        )

    @property
    def event(self) -> BoolArray:
        """Whether each row ends with an event of any kind."""
        return self.status > 0

    @property
    def n_events(self) -> int:
        """Number of rows that end with an event."""
        return int(np.count_nonzero(self.status))

    def patients(self, rows: Any = slice(None)) -> tuple[str, ...]:
        """Return the sorted identifiers of these rows; empty without identifiers."""
        return () if self.id is None else patient_list(self.id[rows])

    def take(self, rows: Any) -> Surv:
        """Keep the rows given by position or by a boolean mask."""
        kept: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("time", "status", "entry", "lower", "truncation", "id")
        }
        return replace(self, **kept)

    def to_frame(self) -> pd.DataFrame:
        """Return the response as a frame, one row a row."""
        import pandas as pd

        if self.kind == "interval":
            columns: dict[str, Any] = {"id": self.id, "lower": self.lower, "upper": self.time}
        else:
            columns = {
                "id": self.id,
                "entry": self.entry,
                "time": self.time,
                "status": self.status,
                "truncation": self.truncation,
            }
        return pd.DataFrame({name: values for name, values in columns.items() if values is not None})
