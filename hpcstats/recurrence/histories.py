"""Patients instead of rows: the response of recurrent events, and what is the same in all rows of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpcstats.columns import BoolArray, FloatArray, IntArray, ObjectArray
from hpcstats.core.recurrent.recurrent_rows import RecurrentRows, place_rows
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DataError, listing
from hpcstats.groups import Groups, case_weights, needs_kind
from hpcstats.surv import Surv

INSTEAD = "It needs the rows of recurrent events: Surv.counting(start, stop, event, id=...)."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histories:
    """The patients of a response, numbered in the order of their first row.

    Attributes
    ----------
    response : Surv
        Their rows.
    patient : ndarray of int, shape (n,)
        Patient of each row.
    first_row : ndarray of int, shape (P,)
        Position of the first row of each patient in the data.
    """

    response: Surv
    patient: IntArray
    first_row: IntArray

    @classmethod
    def of(cls, response: Any, method: str) -> Histories:
        """Number the patients of a response.

        Raises
        ------
        DataError, UnsupportedError
            For anything but `Surv.counting`.
        """
        needs_kind(response, ("counting",), method, INSTEAD)
        number: dict[Any, int] = {}
        patient = np.array([number.setdefault(label, len(number)) for label in response.id.tolist()])
        first = np.full(len(number), patient.size)
        np.minimum.at(first, patient, np.arange(patient.size))
        return cls(response=response, patient=patient.astype(np.int64), first_row=first.astype(np.int64))

    @property
    def size(self) -> int:
        """Number of patients P."""
        return self.first_row.size

    @property
    def deaths(self) -> BoolArray:
        """Whether each row ends with the patient's death."""
        terminal = self.response.terminal
        return np.zeros(len(self.response), dtype=np.bool_) if terminal is None else terminal

    @property
    def start(self) -> FloatArray:
        """Beginning of each row."""
        return np.asarray(self.response.entry, dtype=np.float64)

    @property
    def ids(self) -> ObjectArray:
        """Identifier of each row's patient."""
        return np.asarray(self.response.id, dtype=object)

    @property
    def order(self) -> IntArray:
        """Positions of the rows, those of a patient together and in order of time."""
        return np.lexsort((self.response.time, self.start, self.patient))

    def groups(self, values: Any, name: str = "group") -> Groups:
        """Read one label a row, the same in all rows of a patient; returns one a patient.

        Raises
        ------
        DataError
            Where two rows of a patient differ.
        """
        return self.of_patients(Groups.of(values, self.response, name), name)

    def of_patients(self, rows: Groups, name: str) -> Groups:
        """Return the groups of patients that the groups of their rows agree on."""
        return Groups(rows.labels, self.constant(rows.codes, name))

    def weights(self, values: Any) -> FloatArray:
        """Read one weight a row, the same in all rows of a patient; returns one a patient."""
        each = case_weights(values, self.response)
        return np.asarray(self.constant(each, "weights"), dtype=np.float64)

    def constant(self, values: NDArray[Any], name: str) -> Any:
        """Return the value of each patient.

        Raises
        ------
        DataError
            Where two rows of a patient differ.
        """
        each = values[self.first_row]
        rows = np.flatnonzero(values != each[self.patient])
        if rows.size:
            whom = listing(dict.fromkeys(self.ids[rows].tolist()))
            raise DataError(
                f"{name} changes within a patient ({whom}). Give all rows of one the same.", rows=rows
            )
        return each

    def rows_of(self, chosen: BoolArray, *, death: bool = True) -> tuple[RecurrentRows, IntArray]:
        """Place the rows of the patients chosen (P,) on a grid; returns their numbers as well.

        Without `death` a patient's death is the end of observation.
        """
        kept = chosen[self.patient]
        numbers, code = np.unique(self.patient[kept], return_inverse=True)
        rows = place_rows(
            self.start[kept],
            self.response.time[kept],
            self.response.event[kept],
            self.deaths[kept] & death,
            code.reshape(-1).astype(np.int64),
        )
        return rows, numbers

    def begin(self) -> FloatArray:
        """Return when the observation of each patient begins."""
        found = np.full(self.size, np.inf)
        np.minimum.at(found, self.patient, self.start)
        return found

    def end(self) -> FloatArray:
        """Return when the observation of each patient ends."""
        found = np.full(self.size, -np.inf)
        np.maximum.at(found, self.patient, self.response.time)
        return found

    def unobserved(self, chosen: BoolArray) -> tuple[tuple[float, float], ...]:
        """Return the times from 0 on at which none of the patients chosen (P,) is under observation."""
        kept = chosen[self.patient]
        order = np.argsort(self.start[kept], kind="stable")
        start, stop = self.start[kept][order], self.response.time[kept][order]
        reached = np.concatenate([[0.0], np.maximum.accumulate(stop)[:-1]])
        apart = np.flatnonzero(start - reached > SAME_TIME * np.maximum(1.0, reached))
        return tuple((float(reached[k]), float(start[k])) for k in apart)

    def with_gaps(self) -> IntArray:
        """Return the patients with a time between their rows at which they were not observed."""
        order = self.order
        patient, start, stop = self.patient[order], self.start[order], self.response.time[order]
        apart = start[1:] - stop[:-1] > SAME_TIME * np.maximum(1.0, np.abs(stop[:-1]))
        return np.unique(patient[1:][(patient[1:] == patient[:-1]) & apart])

    def names(self, patients: IntArray) -> str:
        """List patients for a message."""
        return listing(self.ids[self.first_row[patients]].tolist())
