"""What all results share: one vocabulary, a tidy frame, a dictionary, a text and an HTML form."""

from __future__ import annotations

import dataclasses
import html
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from hpcstats.formats import settled

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["ok", "boundary", "not_estimable"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits, the level they are meant to hold, and the method that made them.

    Attributes
    ----------
    low, high : float
        The limits; infinite where an end is open, NaN where it cannot be estimated.
    level : float
        The probability the interval is meant to hold, as a proportion.
    method : str
        Name of the method.
    """

    low: float
    high: float
    level: float
    method: str

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result(ABC):
    """Base of every result: immutable, and able to say how it was made.

    Attributes
    ----------
    n, n_events : int
        Rows and events that entered.
    method : str
        A sentence fit for a Methods section.
    conventions : tuple of str
        The conventions the numbers follow.
    warnings : tuple of str
        What makes the answer fragile; the same texts were warned at the caller's line.
    status : {"ok", "boundary", "not_estimable"}
        Whether the estimate exists.
    reason : str
        Why the status is not "ok"; empty otherwise.
    """

    n: int
    n_events: int
    method: str
    conventions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    status: Status = "ok"
    reason: str = ""

    summary_fields: ClassVar[tuple[str, ...]] = (
        "n",
        "n_events",
        "status",
        "reason",
        "method",
        "conventions",
        "warnings",
    )

    def __post_init__(self) -> None:
        freeze(self)

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Return the result as a tidy frame with columns in a fixed order."""

    @abstractmethod
    def title(self) -> str:
        """Return the heading of the text form."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.title()}>"

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain Python values, ready for JSON (not-a-number becomes None)."""
        summary = {name: plain(getattr(self, name)) for name in self.summary_fields}
        frame = self.to_frame()
        rows = [
            {str(key): plain(value) for key, value in row.items()} for row in frame.to_dict(orient="records")
        ]
        return summary | {"rows": rows}

    def _notes(self) -> list[str]:
        status = [f"Status: {self.status} ({self.reason})"] if self.reason else []
        return [*status, self.method, *(f"Warning: {text}" for text in self.warnings)]

    def __str__(self) -> str:
        frame = self.to_frame()
        table = [] if frame.empty else [frame.to_string(index=False, float_format=_short, na_rep="-")]
        return "\n".join([self.title(), *table, *self._notes()])

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(index=False, float_format=_short, na_rep="-", border=0)
        heading = f"<p><b>{html.escape(self.title())}</b></p>"
        return heading + table + "".join(f"<p>{html.escape(note)}</p>" for note in self._notes())


def freeze(record: Any) -> None:
    """Make the arrays of a dataclass read-only."""
    # The names directly: `dataclasses.fields` costs as much as a small estimate.
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False


def plain(value: Any) -> Any:
    """Turn arrays, NumPy scalars, dataclasses and not-a-number into plain JSON values."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return None if np.isnan(value) else str(value) if np.isinf(value) else settled(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _short(value: float) -> str:
    return f"{value:.6g}"
