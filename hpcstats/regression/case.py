"""The rows a Cox model is fitted to, with everything that stands beside the covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_numbers
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.covariates import column_of
from hpcstats.design import Design
from hpcstats.errors import DataError
from hpcstats.groups import Groups, case_weights, same_rows
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The rows that are fitted, with everything that stands beside the covariates."""

    response: Surv
    strata: Groups | None
    cluster: IntArray | None
    weights: FloatArray
    offset: FloatArray
    frequency: bool
    dropped: Surv
    cluster_names: tuple[Any, ...] = ()
    table: Any = None

    @classmethod
    def of(
        cls,
        response: Surv,
        data: Any,
        design: Design,
        strata: Any,
        cluster: Any,
        weights: Any,
        frequencies: Any,
        offset: Any,
    ) -> Case:
        """Pick the rows of the design out of everything that stands beside it."""
        rows = design.rows
        kept = response.take(rows) if design.dropped.size else response

        def labels(given: Any, name: str) -> Groups | None:
            return labels_beside(data, given, name, response, rows)

        def numbers(given: Any, name: str) -> FloatArray | None:
            if given is None:
                return None
            values = as_numbers(column_of(data, given), name)
            same_rows(values.size, response, name)
            return values[rows]

        fixed = numbers(offset, "offset")
        if fixed is not None and not np.isfinite(fixed).all():
            raise DataError("offset must be finite in every row.")
        repeated = frequencies is not None
        name = "frequencies" if repeated else "weights"
        given = numbers(frequencies if repeated else weights, name)
        together = labels(cluster, "cluster")
        return cls(
            response=kept,
            strata=labels(strata, "strata"),
            cluster=_repeated_patients(kept) if together is None else together.codes,
            weights=case_weights(given, kept, name, whole=repeated),
            offset=np.zeros(len(kept)) if fixed is None else fixed,
            frequency=repeated,
            dropped=response.take(design.dropped),
            cluster_names=() if together is None else together.labels,
            # A copy: columns are looked up in it later, such as the paper of each patient.
            table=data.copy() if hasattr(data, "copy") else data,
        )

    @property
    def cluster_given(self) -> bool:
        """Whether clusters were named; else they are patients with several events."""
        return bool(self.cluster_names)

    @property
    def needs_robust(self) -> bool:
        """Whether the model-based variance would mislead."""
        return self.cluster is not None or bool((self.weights % 1).any())

    @property
    def n(self) -> int:
        """Patients: the sum of the frequencies, or the rows that count."""
        return int(self.weights.sum()) if self.frequency else int((self.weights > 0).sum())

    @property
    def n_events(self) -> int:
        """Events among them."""
        counted = self.weights if self.frequency else (self.weights > 0).astype(np.float64)
        return int(counted[self.response.event].sum())

    def likelihood(
        self, matrix: FloatArray, ties: str, levels: FloatArray | None = None
    ) -> PartialLikelihood:
        """Prepare the partial likelihood, optionally stratified by `levels` as well."""
        kept = self.weights > 0
        layers = np.zeros(len(self.response), dtype=np.int64) if self.strata is None else self.strata.codes
        if levels is not None:
            _, both = np.unique(np.column_stack([layers, levels]), axis=0, return_inverse=True)
            layers = both.reshape(-1).astype(np.int64)
        return prepare(
            self.response.time[kept],
            self.response.event[kept],
            matrix[kept],
            self.weights[kept][None],
            entry=None if self.response.entry is None else self.response.entry[kept],
            strata=layers[kept],
            offset=self.offset[kept],
            ties=ties,
            frequency=self.frequency,
        )


def labels_beside(data: Any, given: Any, name: str, response: Surv, rows: IntArray) -> Groups | None:
    """Read labels that stand beside a design, one a row of the response, and keep those of `rows`."""
    if given is None:
        return None
    values = column_of(data, given)
    same_rows(len(values), response, name)
    return Groups.of(np.asarray(values, dtype=object)[rows], response.take(rows), name)


def _repeated_patients(response: Surv) -> IntArray | None:
    """Return the patient of each row where one has several events."""
    if response.kind != "counting" or response.id is None:
        return None
    codes = Groups.of(response.id, response, "id").codes
    return codes if np.bincount(codes[response.event], minlength=1).max() > 1 else None
