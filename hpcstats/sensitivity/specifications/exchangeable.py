"""Which patients may change labels: one permutation for all specifications of a multiverse.

A patient's label may be worded differently in some specifications (another grouping), and unknown in others.
All wordings move together: patient i takes over everything that is known of the label of patient j. They
change places only with patients whose labels the same specifications can read, so that nobody enters or
leaves: where some specifications leave out a group, its patients change places among themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import IntArray, is_missing
from hpcstats.core.permutation.relabelling import relabelled
from hpcstats.errors import DataError, listing
from hpcstats.sensitivity.specifications.outcome import Relabelling


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exchangeable:
    """Patients of several specifications, and what is known of their labels.

    Attributes
    ----------
    patients : tuple
        Everybody, in the order in which they first occur.
    wordings : tuple of dict
        Each wording of the label: patient to label.
    wording_of : tuple of int
        The wording of each specification.
    layers : tuple of ndarray of int
        Positions of patients who may change places with each other.
    """

    patients: tuple[Any, ...]
    wordings: tuple[dict[Any, Any], ...]
    wording_of: tuple[int, ...]
    layers: tuple[IntArray, ...]

    @classmethod
    def of(cls, models: Sequence[Relabelling], within: Mapping[Any, Any] | None = None) -> Exchangeable:
        """Collect the patients; specifications that agree on everybody they share have one wording.

        Raises
        ------
        DataError
            If `within` does not hold a patient.
        """
        wordings: list[dict[Any, Any]] = []
        wording_of = []
        for model in models:
            labels = dict(zip(model.ids, model.labels, strict=True))
            number = next((k for k, known in enumerate(wordings) if _agree(known, labels)), len(wordings))
            if number == len(wordings):
                wordings.append({})
            wordings[number] |= labels
            wording_of.append(number)
        patients = tuple(dict.fromkeys(id_ for model in models for id_ in model.ids))
        return cls(
            patients=patients,
            wordings=tuple(wordings),
            wording_of=tuple(wording_of),
            layers=_layers(patients, _readable(patients, models, wordings, wording_of), within),
        )

    def permutations(self, size: int, generator: np.random.Generator) -> IntArray:
        """Return `size` permutations of the patients within the layers: (size, N), row by row whose label."""
        everybody = np.arange(len(self.patients))
        return np.concatenate([*relabelled(everybody, self.layers, size, generator)])

    def codes(self, number: int, model: Relabelling, permutations: IntArray) -> IntArray:
        """Return the labels of a specification under each permutation, (B, n); -1 for one it lacks."""
        place = {level: k for k, level in enumerate(model.levels)}
        known = self.wordings[self.wording_of[number]]
        code = np.array([place.get(known.get(id_), -1) for id_ in self.patients], dtype=np.int64)
        position = {id_: k for k, id_ in enumerate(self.patients)}
        found: IntArray = code[permutations[:, [position[id_] for id_ in model.ids]]]
        return found


def _agree(known: Mapping[Any, Any], labels: Mapping[Any, Any]) -> bool:
    """Tell whether two specifications have one wording: of those they share, else in their vocabulary."""
    if known.keys().isdisjoint(labels):
        return set(known.values()) == set(labels.values())
    return all(known.get(id_, label) == label for id_, label in labels.items())


def _readable(
    patients: tuple[Any, ...],
    models: Sequence[Relabelling],
    wordings: Sequence[dict[Any, Any]],
    wording_of: Sequence[int],
) -> dict[Any, tuple[bool, ...]]:
    """Tell of each patient by which kinds of specifications the label can be read."""
    kinds = dict.fromkeys(
        (number, frozenset(model.levels)) for number, model in zip(wording_of, models, strict=True)
    )
    return {
        id_: tuple(id_ in wordings[number] and wordings[number][id_] in levels for number, levels in kinds)
        for id_ in patients
    }


def _layers(
    patients: tuple[Any, ...], readable: Mapping[Any, tuple[bool, ...]], within: Mapping[Any, Any] | None
) -> tuple[IntArray, ...]:
    if within is not None:
        if not isinstance(within, Mapping):
            raise DataError(f"within must be a mapping of patients to levels, not {within!r}.")
        missing = [id_ for id_ in patients if id_ not in within or is_missing(within[id_])]
        if missing:
            raise DataError(f"within says nothing of the patients {listing(missing)}. Give each a level.")
    rows: dict[Any, list[int]] = {}
    for number, id_ in enumerate(patients):
        level = None if within is None else within[id_]
        rows.setdefault((readable[id_], level), []).append(number)
    return tuple(np.array(numbers, dtype=np.int64) for numbers in rows.values())
