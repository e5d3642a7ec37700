"""`docs/calibration.md`: tables of what was measured, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.calibration import measured
from tests.calibration.measured import HAZARD_RATIOS, LARGER, REPLICATES, SIZES, SMALL, SURVIVAL, Measured
from tests.calibration.one_curve import SCALES

PAGE = Path(__file__).parents[2] / "docs" / "calibration.md"

FEW = 100
"""Simulated data sets of a kind (without an estimate, say) below which their share is not worth printing."""

TEXT = """\
# Calibration

How often a test at the 5 % level rejects when nothing differs, and how often a 95 % interval holds the
truth, at the sample sizes of reported cases. Shares are percentages. `make calibrate` measures them anew.

Times to event and to censoring are exponential; a quarter of the first group is censored (in 10 v 56 two
thirds), at the same rate as in the second. For up to twelve patients in two groups, and for every single
curve, the shares are exact: sums over all orders in which patients can leave, by formulas that share no code
with the package. In brackets stands what {replicates:,} seeded data sets gave through the package's kernels,
with its Monte-Carlo standard error; where no exact value can be had it stands alone.

## Tests

Two groups with the same hazard. The log-rank test is also the score test of the Cox model: without ties they
are the same number. A data set without a finite estimate counts as not rejected by Wald's test.

{tests}

- The asymptotic log-rank test rejects too often at these sizes: {logrank_least} to {logrank_most} % with
  twelve patients or fewer, most where the groups are unequal. Rejecting only below .01 keeps a true level
  under 5 %. With fewer than ten patients in a group, read a p-value between .01 and .05 as undecided, and say
  that it is asymptotic.
- The likelihood-ratio test of the Cox model has the same excess.
- Wald's test errs the other way; at 4 v 4 it rejects in {wald_least} % of data sets, whatever they show.
  Do not test with it at these sizes: use `likelihood_ratio` and `term_tests()`.

## Intervals of a Cox model

For the hazard ratio of the second group to the first. Where the likelihood is monotone no estimate exists,
and `cox` gives a one-sided profile interval. The last column takes all profile intervals together.

{models}

- Report the profile interval, the default. It exists for every data set in which the groups can be compared
  at all. With twelve patients or fewer it holds in {profile_least} to {profile_most} % rather than 95 %.
- Wald's interval holds in {wald_holds_least} to {wald_holds_most} % where it exists, but it is missing in up
  to {missing_most} % of data sets, and those are the ones with the strongest contrast.
- The one-sided column looks at extreme data alone. Under equal hazards these are the misleading ones, so it
  lies far below 95 % there. What the procedure achieves stands in the last column.

## Pointwise Kaplan-Meier intervals

At the time at which the true proportion is S. An interval is *unusable* where the estimate is 1 (width 0)
or 0 (undefined), or where follow-up has ended before. First with unusable intervals counted as misses:

{curves_all}

Then among data sets with a usable interval:

{curves_usable}

- `log-log`, the default, is the one scale of the five that keeps its level wherever it is defined (at least
  {loglog_least} % here); `logit` comes close ({logit_least} %).
- `plain` and `log` fall to {plain_least} and {log_least} %. Do not use them with fewer than twenty patients.
- No scale helps where nothing varies. With nine patients {early} % of data sets have no usable interval at
  S = 0.8, and {late} % at S = 0.25. Give the numbers at risk and of events there instead of an interval.
"""


def percent(share: float) -> str:
    """Write a share as a percentage with one decimal."""
    return f"{100 * share:.1f}"


def cell(found: Measured, name: str) -> str:
    """Write the exact share and, in brackets, the simulated one with its Monte-Carlo error."""
    rate = found.simulated[name]
    few = rate.among < FEW
    simulated = "too few" if few else f"({percent(rate.value)} ± {percent(rate.error())})"
    return simulated if found.exact is None else f"{percent(found.exact[name].value)} {simulated}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tests_table() -> str:
    """Type I error of the tests."""
    names = ("logrank", "logrank at 1 %", "likelihood ratio", "wald")
    rows = [[d.name, *(cell(measured.trial(d), name) for name in names)] for d in (*SMALL, *LARGER)]
    return table(["patients", "log-rank", "log-rank at the 1 % level", "likelihood ratio", "Wald"], rows)


def models_table() -> str:
    """Coverage of the intervals of a hazard ratio."""
    names = ("exists", "wald holds", "profile holds", "one-sided holds", "all profiles hold")
    rows = [
        [d.name, f"{ratio:g}", *(cell(measured.trial(d.under(ratio)), name) for name in names)]
        for ratio in HAZARD_RATIOS
        for d in (*SMALL, *LARGER)
    ]
    header = ["patients", "true ratio", "estimate exists", "Wald", "profile", "one-sided", "all profiles"]
    return table(header, rows)


def curves_table(ending: str) -> str:
    """Coverage of the intervals of a curve, and the share without one."""
    rows = []
    for n in SIZES:
        for s in SURVIVAL:
            found = measured.curve(n, s)
            unusable = percent(1 - found.best("log-log usable"))
            rows.append([str(n), f"{s:g}", unusable, *(cell(found, f"{name} {ending}") for name in SCALES)])
    return table(["patients", "S", "unusable", *SCALES], rows)


def text() -> str:
    """Write the whole page."""
    return TEXT.format(
        replicates=REPLICATES,
        tests=tests_table(),
        models=models_table(),
        curves_all=curves_table("holds"),
        curves_usable=curves_table("holds where usable"),
        **size_extremes(),
        **model_extremes(),
        **curve_extremes(),
    )


def size_extremes() -> dict[str, str]:
    """Name the extremes among the tests of the small designs."""
    sizes = [measured.trial(d).best("logrank") for d in SMALL]
    return {
        "logrank_least": percent(min(sizes)),
        "logrank_most": percent(max(sizes)),
        "wald_least": percent(measured.trial(SMALL[0]).best("wald")),
    }


def model_extremes() -> dict[str, str]:
    """Name the extremes among the models of the small designs."""
    found = [measured.trial(d.under(ratio)) for d in SMALL for ratio in HAZARD_RATIOS]
    profiles = [one.best("all profiles hold") for one in found]
    wald = [one.best("wald holds") for one in found]
    return {
        "profile_least": percent(min(profiles)),
        "profile_most": percent(max(profiles)),
        "wald_holds_least": percent(min(wald)),
        "wald_holds_most": percent(max(wald)),
        "missing_most": percent(max(1 - one.best("exists") for one in found)),
    }


def curve_extremes() -> dict[str, str]:
    """Name the extremes among the curves."""

    def least(name: str) -> str:
        found = [measured.curve(n, s).best(f"{name} holds where usable") for n in SIZES for s in SURVIVAL]
        return percent(min(found))

    return {
        "loglog_least": least("log-log"),
        "logit_least": least("logit"),
        "plain_least": least("plain"),
        "log_least": least("log"),
        "early": percent(1 - measured.curve(9, 0.8).best("log-log usable")),
        "late": percent(1 - measured.curve(9, 0.25).best("log-log usable")),
    }
