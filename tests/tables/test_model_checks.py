"""The table of model checks: its numbers are those of the results, and each stands beside its own model."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import pytest
from scipy.stats import chi2

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.sensitivity import leave_one_out
from hpcstats.tables import model_checks

spec = importlib.util.spec_from_file_location("table_readers", Path(__file__).parent / "readers.py")
readers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(readers)

TIME = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
EVENT = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
DATA = {
    "arm": ["maintained"] * 11 + ["not maintained"] * 12,
    "site": ["a", "b", "c"] * 7 + ["a", "b"],
    "age": [40 + (7 * k) % 30 for k in range(23)],
}
PAPER = [f"paper {k // 3}" for k in range(23)]
KINDS = ("proportional_hazards", "concordance", "performance", "without_patient", "without_paper")


@pytest.fixture(scope="module")
def fits():
    y = hs.Surv.right(TIME, EVENT, id=[f"p{k:02d}" for k in range(23)], unit="weeks")
    return {
        "arm": hs.cox(y, DATA, "C(arm)"),
        "age": hs.cox(y, DATA, ["age"]),
        "all": hs.cox(y, DATA, "C(arm) + site + age"),
    }


@pytest.fixture(scope="module")
def checks(fits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        performance = {name: fit.performance(40, seed=3) for name, fit in fits.items()}
    return {
        "proportional_hazards": {
            name: fit.proportional_hazards(n_resamples=99, seed=3) for name, fit in fits.items()
        },
        "concordance": {name: fit.concordance() for name, fit in fits.items()},
        "performance": performance,
        "without_patient": {name: leave_one_out(fit) for name, fit in fits.items()},
        "without_paper": {name: leave_one_out(fit, PAPER) for name, fit in fits.items()},
    }


@pytest.fixture(scope="module")
def table(fits, checks):
    return model_checks(fits, **checks, labels={"age": "Age, per year", "all": "All together"})


@pytest.fixture(scope="module")
def numbers(table):
    return {number.id: number for number in table.numbers}


def rows_of(table):
    return {row[0]: row[1:] for row in table.cells()}


def test_models_of_one_coefficient_take_a_line_and_others_a_section(table):
    assert [row[0] for row in table.cells()] == [
        "Model", "One coefficient", "Arm: Not maintained", "Age, per year",
        "All together", "Whole model", "Arm: Not maintained", "Site", "B", "C", "Age, per year",
    ]  # fmt: skip
    assert [row.kind for row in table.rows].count("section") == 2
    assert [row.indent for row in table.rows if str(row.label) in ("B", "C")] == [1, 1]


def test_every_format_holds_the_same_cells(table):
    body = table.cells()[1:]
    for suffix, content in table.render().items():
        assert readers.READERS[suffix](content)[1:] == body
    assert table.render() == table.render()


def test_size_of_each_model(table, fits, numbers):
    whole = rows_of(table)["Whole model"]
    fit = fits["all"]
    assert whole[:2] == [f"{fit.n_events}/{fit.n}", hs.formats.fixed(fit.n_events / 4, 1)]
    assert numbers["all.events_per_parameter"].value == fit.n_events / len(fit.terms)
    assert numbers["arm.n"].patients == fits["arm"].patients()


def test_tests_of_proportional_hazards_stand_with_their_factor(numbers, checks, table):
    for name, test in checks["proportional_hazards"].items():
        for row in test.to_frame().itertuples():
            factor = {"C(arm)": "arm", "global": ""}.get(row.term, row.term)
            path = ".".join(part for part in (name, factor, "proportional_hazards") if part)
            if name != "all" and row.term != "global":
                continue  # one factor: its test is that of the whole model
            assert numbers[f"{path}.p_value"].value == row.p_value
            assert numbers[f"{path}.p_permutation"].value == row.p_permutation
            assert numbers[f"{path}.p_value"].text == hs.formats.p_value(row.p_value)
    assert rows_of(table)["B"][2:4] == ["", ""]
    assert rows_of(table)["Site"][2:4] != ["", ""]


def test_concordance_and_what_is_left_of_it(table, numbers, checks):
    found, corrected = checks["concordance"]["all"], checks["performance"]["all"]
    assert numbers["all.concordance.estimate"].value == found.estimate
    assert numbers["all.concordance.low"].value == found.low
    assert numbers["all.concordance.high"].value == found.high
    assert numbers["all.corrected_concordance.estimate"].value == corrected.corrected[0]
    assert rows_of(table)["Whole model"][5].endswith(f"[{corrected.n_used}/40]")


@pytest.mark.parametrize("unit", ["patient", "paper"])
def test_the_most_influential_one_is_named_with_the_ratio_without_it(table, numbers, checks, fits, unit):
    column = {"patient": 7, "paper": 8}[unit]
    result = checks[f"without_{unit}"]["age"]
    frame = result.to_frame()
    most = (frame["change"].map(float).apply(lambda change: max(change, 1 / change))).idxmax()
    row = frame.loc[most]
    number = numbers[f"age.age.without_{unit}"]
    assert number.value == row["estimate"]
    cells = next(row for row in table.cells() if row[0] == "Age, per year")[1:]
    assert cells[column] == f"{number}, {row['left_out']}"
    ratio = fits["age"].to_frame()["hazard_ratio"].iloc[0]
    assert (numbers["age.age.hazard_ratio"].value, cells[6]) == (ratio, hs.formats.ratio(ratio))


def test_several_alike_are_counted_and_firth_is_said():
    y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    fit = hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]})
    result = leave_one_out(fit)
    first = result.to_frame().query("order == 1").iloc[0]
    assert (first["left_out"], first["status"]) == ("b", "firth")
    [cells] = model_checks({"x": fit}, without_patient={"x": result}).cells()[2:]
    assert cells[8] == f"{hs.formats.ratio(first['estimate'])}, b (Firth)"
    twins = hs.Surv.right([1, 1, 2, 2, 3, 3, 4, 4], [1] * 8, id=list("abcdefgh"))
    fit = hs.cox(twins, {"x": [1, 1, 0, 0, 1, 1, 0, 0]}, penalty="firth")
    [cells] = model_checks({"x": fit}, without_patient={"x": leave_one_out(fit)}).cells()[2:]
    frame = leave_one_out(fit).to_frame()
    alike = frame[frame["order"] == 1]
    assert len(alike) > 1
    assert cells[8].endswith(f", {alike['left_out'].iloc[0]} and {len(alike) - 1} alike")


def test_a_monotone_likelihood_is_said_in_the_line_and_in_the_notes():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1] * 4 + [0] * 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.SeparationWarning)
        plain = hs.cox(y, {"x": [1] * 4 + [0] * 4})
        firth = hs.cox(y, {"x": [1] * 4 + [0] * 4}, penalty="firth")
    table = model_checks({"plain": plain, "firth": firth})
    assert [row[7] for row in table.cells()[2:]] == [
        "NE",
        hs.formats.ratio(firth.to_frame()["hazard_ratio"][0]),
    ]
    assert [row[10] for row in table.cells()[2:]] == ["monotone", "monotone"]
    notes = list(map(str, table.notes))
    assert any(note.startswith("Plain: The likelihood is monotone") for note in notes)
    assert any(note.startswith("Firth: ") for note in notes)
    assert not any("no likelihood is monotone" in note for note in notes)


def test_what_was_not_checked_is_empty_and_all_well_is_said(fits):
    table = model_checks(fits, proportional_hazards={"age": fits["age"].proportional_hazards(n_resamples=0)})
    rows = [row for row in table.cells() if row[0] == "Age"]
    assert rows[0][3] != ""
    assert rows[0][4] == "–"
    assert rows[1][3:7] == [""] * 4
    assert any("no likelihood is monotone" in str(note) for note in table.notes)


def test_checks_of_other_models_are_refused(fits, checks):
    with pytest.raises(DataError, match="no models"):
        model_checks({})
    for kind in KINDS:
        with pytest.raises(DataError, match=f"{kind} has other"):
            model_checks(fits, **{kind: {"other": checks[kind]["age"]}})
    with pytest.raises(DesignError, match="without_patient of 'age' was not made of this model"):
        model_checks(fits, without_patient={"age": checks["without_patient"]["arm"]})
    short = hs.cox(hs.Surv.right(TIME[1:], EVENT[1:]), {"age": DATA["age"][1:]})
    with pytest.raises(DesignError, match="concordance of 'age' was not made"):
        model_checks(fits, concordance={"age": short.concordance()})


def bent(fits, **options):
    formulas = {"age": "age + I(age**2)", "all": "C(arm) + site + age + I(age**2)"}
    y = fits["age"].response
    return {name: {"age": hs.cox(y, DATA, formula, **options)} for name, formula in formulas.items()}


def test_the_square_of_a_number_has_its_likelihood_ratio_test_beside_the_number(fits, table):
    squares = bent(fits)
    made = model_checks(fits, squares=squares)
    numbers = {number.id: number for number in made.numbers}
    for name, found in squares.items():
        gained = 2 * (found["age"].log_likelihood - fits[name].log_likelihood)
        number = numbers[f"{name}.age.square.p_value"]
        assert number.value == pytest.approx(chi2.sf(gained, 1), rel=1e-6)
        assert number.patients == fits[name].patients()
    place = made.cells()[0].index("Square P")
    shown = [(row[0], row[place]) for row in made.cells()[1:] if row[place]]
    assert shown == [("Age", numbers[f"{name}.age.square.p_value"].text) for name in ("age", "all")]
    assert any(str(note).startswith("Square P: likelihood-ratio test") for note in made.notes)
    assert "Square P" not in table.cells()[0]
    assert not any("Square P" in str(note) for note in table.notes)


def test_a_penalised_square_is_tested_with_the_penalty_and_finds_a_bend():
    age = [float(k) for k in range(-10, 11)]
    y = hs.Surv.right([30 - x * x / 5 + x / 50 for x in age], [1] * 21)  # the oldest and the youngest first
    fit = hs.cox(y, {"age": age}, ["age"], penalty="firth")
    square = hs.cox(y, {"age": age}, "age + I(age**2)", penalty="firth")
    made = model_checks({"m": fit}, squares={"m": {"age": square}})
    numbers = {number.id: number for number in made.numbers}
    assert numbers["m.age.square.p_value"].value < 0.001
    assert numbers["m.age.square.p_value"].value == square.term_tests()["p_value"].iloc[1]
    assert any(str(note).startswith("Square P: penalised likelihood-ratio") for note in made.notes)


def test_tests_of_assumptions_say_their_sides(table, fits):
    assert any("These p-values are two-sided" in str(note) for note in table.notes)
    assert not any("two-sided" in str(note) for note in model_checks(fits).notes)


def test_squares_of_other_models_are_refused(fits):
    squares = bent(fits)
    with pytest.raises(DataError, match="squares has other"):
        model_checks(fits, squares={"other": squares["age"]})
    with pytest.raises(DataError, match="squares of 'arm' has 'arm'"):
        model_checks(fits, squares={"arm": {"arm": squares["age"]["age"]}})
    y = fits["age"].response
    others = [
        hs.cox(y, DATA, "age + C(arm)"),  # no square
        squares["all"]["age"],  # more than one term added
        fits["age"],  # none
        bent(fits, penalty="firth")["age"]["age"],
        hs.cox(y.take(list(range(22))), {"age": DATA["age"][:22]}, "age + I(age**2)"),
    ]
    for other in others:
        with pytest.raises(DesignError, match="squares of 'age' must be this model with the square of age"):
            model_checks(fits, squares={"age": {"age": other}})
