"""Models with the square of a number added: whether its effect is other than linear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.errors import DataError, DesignError, listing
from hpcstats.model_rows import variable

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit

_SAME = ("n", "n_events", "ties", "penalty")


def added_term(fit: CoxFit, square: CoxFit) -> str:
    """Return the one factor that a model has beside those of another; empty if that is not what differs."""
    names = [factor.name for factor in square.design.factors]
    own = [factor.name for factor in fit.design.factors]
    added = [name for name in names if name not in own]
    return added[0] if len(added) == 1 and len(square.terms) == len(fit.terms) + 1 else ""


def square_test(fit: CoxFit) -> str:
    """Name the test of an added square."""
    return "likelihood-ratio test" if fit.penalty is None else "penalised likelihood-ratio test"


def check_squares(fits: Mapping[str, CoxFit], squares: Mapping[str, Mapping[str, CoxFit]]) -> None:
    """Refuse squares of other models, and models that add something else than a square."""
    strangers = [name for name in squares if name not in fits]
    if strangers:
        raise DataError(f"squares has {listing(strangers)}, but the models are {listing(fits)}.")
    for name, found in squares.items():
        numbers = {variable(one.name) for one in fits[name].design.factors if one.kind == "numeric"}
        for covariate, square in found.items():
            if covariate not in numbers:
                raise DataError(
                    f"squares of {name!r} has {covariate!r}. The numbers of the model are {listing(numbers)}."
                )
            if not (_alike(fits[name], square) and _adds_square(fits[name], square, covariate)):
                raise DesignError(
                    f"squares of {name!r} must be this model with the square of {covariate} added, "
                    "of the same patients and fitted in the same way."
                )


def _alike(fit: CoxFit, square: CoxFit) -> bool:
    return all(getattr(fit, what) == getattr(square, what) for what in _SAME)


def _adds_square(fit: CoxFit, square: CoxFit, covariate: str) -> bool:
    added = added_term(fit, square)
    if not added:
        return False
    columns = {
        variable(factor.name): square.design.matrix[:, square.terms.index(factor.terms[0])]
        for factor in square.design.factors
    }
    return bool(np.allclose(columns[variable(added)], columns[covariate] ** 2))


def square_notes(fits: Mapping[str, CoxFit], squares: Mapping[str, Mapping[str, CoxFit]]) -> Iterator[str]:
    """Say how the squares were tested."""
    for test in dict.fromkeys(square_test(fits[name]) for name, found in squares.items() if found):
        yield (
            f"Square P: {test} of the square of a number, added to the model: whether its effect on the log "
            "hazard is other than linear."
        )
