"""What resampling needs of an estimator: its values under many rows of case weights at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """Values of k quantities under B weight rows, arrays of shape (B, k).

    Attributes
    ----------
    values : ndarray
        Estimates; infinite where they are known to be larger or smaller than any number, NaN where nothing
        is known.
    missing : ndarray of int
        0 for a finite estimate, else the number of the reason why there is none.
    errors : ndarray or None
        Standard errors.
    """

    values: FloatArray
    missing: IntArray
    errors: FloatArray | None = None

    @classmethod
    def joined(cls, parts: Sequence[Evaluated]) -> Evaluated:
        """Put pieces one after the other."""
        errors = [part.errors for part in parts if part.errors is not None]
        return cls(
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.missing for part in parts]),
            np.concatenate(errors) if errors else None,
        )

    @property
    def finite(self) -> BoolArray:
        """Where there is a finite estimate."""
        finite: BoolArray = self.missing == 0
        return finite


class Refits(Protocol):
    """An estimator as a function of case weights.

    Attributes
    ----------
    columns : mapping of str to tuple
        What names the k quantities in a frame, such as ``{"term": ("age", "resection")}``.
    reasons : tuple of str
        Why there may be no finite estimate; the first is empty.
    ignorable : tuple of bool
        For each reason whether such resamples can be left out without harm: they hold no information at all,
        so that what is left is the bootstrap given that there is some.
    logarithmic : bool
        Whether values are logarithms that are shown exponentiated.
    words : str
        How the refits are made, for a Methods section; may be empty.
    """

    @property
    def columns(self) -> Mapping[str, tuple[Any, ...]]:
        """Names of the quantities."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why there may be no finite estimate."""
        ...

    @property
    def ignorable(self) -> tuple[bool, ...]:
        """Which of these resamples can be left out."""
        ...

    @property
    def logarithmic(self) -> bool:
        """Whether values are logarithms."""
        ...

    @property
    def words(self) -> str:
        """How the refits are made."""
        ...

    def evaluate(self, weights: FloatArray, /, *, whole: bool, errors: bool = False) -> Evaluated:
        """Estimate under each row of weights (B, n).

        Parameters
        ----------
        weights : ndarray, shape (B, n)
            Case weights.
        whole : bool
            Whether they say how often each row stands for a patient (frequencies).
        errors : bool
            Whether standard errors are wanted.
        """
        ...


def evaluate_all(
    refits: Refits, pieces: Iterator[FloatArray], *, whole: bool, errors: bool = False
) -> Evaluated:
    """Evaluate piece by piece."""
    return Evaluated.joined([refits.evaluate(piece, whole=whole, errors=errors) for piece in pieces])


def quantity_names(refits: Refits) -> list[str]:
    """Name each quantity in one text."""
    return [
        " ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in parts)
        for parts in zip(*refits.columns.values(), strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class OwnStatistic:
    """A user's function of weights.

    Attributes
    ----------
    function : callable
        Takes weights (B, n); returns values (B, k), (B,) for a single one, or a pair of values and standard
        errors.
    used : ndarray of int, shape (m,)
        Positions of the rows that are resampled among the n rows of the data.
    given : int
        The number n of rows of the data; those not resampled have weight 0.
    columns : dict
        Names of the quantities.
    """

    function: Callable[[FloatArray], Any]
    used: IntArray
    given: int
    columns: dict[str, tuple[Any, ...]]
    reasons: tuple[str, ...] = ("", "the statistic is not finite")
    ignorable: tuple[bool, ...] = (True, False)
    logarithmic: bool = False
    words: str = ""

    @classmethod
    def of(
        cls, function: Callable[[FloatArray], Any], weights: FloatArray, used: IntArray, given: int
    ) -> OwnStatistic:
        """Learn from the weights of the data (1, m) how many values there are.

        Raises
        ------
        DataError
            For another shape than one row of values for each row of weights.
        """
        values, _ = _read(function(_on_all_rows(weights, used, given)), 1)
        k = values.shape[1]
        own = getattr(function, "names", None)
        names = tuple(own) if own is not None else tuple(f"value {j + 1}" for j in range(k))
        if k == 1 and own is None:
            names = (getattr(function, "__name__", "value").replace("<lambda>", "value"),)
        if len(names) != k:
            raise DataError(f"The statistic names {len(names)} quantities, but returns {k}.")
        return cls(function, used, given, {"quantity": names})

    def evaluate(self, weights: FloatArray, /, *, whole: bool, errors: bool = False) -> Evaluated:  # noqa: ARG002
        """Call the function."""
        values, spread = _read(self.function(_on_all_rows(weights, self.used, self.given)), weights.shape[0])
        if values.shape[1] != len(self.columns["quantity"]):
            raise DataError("The statistic must return the same number of values for every set of weights.")
        missing = np.where(np.isfinite(values), 0, 1)
        return Evaluated(values, missing, spread if errors else None)


def _on_all_rows(weights: FloatArray, used: IntArray, given: int) -> FloatArray:
    if used.size == given:
        return weights
    full: FloatArray = np.zeros((weights.shape[0], given))
    full[:, used] = weights
    return full


def _read(given: Any, rows: int) -> tuple[FloatArray, FloatArray | None]:
    values, errors = given if isinstance(given, tuple) else (given, None)
    arrays = [
        None if part is None else np.asarray(part, dtype=np.float64).reshape(len(np.atleast_1d(part)), -1)
        for part in (values, errors)
    ]
    found, spread = arrays
    assert found is not None
    if found.shape[0] != rows or (spread is not None and spread.shape != found.shape):
        raise DataError(
            f"The statistic must return an array of shape (B, k) for weights of shape (B, n): for {rows} "
            f"rows it returned {found.shape}. Work on all at once: weights @ x / weights.sum(axis=1)."
        )
    return found, spread
