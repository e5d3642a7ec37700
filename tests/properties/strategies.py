"""Small awkward data: one to twelve patients, ties, times of zero, nobody or everybody with the event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

import hpcstats as hs

# The fixed examples of every run are few, to stay quick; a run that looks around takes its own number.
checked = settings(max_examples=40) if settings().derandomize else settings()


@dataclass(frozen=True)
class Cases:
    """Columns of plain Python values, one entry a patient."""

    time: list[float]
    event: list[bool]
    group: list[str]
    entry: list[float] | None = None
    frequency: list[int] | None = None
    x: list[list[int]] | None = None
    stratum: list[str] | None = None

    def __len__(self) -> int:
        return len(self.time)

    @property
    def response(self) -> hs.Surv:
        return hs.Surv.right(self.time, self.event, entry=self.entry)

    @property
    def columns(self) -> dict[str, list[int]]:
        assert self.x is not None
        return {f"x{place}": [row[place] for row in self.x] for place in range(len(self.x[0]))}

    def rows(self, order: list[int]) -> Cases:
        """The same columns in another order, or with rows repeated or left out."""
        return replace(self, **{name: _taken(value, order) for name, value in vars(self).items()})

    def repeated(self) -> Cases:
        """Each row as often as its frequency says."""
        assert self.frequency is not None
        return self.rows([row for row, times in enumerate(self.frequency) for _ in range(times)])


def _taken(values: list[Any] | None, order: list[int]) -> list[Any] | None:
    return None if values is None else [values[row] for row in order]


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    smallest: int = 1,
    largest: int = 12,
    entry: bool = False,
    groups: int = 1,
    covariates: int = 0,
    tied: bool = True,
    strata: int = 1,
) -> Cases:
    """Draw a data set; with `entry`, about half the patients come in late."""
    n = draw(st.integers(smallest, largest))
    if tied:
        time = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    else:
        time = draw(st.permutations(range(1, n + 1)))
    happened = st.sampled_from([True, True, False]) if covariates else st.booleans()
    event = draw(st.lists(happened, min_size=n, max_size=n))
    group = draw(st.lists(st.sampled_from("abcd"[:groups]), min_size=n, max_size=n))
    frequency = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n).filter(any))
    stratum = draw(st.lists(st.sampled_from("uvw"[:strata]), min_size=n, max_size=n))
    row = st.lists(st.integers(0, 2), min_size=covariates, max_size=covariates)
    x = draw(st.lists(row, min_size=n, max_size=n)) if covariates else None
    late = None
    if entry:
        time = [t + 1 for t in time]
        late = [float(draw(st.integers(0, t - 1))) for t in time]
    return Cases([float(t) for t in time], event, group, late, frequency, x, stratum)
