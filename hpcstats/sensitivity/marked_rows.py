"""A column that marks some of the patients."""

from __future__ import annotations

from typing import Any

from hpcstats.columns import BoolArray, as_events
from hpcstats.errors import DataError
from hpcstats.groups import same_rows
from hpcstats.surv import Surv


def marked(values: Any, response: Surv, name: str) -> BoolArray:
    """Read a column of True and False, one a row of the response.

    Raises
    ------
    DataError
        For other values, and for another number of rows.
    """
    try:
        chosen = as_events(values, name)
    except DataError as error:
        raise DataError(
            f"{name} must hold True or False (or 1 and 0) for each of the {len(response)} rows, such as "
            f"numpy.isin(ids, chosen). {str(error).split(' Write ', 1)[0]}",
            rows=error.rows,
        ) from None
    same_rows(chosen.size, response, name)
    return chosen
