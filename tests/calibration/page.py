"""`docs/calibration.md`: tables of the committed results, and what follows from them in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tests.calibration import comparisons, intervals
from tests.calibration.cells import INTERVALS, MODELS, TESTS
from tests.calibration.code_version import ROOT
from tests.calibration.page_cells import in_the_middle, lowest_where_usable, only, percent, span, table
from tests.calibration.page_numbers import errors, numbers_of_curves, numbers_of_models, numbers_of_tests
from tests.calibration.page_text import TEXT
from tests.calibration.results import Rows, read, select
from tests.calibration.scenarios import CENSORED, EXACT, SIZES, TRIALS, UNEQUAL

PAGE = ROOT / "docs" / "calibration.md"
HALF_CENSORED = "0.3 v 0.3"
HEIGHTS = (0.9, 0.75, 0.5, 0.25, 0.1)
COX = ("likelihood ratio", "wald")
MODEL_INTERVALS = ("exists", "wald holds", "profile holds", "one-sided holds", "all profiles hold")

Cell = Callable[[Rows], str]


def text() -> str:
    """Write the whole page from the committed tables."""
    curves, tests, models = read(INTERVALS), read(TESTS), read(MODELS)
    return TEXT.format(
        **tables_of_tests(tests),
        **tables_of_curves(curves),
        **tables_of_models(models),
        **errors(curves, tests),
        **numbers_of_tests(tests),
        **numbers_of_curves(curves),
        **numbers_of_models(models),
    )


def tables_of_tests(tests: Rows) -> dict[str, str]:
    """Type I error by size, its span over scenarios, under unequal follow-up; and power."""
    methods = list(comparisons.METHODS)
    sizes = [" v ".join(map(str, pair)) for pair in TRIALS]
    null = [row for row in tests if row["hazard_ratio"] == 1]
    equal = [row for row in null if row["censored"] in {f"{share:g} v {share:g}" for share in CENSORED}]
    typical = select(equal, censored=HALF_CENSORED, times=EXACT)
    power = [row for row in tests if row["hazard_ratio"] != 1]

    def by_size(rows: Rows, cell: Cell) -> str:
        lines = (
            [method, *(cell(select(rows, method=method, sizes=size)) for size in sizes)] for method in methods
        )
        return table(["test", *sizes], lines)

    unequal = dict.fromkeys((s.size, " v ".join(f"{share:g}" for share in s.censored)) for s in UNEQUAL)
    columns = [(size, lost) for size, lost in unequal if size in {"2 v 10", "3 v 9", "9 v 9", "20 v 20"}]
    header = [f"{size}, censored {lost}" for size, lost in columns]
    followed = (
        [
            m,
            *(
                only(select(null, method=m, sizes=s, censored=c, times=EXACT), "rejects_5")
                for s, c in columns
            ),
        ]
        for m in methods
    )
    return {
        "size_table": by_size(typical, lambda rows: only(rows, "rejects_5")),
        "strict_table": by_size(equal, lambda rows: span(rows, "rejects_1")),
        "span_table": by_size(equal, lambda rows: span(rows, "rejects_5")),
        "unequal_table": table(["test", *header], followed),
        "power_table": by_size(power, lambda rows: only(rows, "rejects_5")),
    }


def tables_of_curves(curves: Rows) -> dict[str, str]:
    """Intervals at n = 9, and the lowest coverage at each n."""
    nine = select(curves, sizes="9", censored="0.3", times=EXACT)
    rows = []
    for method in intervals.METHODS:
        found = {round(row["survival"], 2): row for row in select(nine, method=method)}
        cover = [percent(found[height]["coverage"]) for height in HEIGHTS]
        absent = [
            percent(found[height]["undefined"] + found[height]["without_length"]) for height in (0.9, 0.1)
        ]
        rows.append([method, *cover, f"{found[0.5]['length']:.2f}", *absent])
    header = ["interval", *(f"S = {height:g}" for height in HEIGHTS), "mean length at 0.5"]
    worst = (
        [method, *(percent(lowest_where_usable(select(curves, method=method, sizes=str(n)))) for n in SIZES)]
        for method in intervals.METHODS
    )
    return {
        "nine_table": table([*header, "none at 0.9", "none at 0.1"], rows),
        "worst_table": table(["interval", *(f"n = {n}" for n in SIZES)], worst),
        "lowest_table": lowest_table(curves),
    }


def lowest_table(curves: Rows) -> str:
    """Lowest coverage for S from .2 to .8, over all censoring and times; an absent interval is a miss."""
    middle = [row for row in curves if in_the_middle(row)]
    lines = []
    for method in intervals.METHODS:
        rows = select(middle, method=method)
        lines.append(
            [method, *(percent(min(r["coverage"] for r in select(rows, sizes=str(n)))) for n in SIZES)]
        )
    return table(["interval", *(f"n = {n}" for n in SIZES)], lines)


def tables_of_models(models: Rows) -> dict[str, str]:
    """Tests and intervals of the Cox model."""
    sizes = list(dict.fromkeys(row["sizes"] for row in models))
    ratios = list(dict.fromkeys(row["hazard_ratio"] for row in models))

    def line(size: str, ratio: float, names: Sequence[str]) -> list[str]:
        found = {row["measure"]: row for row in select(models, sizes=size, hazard_ratio=ratio)}
        return [model_cell(found[name]) for name in names]

    tests = ([size, *line(size, 1, COX)] for size in sizes)
    limits = ([size, f"{ratio:g}", *line(size, ratio, MODEL_INTERVALS)] for ratio in ratios for size in sizes)
    header = ["patients", "true ratio", "estimate exists", "Wald", "profile", "one-sided", "all profiles"]
    return {
        "model_tests": table(["patients", "likelihood ratio", "Wald"], tests),
        "models": table(header, limits),
    }


def model_cell(row: dict[str, float]) -> str:
    """Write the exact share and, in brackets, the simulated one with its Monte-Carlo error."""
    few = row["among"] < 100
    simulated = "too few" if few else f"({percent(row['simulated'])} ± {percent(row['error'])})"
    return simulated if math.isnan(row["exact"]) else f"{percent(row['exact'])} {simulated}"
