"""`docs/calibration.md`: tables of the committed results, and what follows from them in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from tests.calibration import comparisons, intervals
from tests.calibration.cells import INTERVALS, MODELS, TESTS
from tests.calibration.code_version import ROOT
from tests.calibration.page_text import TEXT
from tests.calibration.results import Rows, read, select
from tests.calibration.scenarios import CENSORED, EXACT, SIZES, TRIALS, UNEQUAL, YEARS

PAGE = ROOT / "docs" / "calibration.md"
NONE = "–"
HALF_CENSORED = "0.3 v 0.3"
SMALL = ("4 v 4", "5 v 5", "3 v 9", "2 v 10")
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


def percent(share: float) -> str:
    """Write a share as a percentage with one decimal."""
    return NONE if math.isnan(share) else f"{100 * share:.1f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def span(rows: Rows, name: str) -> str:
    """Write the smallest and the largest share."""
    values = [percent(row[name]) for row in sorted(rows, key=lambda row: row[name])]
    return NONE if not values else values[0] if values[0] == values[-1] else f"{values[0]} to {values[-1]}"


def only(rows: Rows, name: str) -> str:
    """Write the share of the one row there is."""
    return percent(rows[0][name]) if rows else NONE


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
    middle = [row for row in curves if 0.2 <= round(row["survival"], 2) <= 0.8]
    lines = []
    for method in intervals.METHODS:
        rows = select(middle, method=method)
        lines.append(
            [method, *(percent(min(r["coverage"] for r in select(rows, sizes=str(n)))) for n in SIZES)]
        )
    return table(["interval", *(f"n = {n}" for n in SIZES)], lines)


def lowest_where_usable(rows: Rows) -> float:
    """Return the lowest coverage among data sets with an interval of some length, where half have one."""
    usable = [(row["coverage"], 1 - row["undefined"] - row["without_length"]) for row in rows]
    return min((covers / among for covers, among in usable if among >= 0.5), default=math.nan)


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


def errors(curves: Rows, tests: Rows) -> dict[str, str]:
    """Largest Monte-Carlo errors, and the differences from the exact sums."""
    null = [row for row in tests if row["hazard_ratio"] == 1]
    summed = [row for row in curves if not math.isnan(row["exact_coverage"])]
    return {
        "curve_error": percent(max(row["coverage_error"] for row in curves)),
        "test_error": percent(max(row["rejects_5_error"] for row in null)),
        "least_replicates": f"{min(row['replicates'] for row in (*curves, *tests)):,.0f}",
        "most_replicates": f"{max(row['replicates'] for row in (*curves, *tests)):,.0f}",
        "sum_difference": percent(max(abs(row["coverage"] - row["exact_coverage"]) for row in summed)),
    }


def numbers_of_tests(tests: Rows) -> dict[str, str]:
    """Extremes among the tests that the text names."""
    null = [row for row in tests if row["hazard_ratio"] == 1]
    equal = [row for row in null if len(set(row["censored"].split(" v "))) == 1]
    small = [row for row in equal if row["sizes"] in SMALL]
    unequal = [row for row in null if len(set(row["censored"].split(" v "))) == 2]

    def ends(rows: Rows, method: str, name: str = "rejects_5") -> tuple[str, str]:
        values = [row[name] for row in select(rows, method=method)]
        return percent(min(values)), percent(max(values))

    found = {"mc_resamples": f"{comparisons.RESAMPLES}"}
    for key, method in (
        ("asymptotic", "log-rank, asymptotic"),
        ("exact", "log-rank, exact"),
        ("midp", "log-rank, exact mid-p"),
        ("imputed", "log-rank, imputation-permutation"),
        ("rmst", "RMST, asymptotic"),
        ("studentised", "RMST, studentised permutation"),
    ):
        found[f"{key}_least"], found[f"{key}_most"] = ends(small, method)
        found[f"{key}_unequal_least"], found[f"{key}_unequal_most"] = ends(unequal, method)
    found["exact_4v4"] = ends(select(small, sizes="4 v 4", times=EXACT), "log-rank, exact")[1]
    return found


def numbers_of_curves(curves: Rows) -> dict[str, str]:
    """Extremes among the curves that the text names."""

    def least(method: str, **where: str) -> str:
        return percent(min(row["coverage"] for row in select(curves, method=method, **where)))

    def length(method: str) -> float:
        rows = select(curves, method=method, sizes="9", censored="0.3", times=EXACT)
        return next(float(row["length"]) for row in rows if round(row["survival"], 2) == 0.5)

    nine = select(curves, sizes="9", times=EXACT, method="log-log")
    early = next(r for r in select(nine, censored="0.3") if round(r["survival"], 2) == 0.9)
    late = next(r for r in select(nine, censored="0.3") if round(r["survival"], 2) == 0.1)
    usable = {name: percent(lowest_where_usable(select(curves, method=name))) for name in intervals.METHODS}
    return {
        "bpcp_least": least("bpcp"),
        "bpcp_least_nine": least("bpcp", sizes="9"),
        "bpcp_least_years": least("bpcp", times=YEARS),
        "bpcp_least_recorded": least("bpcp", times="recorded"),
        "midp_interval_least": least("bpcp-midp"),
        "loglog_usable": usable["log-log"],
        "logit_usable": usable["logit"],
        "plain_usable": usable["plain"],
        "log_usable": usable["log"],
        "early_none": percent(early["undefined"] + early["without_length"]),
        "late_none": percent(late["undefined"] + late["without_length"]),
        "bpcp_length": f"{length('bpcp'):.2f}",
        "midp_length": f"{length('bpcp-midp'):.2f}",
        "loglog_length": f"{length('log-log'):.2f}",
    }


def numbers_of_models(models: Rows) -> dict[str, str]:
    """Extremes among the Cox models of the small designs."""
    small = [row for row in models if row["sizes"] in SMALL]

    def values(name: str) -> list[float]:
        return [row["exact"] for row in small if row["measure"] == name]

    wald = select(small, measure="wald", sizes="4 v 4", hazard_ratio=1.0)
    return {
        "wald_least": only(wald, "exact"),
        "profile_least": percent(min(values("all profiles hold"))),
        "profile_most": percent(max(values("all profiles hold"))),
        "wald_holds_least": percent(min(values("wald holds"))),
        "wald_holds_most": percent(max(values("wald holds"))),
        "missing_most": percent(max(1 - share for share in values("exists"))),
    }
