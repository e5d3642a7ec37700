"""The permutation test against a loop of one's own, and labels that some specifications cannot read."""

from __future__ import annotations

import json
import math
import statistics
import warnings

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.sensitivity.specifications import CoxTerm, Relabelling, multiverse
from hpcstats.sensitivity.specifications.curve_statistics import band
from hpcstats.sensitivity.specifications.exchangeable import Exchangeable

TIME = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 12, 12]
EVENT = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]
IDS = [f"p{k:02d}" for k in range(12)]
Y = hs.Surv.right(TIME, EVENT, id=IDS)
ARM = ["new", "old", "old", "new", "old", "new", "new", "old", "new", "old", "old", "new"]
AGE = [41.0, 52, 63, 35, 47, 58, 69, 30, 44, 55, 61, 38]
EXTENT = ["gtr", "gtr", "str", "bio", "str", "gtr", "str", "bio", "gtr", "str", "gtr", "str"]


def labelled(ids, labels):
    return Relabelling(ids=tuple(ids), labels=tuple(labels), evaluate=lambda codes: (codes, codes))


def single(data, formula, penalty):
    """Coefficient and Wald statistic of one model; an infinite coefficient has no statistic."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        fit = hs.cox(Y, data, formula, penalty=penalty, interval="wald")
    if not np.isnan(fit.coef[0]):
        return fit.coef[0], fit.coef[0] / fit.std_error[0]
    falls, _ = fit.search.open_sides[:, 0]
    return (-math.inf if falls else math.inf), None


def test_all_three_p_values_are_those_of_a_loop_of_single_models():
    """The same permutations, every model by `hpcstats.cox`, statistics and p-values written out."""
    data = pd.DataFrame({"arm": ARM, "age": AGE})

    def build(covariates, penalty):
        formula = ["arm", *covariates]
        return CoxTerm(response=Y, data=data, formula=formula, penalty=penalty, interval="wald")

    choices = {"covariates": {"none": [], "age": ["age"]}, "penalty": {"none": None, "Firth": "firth"}}
    found = multiverse(choices, build, main={"covariates": "none", "penalty": "Firth"}, level=0.5)
    test = found.permutation_test(24, seed=11)
    people = Exchangeable.of([one.relabelling for one in found.outcomes])
    assert people.patients == tuple(IDS)
    moved = people.permutations(24, np.random.default_rng(11))
    critical = statistics.NormalDist().inv_cdf(0.75)
    rows = []
    for order in [np.arange(12), *moved]:
        arms = data.assign(arm=[ARM[k] for k in order])
        told = [
            single(arms, ["arm", *more], penalty) for more in ([], ["age"]) for penalty in (None, "firth")
        ]
        z = [value for _, value in told if value is not None]
        above, below = (np.mean([side * value > critical for value in z]) for side in (1, -1))
        middle = statistics.median([coefficient for coefficient, _ in told])
        rows.append([abs(middle), max(above, below), abs(statistics.fmean(z))])
    for column in range(3):
        reached = sum(row[column] >= rows[0][column] - 1e-7 for row in rows[1:])
        assert test.p_value[column] == (reached + 1) / 25
        assert test.observed[column] == pytest.approx(rows[0][column], abs=1e-6)
    assert test.patients() == tuple(IDS)
    json.dumps(test.as_dict(), allow_nan=False)


def test_nobody_leaves_a_specification_that_lacks_a_group():
    """One specification leaves biopsies out: their label cannot move to those who stay in."""

    def build(patients):
        kept = np.array([k for k in range(12) if patients == "all" or EXTENT[k] != "bio"])
        extent = pd.Categorical([EXTENT[k] for k in kept], categories=["gtr", "str", "bio"])
        return CoxTerm(
            response=Y.take(kept), data={"extent": extent}, formula=["extent"], term="extent[T.str]",
            penalty="firth",
        )  # fmt: skip

    found = multiverse({"patients": ["all", "resected"]}, build, main={"patients": "all"})
    models = [one.relabelling for one in found.outcomes]
    people = Exchangeable.of(models)
    assert [layer.tolist() for layer in people.layers] == [[0, 1, 2, 4, 5, 6, 8, 9, 10, 11], [3, 7]]
    moved = people.permutations(50, np.random.default_rng(1))
    for number, model in enumerate(models):
        assert (people.codes(number, model, moved) >= 0).all()
    assert found.permutation_test(19, seed=1).p_value.min() >= 1 / 20


def test_specifications_without_a_common_patient_keep_their_vocabularies():
    """Doses 0/1 here and 1/2 there: a 1 is not a 1."""
    one, two = labelled("abcdef", [0, 1] * 3), labelled("ghijkl", [1, 2] * 3)
    people = Exchangeable.of([one, two])
    assert len(people.wordings) == 2
    moved = people.permutations(40, np.random.default_rng(3))
    for number, model in enumerate((one, two)):
        assert (people.codes(number, model, moved) >= 0).all()
    # The same words in both are one label, which moves between them.
    same = Exchangeable.of([one, labelled("ghijkl", [1, 0] * 3)])
    assert len(same.wordings) == len(same.layers) == 1


def test_levels_within_which_labels_stay_are_checked():
    model = labelled(IDS, ARM)
    with pytest.raises(hs.DataError, match="within must be a mapping"):
        Exchangeable.of([model], ["a"] * 12)
    unknown = dict.fromkeys(IDS, "a") | {"p03": np.nan, "p07": None}
    with pytest.raises(hs.DataError, match="nothing of the patients p03, p07"):
        Exchangeable.of([model], unknown)


@pytest.mark.parametrize(
    ("level", "size", "rank"), [(0.9, 19, 1), (0.9, 39, 2), (0.95, 39, 1), (0.8, 99, 10)]
)
def test_the_band_has_its_ranks_also_where_decimals_are_not_exact(level, size, rank):
    curves = np.random.default_rng(1).permutation(np.arange(1.0, size + 1))[:, None]
    low, high = band(curves, level)
    assert (low[0], high[0]) == (rank, size + 1 - rank)


def test_answers_do_not_depend_on_the_order_of_rows():
    order = np.random.default_rng(5).permutation(12)

    def run(rows):
        data = pd.DataFrame({"arm": ARM, "age": AGE}).iloc[rows].reset_index(drop=True)
        data["arm"] = pd.Categorical(data["arm"], categories=["new", "old"])

        def build(ties, penalty):
            return CoxTerm(
                response=Y.take(rows), data=data, formula=["arm", "age"], ties=ties, penalty=penalty
            )

        choices = {"ties": ["efron", "breslow", "exact"], "penalty": {"none": None, "Firth": "firth"}}
        return multiverse(choices, build, main={"ties": "efron", "penalty": "Firth"}).to_frame()

    one, other = run(np.arange(12)), run(order)
    for name in ("estimate", "low", "high", "p_value"):
        assert other[name].tolist() == pytest.approx(one[name].tolist(), rel=1e-6)
