"""The permutation test of a curve against loops of single fits, all permutations, and at its edges."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.sensitivity.specifications import CoxTerm, MedianTime, Outcome, Relabelling, multiverse
from hpcstats.sensitivity.specifications.curve_statistics import band, extremes, statistics
from hpcstats.sensitivity.specifications.exchangeable import Exchangeable

TIME = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 12, 12]
EVENT = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]
IDS = [f"p{k:02d}" for k in range(12)]
ARM = ["new", "old", "old", "new", "old", "new", "new", "old", "new", "old", "old", "new"]
AGE = [41.0, 52, 63, 35, 47, 58, 69, 30, 44, 55, 61, 38]
SITE = ["a", "a", "b", "a", "b", "b", "a", "b", "b", "a", "b", "a"]
Y = hs.Surv.right(TIME, EVENT, id=IDS)
DATA = pd.DataFrame({"arm": ARM, "age": AGE, "site": SITE})
CHOICES = {
    "covariates": {"none": [], "age": ["age"]},
    "ties": ["efron", "breslow"],
    "penalty": {"none": None, "Firth": "firth"},
    "interval": ["profile", "wald"],
    "strata": {"none": None, "site": "site"},
}
MAIN = {"covariates": "none", "ties": "efron", "penalty": "Firth", "interval": "profile", "strata": "none"}


def stated(covariates, ties, penalty, interval, strata, arm=ARM):
    return CoxTerm(
        response=Y,
        data=DATA.assign(arm=arm),
        formula=["arm", *covariates],
        ties=ties,
        penalty=penalty,
        interval=interval,
        strata=strata,
    )


@pytest.fixture(scope="module")
def curve():
    def build(covariates, ties, penalty, interval, strata):
        return stated(covariates, ties, penalty, interval, strata)

    return multiverse(CHOICES, build, main=MAIN)


def test_every_specification_is_fitted_again_as_cox_fits_it(curve):
    """Each estimate and Z under a permutation is that of a model of its own with the labels so."""
    generator = np.random.default_rng(3)
    orders = [np.arange(12), *(generator.permutation(12) for _ in range(4))]
    for row, outcome in enumerate(curve.outcomes):
        told, labels = outcome.relabelling, curve.declared.labels(row)
        assert (told.ids, told.labels) == (tuple(IDS), tuple(ARM))
        code = {level: k for k, level in enumerate(told.levels)}
        codes = np.array([[code[ARM[k]] for k in order] for order in orders])
        estimates, z = told.evaluate(codes)
        for k, order in enumerate(orders):
            given = {
                name: CHOICES[name][label] if isinstance(CHOICES[name], dict) else label
                for name, label in labels.items()
            }
            model = stated(**given, arm=[ARM[j] for j in order])
            fit = hs.cox(
                Y, model.data, model.formula, ties=model.ties, penalty=model.penalty,
                interval=model.interval, strata=model.strata,
            )  # fmt: skip
            told_row = fit.to_frame().iloc[0]
            assert estimates[k] == pytest.approx(told_row["coef"], abs=1e-7)
            assert z[k, outcome.test] == pytest.approx(told_row["statistic"], abs=1e-6)


def test_the_statistics_are_those_of_the_frame(curve):
    frame, test = curve.to_frame(), curve.permutation_test(19, seed=1)
    log, p = np.log(frame["estimate"].to_numpy()), frame["p_value"].to_numpy()
    z = np.array([math.copysign(_quantile(value), one) for one, value in zip(log, p, strict=True)])
    up, down = ((p < 0.05) & (log > 0)).mean(), ((p < 0.05) & (log < 0)).mean()
    assert test.observed == pytest.approx([abs(np.median(log)), max(up, down), abs(z.mean())], abs=1e-6)
    assert test.direction[0] == np.sign(np.median(log))
    assert (test.n_specifications, test.n, test.n_distinct) == (32, 12, 16)
    told = test.to_frame()
    assert told.loc[0, "observed"] == pytest.approx(np.exp(abs(np.median(log))))
    assert told["p_value"].tolist() == test.p_value.tolist()


def _quantile(p: float) -> float:
    from statistics import NormalDist

    return -NormalDist().inv_cdf(p / 2)


def test_monotone_likelihoods_are_decided_as_cox_decides_them():
    """Infinite in the label, or in the covariate beside it, whose limit has an estimate of the label."""
    y = hs.Surv.right(range(1, 9), [1] * 6 + [0] * 2, id=list("abcdefgh"))
    data = pd.DataFrame({"x": [1, 0, 1, 0, 1, 0, 1, 0], "z": [3, 3, 3, 3, 2, 2, 2, 2]})

    def build(ties):
        return CoxTerm(response=y, data=data, formula=["x", "z"], ties=ties)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        found = multiverse({"ties": ["efron", "breslow"]}, build, main={"ties": "efron"})
        told = found.outcomes[0].relabelling
        generator, kinds = np.random.default_rng(0), set()
        for _ in range(25):
            x = generator.permutation(data["x"].to_numpy())
            fit = hs.cox(y, data.assign(x=x), ["x", "z"])
            estimate, z = told.evaluate(np.array([[told.levels.index(float(one)) for one in x]]))
            falls, rises = fit.search.open_sides[:, 0]
            kinds.add((bool(fit.monotone), bool(falls or rises)))
            if falls or rises:
                expected = math.nan if falls and rises else math.inf if rises else -math.inf
                assert estimate[0] == pytest.approx(expected, nan_ok=True)
            else:
                row = fit.to_frame().iloc[0]
                assert estimate[0] == pytest.approx(row["coef"], abs=1e-6)
                assert z[0, 0] == pytest.approx(row["statistic"], abs=1e-5)
    assert kinds == {(True, True), (True, False)}


def test_equal_fits_are_worked_out_once(curve):
    """Two intervals share a fit, and so a relabelling."""
    assert len({id(outcome.relabelling) for outcome in curve.outcomes}) == 16


def test_one_specification_is_the_test_over_all_permutations():
    kept = [0, 1, 2, 4, 5, 7, 8]
    y, arm = Y.take(kept), [ARM[k] for k in kept]

    def build(ties):
        return CoxTerm(response=y, data={"arm": arm}, formula=["arm"], ties=ties, penalty="firth")

    found = multiverse({"ties": ["efron", "breslow"]}, build, main={"ties": "efron"})
    test = found.permutation_test(2_000, seed=4)
    firsts = arm.count(arm[0])
    medians = []
    for chosen in itertools.combinations(range(7), firsts):
        labels = [arm[0] if k in chosen else ("old" if arm[0] == "new" else "new") for k in range(7)]
        fits = [
            hs.cox(y, {"arm": labels}, ["arm"], ties=ties, penalty="firth") for ties in ("efron", "breslow")
        ]
        medians.append(abs(np.median([fit.coef[0] for fit in fits])))
    share = (np.array(medians) >= test.observed[0] - 1e-9).mean()
    assert abs(test.p_value[0] - share) < 4 * test.monte_carlo_error[0] + 1 / 2_001


def test_a_seed_draws_the_same_again_and_jobs_change_nothing(curve):
    one, two = curve.permutation_test(39, seed=5), curve.permutation_test(39, seed=5, n_jobs=2)
    assert one.p_value.tolist() == two.p_value.tolist()
    assert np.array_equal(one.low, two.low, equal_nan=True)
    assert (one.low <= one.high).all()
    assert curve.permutation_test(3, seed=1).p_value.min() >= 0.25
    drawn = curve.permutation_test(9)
    assert curve.permutation_test(9, seed=int(drawn.seed)).expected.tolist() == drawn.expected.tolist()


def test_labels_stay_within_levels():
    within = dict(zip(IDS, SITE, strict=True))
    model = Relabelling(ids=tuple(IDS), labels=tuple(ARM), evaluate=lambda codes: (codes, codes))
    people = Exchangeable.of([model], within)
    moved = people.permutations(50, np.random.default_rng(1))
    site = np.array(SITE)
    assert (site[moved] == site).all()
    assert len({tuple(row) for row in moved.tolist()}) > 40
    with pytest.raises(hs.DataError, match="within says nothing of the patients p00"):
        Exchangeable.of([model], {})


def test_a_patient_has_one_label_in_all_specifications():
    """Labels move together over specifications of different patients."""
    whole = Relabelling(ids=tuple(IDS), labels=tuple(ARM), evaluate=lambda codes: (codes, codes))
    part = Relabelling(
        ids=tuple(IDS[8:2:-1]), labels=tuple(ARM[8:2:-1]), evaluate=lambda codes: (codes, codes)
    )
    people = Exchangeable.of([part, whole])
    assert len(people.wordings) == 1
    moved = people.permutations(20, np.random.default_rng(1))
    first, second = people.codes(0, part, moved), people.codes(1, whole, moved)
    shown = [np.array(model.levels)[codes] for model, codes in ((part, first), (whole, second))]
    for k, id_ in enumerate(part.ids):
        assert (shown[0][:, k] == shown[1][:, whole.ids.index(id_)]).all()
    assert (np.sort(shown[1], axis=1) == np.sort(np.array(ARM))).all()


def test_other_wordings_move_along_and_nobody_enters_or_leaves():
    """In a second wording some patients have another label, some none: these change places among them."""
    fine = ["x", "x", "y", None, "z", "z", None, "y", "x", None, "y", "z"]
    known = [k for k in range(12) if fine[k]]
    one = Relabelling(ids=tuple(IDS), labels=tuple(ARM), evaluate=lambda codes: (codes, codes))
    two = Relabelling(
        ids=tuple(IDS[k] for k in known),
        labels=tuple(fine[k] for k in known),
        evaluate=lambda codes: (codes, codes),
    )
    people = Exchangeable.of([one, two])
    assert sorted(map(len, people.layers)) == [3, 9]
    moved = people.permutations(30, np.random.default_rng(2))
    coarse, detailed = people.codes(0, one, moved), people.codes(1, two, moved)
    assert (coarse >= 0).all()
    assert (detailed >= 0).all()
    # The pair of labels of a patient goes as one to the same patient.
    pairs = {(ARM[k], fine[k]) for k in known}
    for row in range(30):
        met = {(one.levels[coarse[row, k]], two.levels[detailed[row, j]]) for j, k in enumerate(known)}
        assert met <= pairs


def test_the_test_holds_its_size():
    """Where the label has nothing to do with the times p is below 0.2 in about a fifth of 40 samples."""
    generator, below = np.random.default_rng(8), np.zeros(3)
    for number in range(40):
        y = hs.Surv.right(generator.exponential(size=14), generator.random(14) < 0.8, id=range(14))
        data = {"x": generator.permutation([0.0] * 7 + [1.0] * 7), "z": generator.normal(size=14)}

        def build(covariates, penalty, y=y, data=data):
            return CoxTerm(response=y, data=data, formula=["x", *covariates], penalty=penalty)

        options = {"covariates": {"none": [], "z": ["z"]}, "penalty": {"none": None, "Firth": "firth"}}
        found = multiverse(options, build, main={"covariates": "none", "penalty": "Firth"})
        below += found.permutation_test(39, seed=number).p_value <= 0.2
    assert (below[[0, 2]] >= 2).all()
    assert (below <= 15).all()


def test_a_strong_effect_is_found():
    generator = np.random.default_rng(1)
    x = np.repeat([0, 1], 15)
    y = hs.Surv.right(generator.exponential(np.where(x, 1, 8)), [1] * 30, id=range(30))

    def build(penalty):
        return CoxTerm(response=y, data={"x": x}, formula=["x"], penalty=penalty)

    found = multiverse({"penalty": {"none": None, "Firth": "firth"}}, build, main={"penalty": "Firth"})
    test = found.permutation_test(199, seed=1)
    assert test.p_value[[0, 2]].tolist() == pytest.approx([1 / 200] * 2)
    # A share of 1 cannot be surpassed, but reached by chance.
    assert test.observed[1] == 1
    assert 1 / 200 <= test.p_value[1] < 0.06
    assert test.direction.tolist() == [1, 1, 1]
    assert (found.estimates > test.high).all()


def test_a_function_of_labels_of_ones_own():
    """The difference of two means, whose permutation distribution is known."""
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])

    def difference(codes):
        first = codes == 0
        away = (values * ~first).sum(axis=1) / (~first).sum(axis=1) - (values * first).sum(
            axis=1
        ) / first.sum(axis=1)
        return away, away

    def build(scale):
        labels = Relabelling(ids=tuple("abcdef"), labels=tuple("xxxyyy"), evaluate=difference)
        return Outcome(estimate=3.0, null=0.0, label=f"Difference{scale[:0]}", relabelling=labels)

    found = multiverse({"scale": ["one", "two"]}, build, main={"scale": "one"})
    test = found.permutation_test(4_000, seed=1)
    assert test.observed[0] == 3.0
    assert abs(test.p_value[0] - 2 / 20) < 4 * test.monte_carlo_error[0]


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda a: MedianTime(response=Y, interval=a, null=5.0), hs.UnsupportedError, "no labels that could"),
        (lambda a: MedianTime(response=Y, interval=a), hs.UnsupportedError, "needs a null value"),
        (
            lambda a: CoxTerm(response=hs.Surv.right(TIME, EVENT), data=DATA, formula=["arm"]),
            hs.UnsupportedError,
            "identifiers",
        ),
        (
            lambda a: CoxTerm(response=Y, data={"x": range(12, 24), "z": AGE}, formula="z + x", term="x"),
            None,
            "",
        ),
        (
            lambda a: CoxTerm(response=Y, data=DATA, formula="arm * age", term="arm"),
            hs.UnsupportedError,
            "arm is part of an interaction",
        ),
    ],
)
def test_what_cannot_change_labels_is_refused(build, error, message):
    found = multiverse({"a": ["bpcp", "log-log"]}, build, main={"a": "bpcp"})
    if error is None:
        assert found.permutation_test(5, seed=1).n == 12
        return
    with pytest.raises(error, match=message):
        found.permutation_test(5, seed=1)


def test_too_many_values_and_labels_over_time_are_refused():
    y = hs.Surv.right(range(1, 14), [1] * 13, id=range(13))
    counting = hs.Surv.counting([0, 2, 0, 0, 0], [2, 5, 3, 4, 6], [0, 1, 1, 1, 0], id=[1, 1, 2, 3, 4])

    def many(a):
        return CoxTerm(response=y, data={"x": np.arange(13.0) ** 2 % 14 + np.arange(13) / 7}, formula=["x"])

    def moving(a):
        return CoxTerm(response=counting, data={"x": [0, 1, 1, 0, 1]}, formula=["x"], penalty="firth")

    for build, message in ((many, "13 different values"), (moving, "differs between the rows")):
        found = multiverse({"a": [1, 2]}, build, main={"a": 1})
        with pytest.raises(hs.UnsupportedError, match=message):
            found.permutation_test(5, seed=1)


def test_statistics_leave_out_what_is_not_known():
    nan = math.nan
    found = statistics(np.array([[nan, -2.0, 1.0], [nan] * 3]), np.array([[nan, -3.0, 1.0], [nan] * 3]), 1.96)
    assert found[0].tolist() == [-0.5, -0.5, -1.0]
    assert np.isnan(found[1]).all()
    assert extremes(np.abs(found)).tolist() == [1.0, 1.0, 1.0]


def test_the_band_is_that_of_order_statistics():
    curves = np.array([[3.0, 1.0], [2.0, 6.0], [5.0, 4.0]])
    low, high = band(curves, 0.5)
    assert (low.tolist(), high.tolist()) == ([1.0, 3.0], [4.0, 6.0])
    assert np.isnan(band(curves, 0.95)[0]).all()
