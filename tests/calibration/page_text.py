"""The words of `docs/calibration.md`; what stands in braces is filled from the committed results."""

from __future__ import annotations

TEXT = """\
# Calibration

How often a 95 % interval holds the truth, and how often a test at the 5 % level rejects when nothing
differs, at the sample sizes of reported cases. Shares are percentages. `make calibrate` measures them
anew.

## What to use

- **A curve with up to forty patients: `interval="bpcp"`, the default.** It held the truth in at least
  {bpcp_least} % of data sets in every scenario, and is defined at every time, also before the first event
  and after the last observation. The price is length: {bpcp_length} on average with nine patients at
  S = 0.5, where `log-log` needs {loglog_length}. `bpcp-midp` ({midp_length}) is right on average, but falls
  to {midp_interval_least} % in places.
- **Where the beta product has no definition (delayed entry, sampling weights): `log-log`**, which `auto`
  then takes. It fails by being absent: with nine patients, 30 % censored, it is undefined or has no length
  in {early_none} % of data sets at S = 0.9 and in {late_none} % at S = 0.1; there give the numbers at risk
  and of events instead. Where it exists, and S lies between 0.2 and 0.8, it holds in at least
  {loglog_usable} %, with `lower_limit="dorey-korn"` in {dorey_usable} %: late, when few are left, the usual
  lower limit is too high.
- **No other interval keeps its level.** Where they exist `plain` falls to
  {plain_usable} %, `log` to {log_usable} %, `logit` to {logit_usable} %, `arcsin` to {arcsin_usable} %,
  `thomas-grunkemeier` to {tg_usable} %, `rothman` to {rothman_usable} %, `strawderman-wells` to
  {sw_usable} % and the variants of Borkowf to {borkowf_usable} %; beyond the last observation none says
  anything. `thomas-grunkemeier`, `rothman` and the shifted Borkowf intervals at least bound a curve that
  is still at 1.
- **Two groups followed alike: `logrank`, by default the exact permutation test, and Monte Carlo for more
  patients.** It never rejects above its level. With four patients against four it cannot reach the 1 %
  level at all: the smallest possible p-value is 2/70. The mid-p version wastes less and promises nothing:
  {midp_least} to {midp_most} % with twelve patients or fewer. The asymptotic test rejects in
  {asymptotic_least} to {asymptotic_most} % there, most where the groups are unequal; nothing speaks for it.
- **Two groups followed for different lengths of time: `logrank(method="imputation-permutation")`**, and
  say that it is approximate: {imputed_unequal_least} to {imputed_unequal_most} % over all sizes. The
  permutation test then has no guarantee ({exact_unequal_least} to {exact_unequal_most} %): it answers
  whether the groups differ in anything, follow-up included. With two patients in a group imputation has
  hardly any power: {imputed_power} % at 2 v 10, where the exact test has {exact_power} %.
- **Restricted means: the studentised permutation, to a horizon fixed in advance.** It then keeps its level
  ({fixed_least} to {fixed_most} % with twelve patients or fewer). Where the horizon follows the data it is
  nearly exact ({studentised_least} to {studentised_most} %), and where the groups are followed differently
  it is not ({studentised_unequal_least} to {studentised_unequal_most} %). The asymptotic test rejects in
  {rmst_least} to {rmst_most} % with twelve patients or fewer: never use it at such sizes.
- **One time fixed in advance: `compare_at`, melded; medians: `compare_medians`.** Both keep their level
  whatever the follow-up (at most {melded_most} and {medians_most} %), and need more than ten patients in a
  group to find anything. The mid-p version of `compare_at` finds more and rejects in up to
  {melded_midp_most} %; the normal approximation rejects in up to {fixed_time_most} %.
- **Hazard ratios: the profile interval**, and `likelihood_ratio` rather than Wald's test.

## What was simulated

Times to the event are exponential with a mean of seven years; times to the end of follow-up are
exponential, so that none, 30 or 60 % of the patients are censored. Times are *exact*, or known in whole
*years*: then both are rounded to the nearest year and the truth is that of the rounded time, P(round(T) >
t). With nine patients they were also rounded only when *recorded*, after the earlier of the two had been
observed, as case reports do; the lowest coverage of `bpcp` is then {bpcp_least_recorded} %.

Each method saw {least_replicates} to {most_replicates} seeded data sets in each of its scenarios. The
Monte-Carlo standard error of a coverage is at most {curve_error} percentage points, that of a type I
error at most {test_error}. For up to nine patients and exact times coverage is also a finite sum over all
patterns of events; the largest difference from it is {sum_difference} points. Tests by resampling drew
{mc_resamples} times. Data without a p-value count as not rejected, intervals that are undefined or have
no length as missing the truth.

The numbers behind this page:

- {{download}}`intervals.csv <calibration/intervals.csv>`
- {{download}}`tests.csv <calibration/tests.csv>`
- {{download}}`models.csv <calibration/models.csv>`

## Intervals of a curve

![Coverage of each interval with nine patients, over the true S(t)](../figures/figure_05_coverage.png)

*Figure 5. Coverage against the true S(t) with nine patients and exact times.*

Nine patients, 30 % censored, exact times. Coverage by the true S; then the mean length of the intervals
that are defined, and the share of data sets in which there is none, or one without length.

{nine_table}

Lowest coverage for S from 0.2 to 0.8, over all shares censored and both kinds of times:

{lowest_table}

The same among data sets in which the interval is defined and has a length, where that is so in half of
them:

{worst_table}

## Tests

Type I error at the 5 % level: both groups with the same hazard, 30 % censored, exact times. A dash: not
looked at, because each data set would take too long.

{size_table}

Smallest and largest type I error over all scenarios in which both groups are followed alike (none, 30, 60
% censored; exact times and whole years), at the 5 % level:

{span_table}

and at the 1 % level:

{strict_table}

When the groups are followed for different lengths of time (5 % level, share censored in the first and in
the second group):

{unequal_table}

- Permutation takes time and event of a patient as one. Where follow-up differs it tests whether the
  groups differ in either; `logrank` warns when the data show it, and `compare_follow_up` shows more.
- RMST: the horizon is the end of the shorter follow-up, or fixed at the time at which half are left. S(t) is
  compared at that time too.

Power at the 5 % level when the second hazard is four times the first (30 % censored, exact times). The
power of a test that does not keep its level means nothing:

{power_table}

## Cox model

A quarter of the patients is censored, in 10 v 56 two thirds. For up to twelve patients the shares are
exact, sums over all orders in which patients can leave; in brackets stands what simulated data gave, with
its Monte-Carlo standard error. The score test is the log-rank test. A data set without a finite estimate
counts as not rejected by Wald's test.

{model_tests}

- The likelihood-ratio test has the excess of the asymptotic log-rank test.
- Wald's test errs the other way: at 4 v 4 it rejects in {wald_least} % of data sets, whatever they show.

Intervals of the hazard ratio of the second group to the first. Where the likelihood is monotone no
estimate exists, and `cox` gives a one-sided profile interval. The last column takes all profile intervals
together.

{models}

- Report the profile interval, the default. It exists for every data set in which the groups can be
  compared at all. With twelve patients or fewer it holds in {profile_least} to {profile_most} % rather
  than 95 %.
- Wald's interval holds in {wald_holds_least} to {wald_holds_most} % where it exists, but it is missing in
  up to {missing_most} % of data sets, and those are the ones with the strongest contrast.
- The one-sided column looks at extreme data alone. Under equal hazards these are the misleading ones, so
  it lies far below 95 % there. What the procedure achieves stands in the last column.

## Measuring it anew

`make calibrate` runs every method in every scenario and compares the results with the committed tables; it
takes about twenty minutes on two cores. Each result is kept in `build/calibration` as soon as it is there: a
run that was stopped goes on where it was, and only code that can change a number makes it begin again.
Random numbers belong to a scenario by its name, so that another scenario changes no result.

| variable | effect |
| --- | --- |
| `HPCSTATS_WRITE_CALIBRATION=1` | write the tables and this page; then `make reproduce` for Figure 5 |
| `HPCSTATS_FRESH=1` | run everything anew |
| `HPCSTATS_JOBS=1` | methods at work at the same time; default one per core |
| `HPCSTATS_DASK=tcp://host:8786` | work on a Dask cluster, with this checkout on the path of its workers |

`python -m tests.calibration --help` runs a part: `--only intervals bpcp --most 1000 --out somewhere`.
"""
