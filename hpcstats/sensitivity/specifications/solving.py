"""Running a declared multiverse whole: each specification answers, or says why it cannot."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from hpcstats.errors import DesignError, HpcstatsError, HpcstatsWarning
from hpcstats.sensitivity.specifications.declared import Declared
from hpcstats.sensitivity.specifications.outcome import Outcome
from hpcstats.sensitivity.specifications.shared import Shared
from hpcstats.sensitivity.specifications.steps import Steps


def solved(declared: Declared, steps: Steps, level: float) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Return the answers in the order of the specifications, and what was warned of on the way, each once.

    An error of this package makes a specification not estimable, unless its model is stated wrongly; that and
    any other error end the run and name the specification.

    Raises
    ------
    DesignError
        For answers that are not of one quantity.
    """
    shared, notes = Shared(), dict[str, None]()
    outcomes = []
    for row in range(len(declared.kept)):
        labels = declared.labels(row)
        values = {name: declared.options[name][label] for name, label in labels.items()}
        outcomes.append(_noted(lambda: _answer(steps, labels, values, shared, level), notes))  # noqa: B023
    _same_quantity(outcomes)
    return tuple(outcomes), tuple(notes)


def _noted(answer: Callable[[], Outcome], notes: dict[str, None]) -> Outcome:
    """Keep the warnings of this package as notes, and pass all others on."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", HpcstatsWarning)
        outcome = answer()
    for one in told:
        if issubclass(one.category, HpcstatsWarning):
            notes[str(one.message)] = None
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return outcome


def _answer(
    steps: Steps, labels: dict[str, str], values: dict[str, Any], shared: Shared, level: float
) -> Outcome:
    try:
        given = _stated(steps, labels, values)
        if isinstance(given, Outcome):
            return given
        given.check(level)
    except Exception as error:
        error.add_note(f"In the specification {labels}.")
        raise
    try:
        outcome: Outcome = given.solve(shared, level)
    except HpcstatsError as error:
        return _none(error)
    except Exception as error:
        error.add_note(f"In the specification {labels}.")
        raise
    return outcome


def _stated(steps: Steps, labels: dict[str, str], values: dict[str, Any]) -> Any:
    """Return what `build` gives: a statement, an answer, or none where the package refuses a step."""
    try:
        given = steps.answer(labels, values)
    except HpcstatsError as error:
        return _none(error)
    if isinstance(given, Outcome):
        flaw = given.flaw()
        if flaw:
            raise TypeError(flaw)
    elif not hasattr(given, "solve"):
        raise TypeError(f"build must return a CoxTerm, MedianTime, SurvivalAt or Outcome, not {given!r}.")
    return given


def _none(error: HpcstatsError) -> Outcome:
    return Outcome(estimate=math.nan, status="not_estimable", reason=str(error), label="")


def _same_quantity(outcomes: list[Outcome]) -> None:
    """Refuse estimates that cannot be compared.

    Raises
    ------
    DesignError
        If labels, scales or null values differ, or no specification answers at all.
    """
    found = {outcome.quantity for outcome in outcomes if outcome.label}
    if not found:
        raise DesignError(f"No specification has an answer: {outcomes[0].reason}")
    if len(found) > 1:
        one, other = sorted(found, key=str)[:2]
        raise DesignError(
            f"Specifications must estimate one quantity, but there are {one[0]!r} (null {one[2]}) and "
            f"{other[0]!r} (null {other[2]}). Give all one label, scale and null value."
        )
