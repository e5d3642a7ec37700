"""The numbers that the words of the page name: extremes among the committed results."""

from __future__ import annotations

import math

from tests.calibration import comparisons, intervals
from tests.calibration.page_cells import lowest_where_usable, only, percent
from tests.calibration.results import Rows, select
from tests.calibration.scenarios import EXACT, RECORDED, YEARS

SMALL = ("4 v 4", "5 v 5", "3 v 9", "2 v 10")


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
        ("fixed", "RMST to fixed horizon, studentised"),
    ):
        found[f"{key}_least"], found[f"{key}_most"] = ends(small, method)
        found[f"{key}_unequal_least"], found[f"{key}_unequal_most"] = ends(unequal, method)
    for key, method in (
        ("melded", "S(t), melded"),
        ("melded_midp", "S(t), melded mid-p"),
        ("fixed_time", "S(t), asymptotic"),
        ("medians", "medians, melded"),
    ):
        found[f"{key}_most"] = ends(null, method)[1]
    unlike = [row for row in tests if row["hazard_ratio"] != 1 and row["sizes"] == "2 v 10"]
    found["imputed_power"] = ends(unlike, "log-rank, imputation-permutation")[0]
    found["exact_power"] = ends(unlike, "log-rank, exact")[0]
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
        "bpcp_least_recorded": least("bpcp", times=RECORDED),
        "midp_interval_least": least("bpcp-midp"),
        "loglog_usable": usable["log-log"],
        "dorey_usable": usable["log-log, Dorey-Korn"],
        "logit_usable": usable["logit"],
        "arcsin_usable": usable["arcsin"],
        "plain_usable": usable["plain"],
        "log_usable": usable["log"],
        "tg_usable": usable["thomas-grunkemeier"],
        "rothman_usable": usable["rothman"],
        "sw_usable": usable["strawderman-wells"],
        "borkowf_usable": min((usable[name] for name in usable if name.startswith("borkowf")), key=float),
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
