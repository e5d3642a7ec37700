"""The imputation-permutation test: its law by enumeration, its statistic by loops, and what it reduces to."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.compare import imputation
from hpcstats.compare.imputation import imputation_permutation
from hpcstats.core import logrank
from hpcstats.core.permutation import imputation as kernel
from hpcstats.groups import Groups
from tests import oracles

SMALL = ([1.0, 2.0, 2.0, 3.0, 4.0], [True, False, True, True, False], ["a", "a", "b", "b", "b"])
TIED = (
    [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0],
    [True, False, True, False, False, True, True, True, False, False],
    ["a", "b", "a", "a", "b", "b", "b", "a", "b", "b"],
)


def outcome(time, event, group, strata=None, *, seed=1, m=2_000, weigh=logrank.unit, **options):
    y = hs.Surv.right(time, event)
    return imputation_permutation(
        y,
        Groups.of(group, y),
        Groups.of(strata, y),
        weigh,
        n_resamples=m,
        generator=np.random.default_rng(seed),
        **options,
    )


def layer(time, event, group):
    labels = sorted(set(group))
    codes = np.array([labels.index(label) for label in group])
    return kernel.layer_of(np.array(time), np.array(event), codes, len(labels))


def z_by_loops(time, event, group, strata=None):
    observed, expected, variance = oracles.logrank(time, event, group, strata=strata)
    return float(observed - expected) / math.sqrt(variance) if variance else 0.0


def censoring_curve(time, event, t):
    """P(C > t): a patient with the event at t is no longer there to be censored at t."""
    curve = Fraction(1)
    for u in sorted({x for x, e in zip(time, event, strict=True) if not e and x <= t}):
        lost = sum(1 for x, e in zip(time, event, strict=True) if x == u and not e)
        there = sum(1 for x, e in zip(time, event, strict=True) if x > u or (x == u and not e))
        curve *= 1 - Fraction(lost, there)
    return curve


def law(curve, times, after):
    """Probabilities of the next times after `after`, the rest at infinity."""
    start = curve(after)
    above, parts = start, {}
    for t in times:
        if t > after and curve(t) < above:
            parts[t] = (above - curve(t)) / start
            above = curve(t)
    return parts | ({math.inf: above / start} if above else {})


def seen(event_time, censoring, end):
    """What a patient shows: (time, event); nobody is observed after `end`."""
    if event_time <= censoring and event_time < math.inf:
        return event_time, True
    return min(event_time, censoring, end), False


class Enumeration:
    """Every imputation and every permutation of tiny data, with its probability."""

    def __init__(self, time, event, group):
        self.time, self.event, self.group = time, event, group
        self.times, self.rows = sorted(set(time)), range(len(time))
        self.found: dict[float, Fraction] = defaultdict(Fraction)

    def event_law(self, row):
        if self.event[row]:
            return {self.time[row]: Fraction(1)}
        return law(lambda t: oracles.kaplan_meier(self.time, self.event, t), self.times, self.time[row])

    def censoring_law(self, label, after):
        rows = [row for row in self.rows if self.group[row] == label]
        time, event = [self.time[row] for row in rows], [self.event[row] for row in rows]
        return law(lambda t: censoring_curve(time, event, t), self.times, after)

    def own_censoring_law(self, row):
        if not self.event[row]:
            return {self.time[row]: Fraction(1)}
        earlier = max((t for t in self.times if t < self.time[row]), default=0.0)
        return self.censoring_law(self.group[row], earlier)

    def add(self, shown, group, weight):
        time, event = zip(*shown, strict=True)
        self.found[round(z_by_loops(time, event, group), 9)] += weight

    def permuting_times(self):
        draws = [self.event_law(row) for row in self.rows] + [
            self.own_censoring_law(row) for row in self.rows
        ]
        n = len(self.time)
        for drawn in itertools.product(*(part.items() for part in draws)):
            weight = math.prod((p for _, p in drawn), start=Fraction(1, math.factorial(n)))
            for order in itertools.permutations(self.rows):
                shown = [seen(drawn[order[i]][0], drawn[n + i][0], self.times[-1]) for i in self.rows]
                self.add(shown, self.group, weight)
        return self

    def permuting_groups(self):
        n = len(self.time)
        for order in itertools.permutations(self.rows):
            group = [self.group[k] for k in order]
            moved = [row for row in self.rows if group[row] != self.group[row]]
            draws = [self.event_law(row) for row in moved]
            draws += [self.censoring_law(group[row], 0.0) for row in moved]
            for drawn in itertools.product(*(part.items() for part in draws)):
                shown = list(zip(self.time, self.event, strict=True))
                for k, row in enumerate(moved):
                    shown[row] = seen(drawn[k][0], drawn[len(moved) + k][0], self.times[-1])
                weight = math.prod((p for _, p in drawn), start=Fraction(1, math.factorial(n)))
                self.add(shown, group, weight)
        return self

    def at_least(self, z):
        return float(sum(p for value, p in self.found.items() if abs(value) >= abs(z) - 1e-6))


@pytest.mark.parametrize("variant", ["IPT", "IPZ"])
@pytest.mark.parametrize("group", [SMALL[2], ["a", "b", "a", "b", "a"], ["b", "a", "a", "a", "b"]])
def test_the_share_of_extreme_data_sets_is_that_of_all_imputations_and_permutations(variant, group):
    time, event, _ = SMALL
    every = Enumeration(time, event, group)
    every = every.permuting_times() if variant == "IPT" else every.permuting_groups()
    assert sum(every.found.values()) == 1
    exact = every.at_least(z_by_loops(time, event, group))
    found = outcome(time, event, group, variant=variant, m=20_000)
    assert abs(found.exceedances / 20_000 - exact) <= 4 * math.sqrt(exact * (1 - exact) / 20_000) + 1e-12


@pytest.mark.parametrize("variant", ["IPT", "IPZ"])
def test_statistics_are_those_of_a_loop_over_the_data_sets(variant):
    placed = layer(*TIED)
    made = kernel.VARIANTS[variant](placed, 60, np.random.default_rng(3))
    together = imputation._statistic(kernel.scores(placed, made, logrank.unit), None)
    alone = [
        z_by_loops(made.position[b].tolist(), made.event[b].tolist(), made.group[b].tolist())
        for b in range(60)
    ]
    assert np.nan_to_num(together) == pytest.approx(np.array(alone), abs=1e-12)


def test_both_estimates_let_events_precede_censorings():
    placed = layer([1.0, 1.0, 2.0, 3.0], [True, False, False, True], ["a"] * 4)
    assert placed.survival == pytest.approx([3 / 4, 3 / 4, 0])
    assert placed.follow_up[0] == pytest.approx([2 / 3, 1 / 3, 1 / 3])


def test_draws_have_the_probabilities_of_the_curve_given_survival_so_far():
    curve = np.array([0.75, 0.5, 0.25, 0.25])
    uniform = (np.arange(300) + 0.5) / 300
    drawn = kernel._draw(curve, uniform, np.zeros(300, dtype=np.int64))
    assert np.bincount(drawn, minlength=5).tolist() == [0, 100, 100, 0, 100]


def test_who_keeps_the_group_keeps_the_data():
    placed = layer(*TIED)
    made = kernel.permute_groups(placed, 200, np.random.default_rng(5))
    stays = made.group == placed.group
    assert stays.any()
    assert not stays.all()
    assert (np.where(stays, made.position, placed.position) == placed.position).all()
    assert (np.where(stays, made.event, placed.event) == placed.event).all()


def test_nobody_is_observed_in_a_group_longer_than_its_follow_up_allows():
    time, event, group = (
        [1.0, 2.0, 5.0, 6.0, 7.0, 8.0],
        [False, False, True, True, True, True],
        list("aabbbb"),
    )
    for variant in kernel.VARIANTS.values():
        placed = layer(time, event, group)
        made = variant(placed, 500, np.random.default_rng(2))
        assert placed.position[1] == made.position[made.group == 0].max()
        assert (made.group == 0).any()


@pytest.mark.parametrize("variant", ["IPT", "IPZ"])
@pytest.mark.parametrize("weigh", [logrank.unit, logrank.gehan, logrank.fleming_harrington(1, 1)])
def test_without_censoring_it_is_the_permutation_test_of_the_standardised_statistic(variant, weigh):
    time, group = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], list("aabaabb")
    placed = layer(time, [True] * 7, group)
    data = kernel.observed(placed)
    splits = [np.isin(range(7), rows).astype(int) for rows in itertools.combinations(range(7), 3)]
    every = kernel.Replicates(np.tile(data.position, (35, 1)), np.tile(data.event, (35, 1)), np.array(splits))
    exact = np.abs(imputation._statistic(kernel.scores(placed, every, weigh), None))
    found = outcome(time, [True] * 7, group, variant=variant, weigh=weigh, m=20_000)
    share = np.mean(exact >= abs(found.statistic) - 1e-9)
    assert abs(found.p_value - share) <= 4 * math.sqrt(share * (1 - share) / 20_000) + 1e-4


def test_the_statistic_of_the_data_is_that_of_the_log_rank_test_and_of_its_strata():
    time, event, group = TIED
    strata = ["u", "v"] * 5
    test = hs.logrank(hs.Surv.right(time, event), group, strata=strata)
    found = outcome(time, event, group, strata, m=50)
    assert found.statistic == pytest.approx(test.z)
    assert found.statistic == pytest.approx(z_by_loops(time, event, group, strata))


def test_nothing_crosses_the_border_of_a_stratum():
    # Within the strata every patient's fate is the only one possible, so that nothing can vary.
    time, event = [1.0, 2.0, 3.0, 4.0], [True, True, True, True]
    found = outcome(time, event, ["a", "b", "a", "b"], ["u", "v", "u", "v"], m=50)
    assert math.isnan(found.statistic)
    assert math.isnan(found.p_value)
    assert math.isnan(found.std_error)


def test_p_values_count_the_data_among_the_data_sets():
    found = outcome(*TIED, m=999)
    assert found.p_value == (found.exceedances + 1) / 1000
    assert found.std_error == pytest.approx(math.sqrt(found.p_value * (1 - found.p_value) / 999))
    assert found.n_resamples == 999


def test_the_same_seed_gives_the_same_answer_and_another_seed_another():
    answers = [outcome(*TIED, seed=seed, m=500).exceedances for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]


def test_resamples_come_in_pieces_of_bounded_memory(monkeypatch):
    monkeypatch.setattr(kernel, "_CELLS", 24 * 100)
    pieces = outcome(*TIED, m=4_050)
    assert kernel.chunk_length([layer(*TIED)]) == 100
    monkeypatch.undo()
    whole = outcome(*TIED, m=4_050)
    assert pieces.n_resamples == 4_050
    assert abs(pieces.p_value - whole.p_value) < 4 * math.hypot(pieces.std_error, whole.std_error)


def test_one_sided_alternatives_look_to_the_side_of_the_first_group():
    time, event, group = list(range(1, 11)), [True] * 9 + [False], list("aaaaabbbbb")
    greater, less = (outcome(time, event, group, alternative=side) for side in ("greater", "less"))
    assert greater.statistic > 2
    assert greater.p_value < 0.02
    assert less.p_value > 0.98


def test_more_groups_and_a_trend():
    time, event = list(range(1, 13)), [True] * 11 + [False]
    group = list("aaaabbbbcccc")
    three, trend = outcome(time, event, group), outcome(time, event, group, trend=np.array([1.0, 2.0, 3.0]))
    y = hs.Surv.right(time, event)
    assert three.statistic == pytest.approx(hs.logrank(y, group).statistic)
    assert trend.statistic == pytest.approx(hs.logrank(y, group, trend=[1, 2, 3]).z)
    assert max(three.p_value, trend.p_value) < 0.01
    with pytest.raises(hs.DesignError, match="two groups or a trend"):
        outcome(time, event, group, alternative="greater")


def test_delayed_entry_and_unknown_variants_are_refused():
    y = hs.Surv.right([2, 3], [1, 1], entry=[0, 1])
    rest = (Groups.of(["a", "b"], y), Groups.of(None, y), logrank.unit)
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        imputation_permutation(y, *rest, n_resamples=9, generator=np.random.default_rng(1))
    with pytest.raises(hs.UnsupportedError, match="IPT"):
        outcome(*TIED, variant="both")


def rejected(first, second, hazard_ratio, replicates, resamples=199):
    """Share of p <= 5 % where the second group is given up early: IPT, IPZ, and permuting |O - E|."""
    generator = np.random.default_rng([20_100_502, first, second, hazard_ratio])
    group = np.repeat([0, 1], [first, second])
    hits = np.zeros(3)
    for _ in range(replicates):
        event_time = generator.exponential(np.where(group == 1, 1 / hazard_ratio, 1.0))
        censoring = np.where(group == 1, generator.uniform(0.05, 0.4, group.size), np.inf)
        placed = kernel.layer_of(np.minimum(event_time, censoring), event_time <= censoring, group, 2)
        data = kernel.scores(placed, kernel.observed(placed), logrank.unit)
        z = float(imputation._statistic(data, None)[0])
        if math.isnan(z):
            continue
        made = [kernel.VARIANTS[name](placed, resamples, generator) for name in ("IPT", "IPZ")]
        values = [imputation._statistic(kernel.scores(placed, one, logrank.unit), None) for one in made]
        extreme = [imputation._at_least(value, z, "two-sided") for value in values]
        shuffled = generator.permuted(np.tile(group, (resamples, 1)), axis=1)
        rows = [np.broadcast_to(part, shuffled.shape) for part in (placed.position, placed.event)]
        naive = kernel.scores(placed, kernel.Replicates(*rows, shuffled), logrank.unit)
        distance = np.abs(naive.observed - naive.expected)[:, 0]
        extreme.append(int((distance >= abs(data.observed - data.expected)[0, 0] - 1e-9).sum()))
        hits += [(b + 1) / (resamples + 1) <= 0.05 for b in extreme]
    return hits / replicates


@pytest.mark.calibration
@pytest.mark.parametrize("design", [(5, 5), (12, 6), (6, 12)])
def test_it_keeps_its_level_where_permuting_the_groups_loses_its_power(design):
    replicates = 1_500
    error = math.sqrt(0.05 * 0.95 / replicates)
    size, power = (rejected(*design, ratio, replicates) for ratio in (1, 6))
    print(f"{design}: level {size.round(4)}, at a hazard ratio of 6 {power.round(4)} (IPT, IPZ, permuted)")
    assert (size[:2] < 0.05 + 4 * error).all()
    assert (size[2] < 0.05 - 4 * error) or design == (6, 12)
    assert (power[:2] > power[2] + 4 * error).all()
