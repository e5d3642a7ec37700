"""A mixture cure model in the parameters of R's flexsurvcure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.cure import LINKS
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.regression.parametric_models.conventions import natural_turn

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.regression.cure_models.fit import CureFit

CONVENTIONS = ("flexsurvcure",)


def expressed(fit: CureFit, convention: str) -> pd.DataFrame:
    """Return parameter, estimate, std_error, low, high.

    Raises
    ------
    UnsupportedError
        For an unknown convention, covariates of the incidence, or a distribution it has not.
    """
    import pandas as pd

    check_option("convention", convention, CONVENTIONS)
    if fit.block_designs[-1] is not None:
        raise UnsupportedError(
            "theta differs between patients where the incidence has covariates. Ask cured_fraction(new_data)."
        )
    inner = len(fit.terms) - 1
    names, turn, exponential = natural_turn(
        fit.distribution_name, np.array(fit.tested[:inner]), fit.terms[:inner], convention
    )
    linear, covariance = turn @ fit.coef[:inner], turn @ fit.covariance[:inner, :inner] @ turn.T
    error = np.concatenate([[fit.std_error[-1]], np.sqrt(np.diag(covariance))])
    values = np.concatenate([[fit.coef[-1]], linear])
    margin, link = normal_quantile(fit.level) * error, LINKS[fit.link]

    def shown(position: int, value: float) -> float:
        if position == 0:
            return float(link.fraction(np.array(value)))
        return float(np.exp(value)) if exponential[position - 1] else value

    slopes = [abs(float(link.slope(values[:1])[0]))]
    slopes += [float(np.exp(v)) if e else 1.0 for v, e in zip(linear, exponential, strict=True)]
    limits = [
        sorted((shown(k, float(values[k] - margin[k])), shown(k, float(values[k] + margin[k]))))
        for k in range(values.size)
    ]
    return pd.DataFrame(
        {
            "parameter": ["theta", *names],
            "estimate": [shown(k, float(value)) for k, value in enumerate(values)],
            "std_error": error * np.array(slopes),
            "low": [pair[0] for pair in limits],
            "high": [pair[1] for pair in limits],
        }
    )
