"""Read the stored R results and their data sets, and say which records are not compared and why."""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs

HERE = Path(__file__).parent
_NOT_FINITE = {"NA": math.nan, "NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}

_EMPTY = "the stored record is empty: survMisc::comp printed its table but returned nothing"

EXCEPTIONS: dict[str, str] = {
    "ipd_from_km_hr____cox": (
        "the digitised curve of the second arm is not among the stored data sets; the first arm is compared "
        "in ipd_from_km"
    ),
    "ic_sp__bcos__ph": (
        "semiparametric proportional hazards regression of interval-censored times is not offered; the score "
        "test of that model at 0 is compared (ictest, logrank2, scoretest)"
    ),
    "logrank_weights_comp__aml2__survMisc": _EMPTY,
    "logrank_weights_comp__gehan2__survMisc": _EMPTY,
    "logrank_weights_comp__tiny_2g10__survMisc": _EMPTY,
}

_ABOVE_ONE = (
    "the statistic is 0 and every relabelling is as extreme: p = 1. R adds both tails with the sums that "
    "rounding left next to 0 in each of them, and prints 1.127"
)
_SPLIT_TIES = (
    "equal groups: the statistic is 0. R's sums of equal scores differ in their last bits, so that ties are "
    "missed; these are the shares of the full enumeration stored beside it"
)

CORRECTED: dict[str, tuple[dict[str, list[float]], str]] = {
    "turnbull_survfit__tiny_ic8__all": (
        {"surv": [0.875, 0.625, 0.625, 0.625, 0.3125, 0.3125, 0.3125, 0]},
        (
            "survfit stops its EM early, at .3149 and .3102 where the maximum is .3125; these are the values "
            "of the certified records of interval and icenReg on the same data"
        ),
    ),
    "km_quantile__sclerosis2__log": (
        {"upper": [1343, math.nan, math.nan, math.nan, math.nan]},
        (
            "the upper limit of this curve falls below .9 at 1343, to .8448, and rises to .8986 at 2320. R "
            "looks the height up in the curve sorted by height and finds 2320; the first time is 1343"
        ),
    ),
    "coin_weighted_logrank__tiny_equal10__Tarone-Ware_exact": ({"p_value": [1]}, _ABOVE_ONE),
    "coin_weighted_logrank__tiny_equal10__Peto-Peto_exact": ({"p_value": [1]}, _ABOVE_ONE),
    "coin_weighted_logrank__tiny_equal10__Prentice_exact": ({"p_value": [1]}, _ABOVE_ONE),
    "coin_weighted_logrank__tiny_equal10__Prentice-Marek_exact": ({"p_value": [1]}, _ABOVE_ONE),
    "coin_weighted_logrank__tiny_equal10__Andersen-Borgan-Gill-Keiding_exact": ({"p_value": [1]}, _ABOVE_ONE),
    "perm_logrank_scores__tiny_equal10__exact": (
        {"p_twosided_abs": [1], "p_twosided_central": [1], "p_lte": [4 / 7], "p_gte": [4 / 7]},
        _SPLIT_TIES,
    ),
}
"""Records of which fields are compared with other values than R's, and why."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of R with its names."""

    rows: np.ndarray
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        return self.rows[:, self.column_names.index(name)]

    def row(self, name: str) -> dict[str, float]:
        values = self.rows[self.row_names.index(name)]
        return dict(zip(self.column_names, values.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Record:
    """One stored R result."""

    name: str
    method: str
    dataset: str
    tag: str
    tolerance: float

    @property
    def content(self) -> dict[str, Any]:
        return json.loads((HERE / "results" / f"{self.name}.json").read_text(encoding="utf-8"))

    @property
    def result(self) -> Any:
        decoded = _decoded(self.content["result"])
        return decoded | CORRECTED[self.name][0] if self.name in CORRECTED else decoded

    @property
    def data(self) -> pd.DataFrame:
        return dataset(self.dataset)

    def agree(self, actual: Any, expected: Any, what: str) -> None:
        """Demand equality within the record's tolerance, read as absolute or relative."""
        assert_close(actual, expected, self.tolerance, f"{self.name}: {what}")


@cache
def index() -> tuple[Record, ...]:
    """List every stored record of the methods of this version."""
    with (HERE / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(
        Record(Path(row["file"]).stem, row["method"], row["dataset"], row["tag"], float(row["tolerance"]))
        for row in rows
    )


def each_record(*methods: str) -> pytest.MarkDecorator:
    """Parametrise a test by the records of some methods, each with its own test id."""
    chosen = [record for record in index() if record.method in methods and record.name not in EXCEPTIONS]
    missing = set(methods) - {record.method for record in chosen}
    if missing:
        raise LookupError(f"no stored record of {sorted(missing)}")
    return pytest.mark.parametrize("record", [pytest.param(record, id=record.name) for record in chosen])


def dataset(name: str) -> pd.DataFrame:
    """Read one data set, every number exactly as it is written."""
    return pd.read_csv(HERE / "datasets" / f"{name}.csv", float_precision="round_trip")


def inline_columns(record: Record) -> list[list[float]]:
    """Read the vectors ``c(...)`` of a record whose data stand in its call."""
    found = re.findall(r"c\(([-\d., ]+)\)", record.content["call"])
    return [[float(value) for value in vector.split(",")] for vector in found]


def response(data: pd.DataFrame) -> hs.Surv:
    """Make the response of a data set with columns time, status and perhaps entry."""
    entry = data.get("entry")
    return hs.Surv.right(data["time"], data["status"], entry=entry)


def assert_close(actual: Any, expected: Any, tolerance: float, what: str) -> None:
    """Demand |a - b| <= tolerance or |a - b| <= tolerance |b|, with equal missing and infinite values."""
    computed = np.atleast_1d(np.asarray(actual, dtype=float))
    wanted = np.atleast_1d(np.asarray(expected, dtype=float))
    assert computed.shape == wanted.shape, f"{what}: shape {computed.shape}, R has {wanted.shape}"
    same = (computed == wanted) | (np.isnan(computed) & np.isnan(wanted))
    with np.errstate(invalid="ignore"):
        gap = np.abs(computed - wanted)
        same |= (gap <= tolerance) | (gap <= tolerance * np.abs(wanted))
    assert same.all(), f"{what}: {computed[~same]} at {np.argwhere(~same).tolist()}, R has {wanted[~same]}"


def numbers(value: Any) -> np.ndarray:
    """Give a scalar, list or named list of a record as a vector."""
    if isinstance(value, dict):
        return np.array(list(value.values()), dtype=float)
    return np.atleast_1d(np.asarray(value, dtype=float))


def _decoded(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_FINITE.get(value, value)
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, dict) and set(value) == {"rownames", "colnames", "rows"}:
        rows = np.array(_decoded(value["rows"]), dtype=float)
        return Matrix(rows, tuple(value["rownames"] or ()), tuple(value["colnames"] or ()))
    if isinstance(value, dict):
        return {key: _decoded(item) for key, item in value.items()}
    return value
