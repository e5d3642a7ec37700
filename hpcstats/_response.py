"""What every response holds and answers, however it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, ObjectArray
from hpcstats.numbers import patient_list

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "right", "counting", "interval", "right_truncated", "doubly_truncated", "competing", "multistate"
]

_ROWS = ("time", "status", "entry", "lower", "truncation", "terminal", "origin", "id")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Response:
    """The columns of a response, one value a row; `hpcstats.surv.Surv` says what each means."""

    kind: Kind
    unit: str
    time: FloatArray
    status: IntArray
    entry: FloatArray | None = None
    lower: FloatArray | None = None
    truncation: FloatArray | None = None
    terminal: BoolArray | None = None
    origin: IntArray | None = None
    causes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    id: ObjectArray | None = None

    def __post_init__(self) -> None:
        for name in _ROWS:
            values = getattr(self, name)
            if values is not None:
                values.flags.writeable = False

    def __len__(self) -> int:
        return int(self.time.size)

    def __repr__(self) -> str:
        if not len(self):
            return f"Surv.{self.kind}: no rows"
        last = self.time
        if self.kind == "interval" and self.lower is not None:
            last = np.where(np.isfinite(self.time), self.time, self.lower)
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

    def take(self, rows: Any) -> Self:
        """Keep the rows given by position or by a boolean mask."""
        columns = {name: getattr(self, name) for name in _ROWS}
        kept: dict[str, Any] = {
            name: values if values is None else values[rows] for name, values in columns.items()
        }
        return replace(self, **kept)

    def to_frame(self) -> pd.DataFrame:
        """Return the response as a frame, one row a row."""
        import pandas as pd

        return pd.DataFrame({name: values for name, values in self._columns().items() if values is not None})

    def _columns(self) -> dict[str, Any]:
        if self.kind == "interval":
            return {"id": self.id, "lower": self.lower, "upper": self.time}
        if self.kind == "doubly_truncated":
            return {"id": self.id, "lower": self.lower, "time": self.time, "upper": self.truncation}
        if self.kind == "multistate":
            names = np.array([None, *self.states], dtype=object)
            moves = {"from_state": names[self.origin], "to_state": names[self.status]}
            return {"id": self.id, "start": self.entry, "stop": self.time, **moves}
        return {
            name: getattr(self, name) for name in ("id", "entry", "time", "status", "terminal", "truncation")
        }
