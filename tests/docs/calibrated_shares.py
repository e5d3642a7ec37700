"""Simulated shares by the questions of the guide: the tables of docs/calibration, by number of patients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tests.calibration import comparisons, intervals
from tests.calibration.cells import INTERVALS, MODELS, TESTS
from tests.calibration.page_cells import NONE, in_the_middle, lowest_where_usable, percent, span, table
from tests.calibration.results import Rows, read, select

SMALL, MIDDLE, LARGE = ("4 v 4", "5 v 5", "3 v 9", "2 v 10"), ("9 v 9",), ("20 v 20",)
CURVES = {"5 to 12": ("6", "9"), "13 to 30": ("18",), "more than 30": ("40",)}
PAIRS = {"5 to 12": SMALL, "13 to 30": MIDDLE, "more than 30": LARGE}
HEADER = ["n = 5 to 12", "n = 13 to 30", "n > 30"]
COX = {
    "likelihood ratio": "likelihood-ratio test rejects a ratio of 1",
    "wald": "Wald's test rejects a ratio of 1",
    "exists": "a finite estimate exists",
    "wald holds": "Wald's interval holds where it exists",
    "all profiles hold": "profile interval holds",
}
COX_SIZES = {"5 to 12": SMALL, "13 to 30": MIDDLE, "more than 30": ("10 v 56",)}

_curves, _tests, _models = read(INTERVALS), read(TESTS), read(MODELS)


def holds(method: str, *sizes: str, survival: float | None = None) -> str:
    """Lowest coverage of a curve's interval over all scenarios; an absent interval is a miss."""
    rows = [row for row in select(_curves, method=method) if not sizes or row["sizes"] in sizes]
    kept = [row for row in rows if survival is None or round(row["survival"], 2) == survival]
    return percent(min(row["coverage"] for row in kept))


def typical(method: str, size: str, survival: float) -> str:
    """Coverage with exact times, 30 % censored, at one height."""
    return percent(_one(method, size, survival)["coverage"])


def absent(method: str, size: str, survival: float) -> str:
    """Share of data sets without an interval of some length; exact times, 30 % censored."""
    row = _one(method, size, survival)
    return percent(row["undefined"] + row["without_length"])


def length(method: str, size: str, survival: float) -> str:
    """Mean length of an interval; exact times, 30 % censored."""
    return f"{_one(method, size, survival)['length']:.2f}"


def rounded(method: str) -> str:
    """Lowest coverage where times are known in whole years."""
    return percent(min(row["coverage"] for row in select(_curves, method=method) if row["times"] != "exact"))


def usable(method: str, *sizes: str) -> str:
    """Lowest coverage where the interval exists, S from 0.2 to 0.8, existing in half of the data sets."""
    rows = [row for row in select(_curves, method=method) if not sizes or row["sizes"] in sizes]
    return percent(lowest_where_usable(rows))


def rejects(method: str, sizes: Sequence[str]) -> str:
    """Type I error at 5 %, smallest to largest, over scenarios in which both groups are followed alike."""
    return span([row for row in _null(method, sizes) if _alike(row)], "rejects_5")


def rejects_unequal(method: str, sizes: Sequence[str]) -> str:
    """The same where one group is followed longer."""
    return span([row for row in _null(method, sizes) if not _alike(row)], "rejects_5")


def finds(method: str, sizes: Sequence[str]) -> str:
    """Power at 5 % against a hazard ratio of 4, 30 % censored."""
    rows = [
        row for row in select(_tests, method=method) if row["sizes"] in sizes and row["hazard_ratio"] != 1
    ]
    return span(rows, "rejects_5")


def cox(measure: str, sizes: Sequence[str], ratio: float | None = None) -> str:
    """A share of the Cox model, hazard ratios of 1 and 3; summed exactly where that was done."""
    rows = [row for row in select(_models, measure=measure) if row["sizes"] in sizes]
    if measure in {"likelihood ratio", "wald"}:
        ratio = 1.0
    kept = [row for row in rows if ratio in {None, row["hazard_ratio"]}]
    shares = [row | {"share": row["simulated"] if math.isnan(row["exact"]) else row["exact"]} for row in kept]
    return span(shares, "share")


def most(spanned: str) -> str:
    """The larger end of a span."""
    return spanned.rpartition(" ")[2]


def without_estimate(sizes: Sequence[str]) -> str:
    """Largest share of data sets without a finite hazard ratio."""
    return f"{100 - float(cox('exists', sizes).partition(' ')[0]):.1f}"


def calibration_tables() -> dict[str, str]:
    """The three tables of the page, as Markdown."""
    curves = [[name, *(_cell(name, sizes) for sizes in CURVES.values())] for name in intervals.METHODS]
    pairs = [
        [
            name,
            *(rejects(name, sizes) for sizes in PAIRS.values()),
            rejects_unequal(name, SMALL + MIDDLE + LARGE),
        ]
        for name in comparisons.METHODS
    ]
    models = [[words, *(cox(name, sizes) for sizes in COX_SIZES.values())] for name, words in COX.items()]
    return {
        "intervals": table(["interval", *HEADER], curves),
        "tests": table(["test", *HEADER, "followed differently, all sizes"], pairs),
        "models": table(["Cox model", *HEADER], models),
    }


def _cell(method: str, sizes: Sequence[str]) -> str:
    rows = [row for row in select(_curves, method=method) if row["sizes"] in sizes and in_the_middle(row)]
    lowest = percent(min(row["coverage"] for row in rows))
    where_it_is = percent(lowest_where_usable(rows))
    return lowest if lowest == where_it_is else f"{lowest} ({where_it_is})"


def _one(method: str, size: str, survival: float) -> dict[str, Any]:
    rows = select(_curves, method=method, sizes=size, censored="0.3", times="exact")
    return next(row for row in rows if round(row["survival"], 2) == survival)


def _null(method: str, sizes: Sequence[str]) -> Rows:
    rows = select(_tests, method=method)
    assert rows, f"no simulated test is called {method!r}"
    return [row for row in rows if row["hazard_ratio"] == 1 and row["sizes"] in sizes]


def _alike(row: dict[str, Any]) -> bool:
    return len(set(row["censored"].split(" v "))) == 1


NAMES: dict[str, Any] = {
    "small": SMALL,
    "middle": MIDDLE,
    "large": LARGE,
    "many": ("10 v 56",),
    "holds": holds,
    "typical": typical,
    "absent": absent,
    "length": length,
    "rounded": rounded,
    "usable": usable,
    "rejects": rejects,
    "rejects_unequal": rejects_unequal,
    "finds": finds,
    "cox": cox,
    "most": most,
    "without_estimate": without_estimate,
}


def share(expression: str) -> str:
    """Evaluate what stands in a comment of the page."""
    found = str(eval(expression, dict(NAMES)))
    assert found != NONE, f"nothing was simulated for {expression}"
    return found
