"""`outcome_labels`: who was reported with an event, and who without."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, ObjectArray
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.surv import Surv

WITH, WITHOUT = "with an event", "without an event"


def outcome_labels(fit: Any) -> ObjectArray:
    """Label of each row of a fit: its patient was reported "with an event", or "without an event".

    For `sampling_fractions`, where publication is thought to depend on the outcome.

    Parameters
    ----------
    fit : CoxFit, SurvivalCurves, CumulativeHazard, CumulativeIncidence or Surv
        The rows with a weight are labelled.

    Returns
    -------
    ndarray of object
        One label a row; all rows of a patient have the same.

    Raises
    ------
    UnsupportedError
        For another result.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.sampled import outcome_labels
    >>> outcome_labels(hs.Surv.right([1, 2, 3], [1, 0, 1])).tolist()
    ['with an event', 'without an event', 'with an event']
    """
    return np.where(with_event(Sample.of(fit).response), WITH, WITHOUT).astype(object)


def with_event(response: Surv) -> BoolArray:
    """Mark the rows of patients who have an event in any of their rows."""
    event = response.event
    if response.kind != "counting" or response.id is None:
        return event
    happened = set(response.id[event].tolist())
    return np.array([id_ in happened for id_ in response.id.tolist()], dtype=np.bool_)
