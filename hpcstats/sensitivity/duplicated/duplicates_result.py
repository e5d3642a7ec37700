"""The result of `duplicates`: an answer with none, all, and each pair of records merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.results import Result
from hpcstats.sensitivity.duplicated.mergers import ALL, Merger
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Duplicates(Result):
    """Estimates with none, all, and each pair of records merged. Made by `duplicates`.

    Attributes
    ----------
    columns : mapping
        What names the k quantities.
    mergers : tuple of Merger
        The A analyses: `analysis`, `merged`, `kept`, `left_out`, `note`.
    sizes, events : ndarray of int, shape (A,)
        Patients and events of each.
    estimates, low, high, change : ndarray, shape (A, k)
        Estimates, their limits, and their difference from (hazard ratios: ratio to) that with none merged.
    statuses, reasons : tuple of tuple of str
        For each analysis and quantity "ok" or "not_estimable", and why.
    keep : str
        Which record was kept: "longer", "first" or "second".
    level : float
        Confidence level.
    response : Surv
        All records.
    """

    columns: Mapping[str, tuple[Any, ...]]
    mergers: tuple[Merger, ...]
    sizes: IntArray
    events: IntArray
    estimates: FloatArray
    low: FloatArray
    high: FloatArray
    change: FloatArray
    statuses: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]
    keep: str
    level: float
    response: Surv

    summary_fields = (*Result.summary_fields, "keep", "level")

    def title(self) -> str:
        """Return the heading of the text form."""
        pairs = sum(merger.analysis != ALL for merger in self.mergers) - 1
        noun = "pair" if pairs == 1 else "pairs"
        return f"Duplicate patients, n = {self.n}, events = {self.n_events}, {pairs} {noun} of records"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each analysis and quantity: none merged, all merged, then each pair.

        `merged` names the records taken as one person, `left_out` those that no longer count, `note` which
        was kept and why, or why nothing changes.
        """
        import pandas as pd

        k, size = self.estimates.shape[1], len(self.mergers)
        texts = [(m.analysis, m.merged_text, _listed(m.kept), _listed(m.left_out)) for m in self.mergers]
        columns: dict[str, Any] = {
            name: [row[j] for row in texts for _ in range(k)]
            for j, name in enumerate(("analysis", "merged", "kept", "left_out"))
        }
        columns |= {"n": np.repeat(self.sizes, k), "n_events": np.repeat(self.events, k)}
        columns |= {name: list(labels) * size for name, labels in self.columns.items()}
        for name in ("estimates", "low", "high", "change"):
            columns[name.removesuffix("s")] = getattr(self, name).ravel()
        columns["status"] = [status for row in self.statuses for status in row]
        columns["reason"] = [reason for row in self.reasons for reason in row]
        columns["note"] = [merger.note for merger in self.mergers for _ in range(k)]
        return pd.DataFrame(columns)

    def __str__(self) -> str:
        """Return the analyses as a table, with the notes on them below."""
        frame = self.to_frame()
        empty = [name for name in ("reason", "note") if name == "note" or not frame[name].any()]
        table = frame.drop(columns=empty).to_string(index=False, float_format="{:.6g}".format, na_rep="-")
        notes = [f"{m.analysis}, {m.merged_text}: {m.note}" for m in self.mergers if m.note]
        return "\n".join([self.title(), table, *notes, *self._notes()])


def _listed(ids: tuple[Any, ...]) -> str:
    return ", ".join(map(str, ids))
