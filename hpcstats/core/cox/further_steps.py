"""Efron's further steps of tied events, kept sparse: few cells of times and replicates hold any.

A cell is an event time of one replicate at which d > 1 events tie (two patients, or one drawn twice). Its
first step, which removes nothing, is part of the dense grid; the steps l = 1, ..., d - 1 that remove l / d of
the tied events are listed here, cell by cell, ordered by replicate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class FurtherSteps:
    """Cells (C,), their steps (E,) and the rows that die in them (M,).

    Attributes
    ----------
    time, column, number, each : ndarray, shape (C,)
        Event time, replicate, number of tied events and weight of each step.
    first, cell, fraction, weight, replicate : ndarray, shapes (C,) and (E,)
        Where the steps of a cell begin; cell, removed fraction, weight and replicate of each step.
    row, row_first, row_cell : ndarray, shapes (M,), (C,), (M,)
        Rows with the event in a cell, where those of a cell begin, and the cell of each.
    spot : ndarray, shape (M,)
        Position of the rows in arrays (n, B).
    replicates : int
        Their number B.
    dying, starts : ndarray
        Rows with an event by ascending time, and where each time begins.
    """

    time: IntArray
    column: IntArray
    number: FloatArray
    each: FloatArray
    first: IntArray
    cell: IntArray
    fraction: FloatArray
    weight: FloatArray
    replicate: IntArray
    row: IntArray
    row_first: IntArray
    row_cell: IntArray
    spot: IntArray
    replicates: int
    dying: IntArray
    starts: IntArray

    @classmethod
    def of(cls, tied: FloatArray, weight: FloatArray, dying: IntArray, starts: IntArray) -> FurtherSteps:
        """List the cells of tied events (T, B) with more than one."""
        column, time = np.nonzero((tied > 1).T)
        number = tied[time, column]
        return cls._of_cells(
            time, column, number, weight[time, column] / number, tied.shape[1], dying, starts
        )

    @classmethod
    def _of_cells(
        cls,
        time: IntArray,
        column: IntArray,
        number: FloatArray,
        each: FloatArray,
        replicates: int,
        dying: IntArray,
        starts: IntArray,
    ) -> FurtherSteps:
        first, cell, level = _runs((number - 1).astype(np.int64))
        sizes = np.diff(starts, append=dying.size)[time]
        row_first, row_cell, within = _runs(sizes)
        row = dying[starts[time[row_cell]] + within]
        return cls(
            time=time,
            column=column,
            number=number,
            each=each,
            first=first,
            cell=cell,
            fraction=(level + 1) / number[cell],
            weight=each[cell],
            replicate=column[cell],
            row=row,
            row_first=row_first,
            row_cell=row_cell,
            spot=row * replicates + column[row_cell],
            replicates=replicates,
            dying=dying,
            starts=starts,
        )

    def take(self, columns: IntArray) -> FurtherSteps:
        """Keep the replicates `columns`, in ascending order."""
        place = np.full(self.replicates, -1)
        place[columns] = np.arange(columns.size)
        kept = np.flatnonzero(place[self.column] >= 0)
        return self._of_cells(
            self.time[kept],
            place[self.column[kept]],
            self.number[kept],
            self.each[kept],
            columns.size,
            self.dying,
            self.starts,
        )

    def spread(self, replicates: int) -> FurtherSteps:
        """Repeat those of a single replicate."""
        if replicates == self.replicates:
            return self
        return self._of_cells(
            np.tile(self.time, replicates),
            np.repeat(np.arange(replicates), self.time.size),
            np.tile(self.number, replicates),
            np.tile(self.each, replicates),
            replicates,
            self.dying,
            self.starts,
        )

    def removed(self, values: FloatArray) -> FloatArray:
        """Sum `values` (m, M) over the rows of each cell: (m, C)."""
        if values.shape[1] == self.time.size:
            return values
        return np.add.reduceat(values, self.row_first, axis=1)

    def by_cell(self, values: FloatArray) -> FloatArray:
        """Add the steps (E,) of each cell: (C,)."""
        return np.add.reduceat(values, self.first)

    def by_replicate(self, values: FloatArray) -> FloatArray:
        """Add the cells (C,) of each replicate: (B,)."""
        sums = np.bincount(self.column, weights=values, minlength=self.replicates)
        return sums.astype(np.float64, copy=False)

    def places(self, grid: FloatArray) -> IntArray:
        """Return where in an array (T, m, B), flattened, the first of m numbers of each cell stands."""
        m, b = grid.shape[1:]
        where: IntArray = self.time * (m * b) + self.column
        return where

    def take_from_rows(self, values: FloatArray, risk: FloatArray, rows: FloatArray) -> None:
        """Take `values` (m, C) times the rows' `risk` (M,) from an array (n, m, B)."""
        m, b = rows.shape[1:]
        flat, column = rows.reshape(-1), self.column.take(self.row_cell)
        start = self.row * (m * b) + column
        for j in range(m):
            flat[start + j * b] -= values[j].take(self.row_cell) * risk


def _runs(sizes: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the start of each run, and for each element its run and its place within it."""
    first = np.cumsum(sizes) - sizes
    run = np.repeat(np.arange(sizes.size), sizes)
    return first, run, np.arange(run.size) - first[run]
