"""The labels of the patients of a Cox model: the groups, or the few values, of the factor in question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.design import Factor
from hpcstats.errors import UnsupportedError
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.specifications.cox_model import CoxModel
from hpcstats.sensitivity.specifications.cox_relabelling import CoxUnderLabels
from hpcstats.sensitivity.specifications.outcome import Relabelling

_MOST = 12
"""Different labels up to which every row is copied for each."""

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A model whose labels cannot change places, with the reason; said when it is tried."""

    reason: str

    def __call__(self, codes: IntArray) -> tuple[FloatArray, FloatArray]:  # noqa: ARG002 (as asked for)
        """Raise UnsupportedError."""
        raise UnsupportedError(
            f"Patients cannot change labels: {self.reason}. Test without these specifications, or let them "
            "return an Outcome with a Relabelling of your own."
        )


def relabelling_of(model: CoxModel, fit: CoxFit, column: int, ties: str) -> Relabelling | None:
    """Describe a fit as a function of the labels of its patients; None where they have no identifiers."""
    ids, patient = model.patients()
    if not ids:
        return None
    design = model.design
    factor = next(one for one in design.factors if design.terms[column] in one.terms)
    columns = design.columns(factor)
    rows = [tuple(row) for row in np.round(design.matrix[:, columns], 12).tolist()]
    # Of several rows of a patient the last one counts, and the first one tells whether they differ.
    row_of = dict(zip(patient.tolist(), rows, strict=True))
    owned: tuple[Row, ...] = tuple(row_of[k] for k in range(len(ids)))
    levels = tuple(dict.fromkeys(owned))
    labels = tuple(_label(factor, row) for row in owned)
    steady = all(row_of[who] == row for who, row in zip(patient.tolist(), rows, strict=True))
    reason = _reason(model, factor, len(levels), steady=steady)
    if reason:
        return Relabelling(ids=ids, labels=labels, evaluate=Refused(reason))
    start = np.where(np.isfinite(fit.coef), fit.coef, 0.0) * model.scale
    start[columns] = 0.0
    under = CoxUnderLabels(
        model=model,
        patient=patient,
        values=np.array(levels, dtype=np.float64),
        columns=columns,
        column=column,
        start=start,
        ties=ties,
        penalty=fit.penalty,
    )
    return Relabelling(ids=ids, labels=labels, evaluate=under)


def _reason(model: CoxModel, factor: Factor, levels: int, *, steady: bool) -> str:
    """Say why the labels of a factor cannot change places; empty where they can."""
    if not steady:
        return f"{factor.name} differs between the rows of a patient"
    if levels > _MOST:
        return f"{factor.name} has {levels} different values, more than {_MOST}"
    others = [one for one in model.design.factors if one is not factor]
    if factor.kind == "interaction" or any(factor.name in one.name.split(":") for one in others):
        return f"{factor.name} is part of an interaction"
    return ""


def _label(factor: Factor, row: Row) -> Any:
    """Name the label behind the columns of a factor: its level, or its value."""
    if factor.kind == "categorical" and factor.reference is not None and set(row) <= {0.0, 1.0}:
        others = [level for level in factor.levels if level != factor.reference]
        if sum(row) == 0:
            return factor.reference
        if sum(row) == 1 and len(others) == len(row):
            return others[row.index(1.0)]
    return row[0] if len(row) == 1 else row
