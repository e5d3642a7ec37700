"""Assumed probabilities of publication, read and combined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_numbers, one_dimensional
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.sensitivity.refitting.sample import Sample

MOST = 10_000
"""Combinations that are evaluated."""


@dataclass(frozen=True, slots=True, eq=False)
class Assumed:
    """Labels in order, the number of each row's label, and all combinations of fractions (C, L)."""

    labels: tuple[Any, ...]
    codes: IntArray
    fractions: FloatArray

    @classmethod
    def of(cls, sample: Sample, by: Any, fractions: Any, data: Any) -> Assumed:
        """Read and check.

        Raises
        ------
        DataError
            For labels without fractions, fractions without patients, or numbers that are no probabilities.
        DesignError
            For patients with rows of several labels, and more than 10,000 combinations.
        """
        if not isinstance(by, str):
            one_dimensional(by, "by")
        labels, codes = sample.codes(by, "by", data)
        if not isinstance(fractions, Mapping):
            raise DataError(
                "fractions must say for each label which probabilities are assumed, such as "
                f"{{{labels[0]!r}: [0.5, 1]}}, not {fractions!r}."
            )
        lacking = [label for label in labels if label not in fractions]
        strange = [label for label in fractions if label not in labels]
        if lacking or strange:
            said = [f"nothing about {listing(map(repr, lacking))}"] if lacking else []
            said += [f"{listing(map(repr, strange))}, which nobody has"] if strange else []
            raise DataError(
                f"fractions says {' and '.join(said)}. The labels are {listing(map(repr, labels))}."
            )
        _one_label_each(sample, codes)
        lists = [_probabilities(fractions[label], label) for label in labels]
        number = int(np.prod([len(values) for values in lists]))
        if number > MOST:
            raise DesignError(f"fractions have {number} combinations, more than {MOST}. Give fewer values.")
        return cls(labels, codes, np.array(list(product(*lists))))


def _probabilities(given: Any, label: Any) -> Sequence[float]:
    values = as_numbers([given] if np.ndim(given) == 0 else given, f"fractions[{label!r}]")
    if not values.size or not ((values > 0) & (values <= 1)).all():
        raise DataError(
            f"fractions[{label!r}] must be probabilities above 0 and at most 1, not {given!r}. Patients who "
            "can never be published cannot be weighted for."
        )
    return [float(value) for value in values]


def _one_label_each(sample: Sample, codes: IntArray) -> None:
    ids = sample.response.id
    if ids is None or sample.response.kind != "counting":
        return
    first: dict[Any, int] = {}
    several = {
        id_
        for id_, code in zip(ids.tolist(), codes.tolist(), strict=True)
        if first.setdefault(id_, code) != code
    }
    if several:
        raise DesignError(
            f"Patients have rows of several labels ({listing(sorted(map(str, several)))}). A patient is "
            "published or not as a whole: give all rows of one the same label."
        )
