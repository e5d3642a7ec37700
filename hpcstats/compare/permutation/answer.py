"""`Answer`: a p-value and what there is to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A p-value, how it was found, and the words for it."""

    p_value: float
    method: str
    sentence: str
    std_error: float = nan
    n_arrangements: int | None = None
    n_resamples: int | None = None
    seed: str = ""
    warnings: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()
