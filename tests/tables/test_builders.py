from __future__ import annotations

import importlib.util
import math
import warnings
from pathlib import Path

import pytest

import hpcstats as hs
from hpcstats.description import describe
from hpcstats.errors import DataError, DesignError
from hpcstats.numbers import Number, Text, slug
from hpcstats.tables import characteristics, cox_models, estimates, statements
from hpcstats.tables.pieces import Basis, counted, named, with_limits
from hpcstats.tables.statements import _letters

spec = importlib.util.spec_from_file_location("table_readers", Path(__file__).parent / "readers.py")
readers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(readers)

AML = {
    "time": [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45],
    "event": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
}
ARM = ["maintained"] * 11 + ["not maintained"] * 12
IDS = [f"p{k:02d}" for k in range(23)]


@pytest.fixture
def aml() -> hs.Surv:
    return hs.Surv.right(AML["time"], AML["event"], id=IDS, unit="weeks")


@pytest.fixture
def curves(aml) -> hs.SurvivalCurves:
    return hs.kaplan_meier(aml, ARM, interval="log-log")


def rows_of(table) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in table.cells()}


def number(table, id_: str) -> Number:
    return next(found for found in table.numbers if found.id == id_)


def same_in_every_format(table) -> bool:
    body = table.cells()[1:]
    return all(readers.READERS[suffix](content)[1:] == body for suffix, content in table.render().items())


# Characteristics


@pytest.fixture
def patients() -> dict[str, list]:
    return {
        "id": ["a", "b", "c", "d", "e"],
        "age": [50, 61, None, 40, None],
        "sex": ["male", "male", None, "female", "female"],
        "grade": [1.0, None, None, None, None],
        "role": ["case", "case", "case", "other", "other"],
        "source_id": ["s1", "s1", "s2", "s3", "s4"],
        "year": [1999, 1999, 2004, None, None],
    }


@pytest.fixture
def table_1(patients):
    described = describe(
        patients,
        by="role",
        variables={"age": "numeric", "sex": "categorical", "grade": "categorical"},
        id="id",
        source="source_id",
        year="year",
    )
    return characteristics(described, labels={"age": "Age, years", "role=case": "Cases", "sex=male": "Men"})


def test_characteristics_print_known_denominators_and_missing_rows(table_1):
    assert table_1.cells() == [
        ["Characteristic", "Cases", "Other", "Overall"],
        ["Patients", "3", "2", "5"],
        ["Papers", "2", "2", "4"],
        ["Years of publication", "1999 to 2004", "–", "1999 to 2004"],
        ["Missing", "0", "2", "2"],
        [
            "Age, years",
            "55.5 (52.8 to 58.2) [50 to 61]",
            "40 (40 to 40) [40 to 40]",
            "50 (45 to 55.5) [40 to 61]",
        ],
        ["Missing", "1", "1", "2"],
        ["Sex", "", "", ""],
        ["Female", "0/2 (0%)", "2/2 (100%)", "2/4 (50%)"],
        ["Men", "2/2 (100%)", "0/2 (0%)", "2/4 (50%)"],
        ["Missing", "1", "0", "1"],
        ["Grade", "", "", ""],
        ["1", "1/1 (100%)", "0/0", "1/1 (100%)"],
        ["Missing", "2", "2", "4"],
    ]
    assert same_in_every_format(table_1)


def test_characteristics_trace_each_number_to_all_patients_of_its_group(table_1):
    assert number(table_1, "case.age.median").patients == ("a", "b", "c")
    assert number(table_1, "other.sex.female.share").value == 1.0
    assert number(table_1, "overall.age.lower_quartile").value == 45
    assert number(table_1, "overall.papers").patients == ("a", "b", "c", "d", "e")
    assert all(found.how.endswith(".") for found in table_1.numbers)


def test_characteristics_test_nothing(table_1):
    assert not any("p_value" in found.id for found in table_1.numbers)
    assert any("No tests" in str(note) for note in table_1.notes)


def test_a_characteristic_nobody_is_known_to_have_is_a_dash():
    table = characteristics(describe({"v": [None, 1], "g": ["a", "b"]}, by="g", variables=["v"]))
    assert rows_of(table)["V"] == ["–", "1 (1 to 1) [1 to 1]", "1 (1 to 1) [1 to 1]"]
    assert not any(found.patients for found in table.numbers)


def test_known_years_of_publication_need_no_missing_row():
    table = characteristics(describe({"v": [1, 2], "y": [1999, 2001]}, variables=["v"], year="y"))
    assert [row[0] for row in table.cells()] == [
        "Characteristic",
        "Patients",
        "Years of publication",
        "V",
        "Missing",
    ]


# Estimates


def test_estimates_print_proportion_interval_and_number_at_risk(curves):
    table = estimates({"relapse": curves}, [13, 31, 100], restricted_mean={"relapse": 40})
    assert table.cells() == [
        [
            "Group", "Patients", "Events", "13 weeks", "31 weeks", "100 weeks",
            "Median (interval)", "Restricted mean (interval)", "Interval",
        ],
        ["Relapse", "", "", "", "", "", "", "", ""],
        [
            "Maintained", "11", "7",
                "0.82 (0.45 to 0.95) [8]", "0.49 (0.17 to 0.75) [4]", "0.18 (0.01 to 0.53) [1]",
            "31.0 (13.0 to ∞)", rows_of(table)["Maintained"][6], "95% log-log",
        ],
        [
            "Not maintained", "12", "11", "0.58 (0.27 to 0.80) [7]", "0.29 (0.07 to 0.56) [3]", "–",
            "23.0 (5.0 to 33.0)", rows_of(table)["Not maintained"][6], "95% log-log",
        ],
    ]  # fmt: skip
    mean = curves.rmst(40).iloc[0]
    assert (
        rows_of(table)["Maintained"][6]
        == f"{mean.estimate:.1f} ({mean.low:.1f} to {mean.high:.1f}), to 40 weeks"
    )
    assert same_in_every_format(table)


def test_estimates_hold_the_exact_values_and_the_patients_of_their_group(curves):
    table = estimates({"relapse": curves}, [13])
    at = curves.at([13]).iloc[0]
    found = number(table, "relapse.maintained.13_weeks.estimate")
    assert (found.value, found.text) == (at.estimate, "0.82")
    assert number(table, "relapse.maintained.13_weeks.low").value == at.low
    assert number(table, "relapse.maintained.median.high").value == math.inf
    assert found.patients == tuple(IDS[:11])


def test_estimates_agree_with_the_risk_table_for_every_group_and_time(curves):
    times = [5, 8, 13, 23, 45]
    table = estimates({"relapse": curves}, times)
    for row in curves.risk_table(times).to_dict(orient="records"):
        id_ = f"relapse.{slug(row['group'])}.{row['time']:g}_weeks.at_risk"
        assert number(table, id_).value == row["at_risk"]


def test_times_before_the_first_event_and_an_unreached_median_are_said(aml):
    short = hs.kaplan_meier(hs.Surv.right([3, 5, 6, 7], [0, 1, 0, 0]))
    table = estimates({"relapse": short}, [1, 5, 7.5])
    cells = rows_of(table)["All patients"]
    assert cells[2] == "1.00 (0.40 to 1.00) [4]"
    assert not any("no width" in str(note) for note in table.notes)
    assert cells[4] == "–"
    assert cells[5].startswith("not reached")


def test_an_interval_of_no_width_before_the_first_event_is_said():
    short = hs.kaplan_meier(hs.Surv.right([3, 5, 6, 7], [0, 1, 0, 0]), interval="log-log")
    table = estimates({"relapse": short}, [1])
    assert rows_of(table)["All patients"][2] == "1.00 (1.00 to 1.00) [4]"
    assert any("no width" in str(note) for note in table.notes)


def test_the_interval_is_printed_by_its_name_and_sides(aml):
    table = estimates({"relapse": hs.kaplan_meier(aml, sided="lower", level=0.9)}, [13])
    assert rows_of(table)["All patients"][-1] == "one-sided 90% beta product"
    assert "to 1.00)" in rows_of(table)["All patients"][2]


def test_a_median_far_off_has_no_limits():
    rare = hs.kaplan_meier(hs.Surv.right([1, *[9] * 30], [1, *[0] * 30]), interval="log-log")
    assert rows_of(estimates({"x": rare}, [2]))["All patients"][3] == "not reached"


def test_a_median_that_is_reached_by_its_lower_limit_only_keeps_it():
    late = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 9, 9, 9, 9], [1, 1, 1, 0, 0, 0, 0]), interval="log-log")
    assert rows_of(estimates({"x": late}, [2]))["All patients"][3] == "not reached (1.0 to ∞)"


def test_where_the_curve_is_zero_the_interval_does_not_exist(recwarn):
    y = hs.Surv.right([1, 2, 3], [1, 1, 1])
    table = estimates({"x": hs.kaplan_meier(y, interval="log-log")}, [3])
    assert rows_of(table)["All patients"][2] == "0.00 (NE) [0]"
    table = estimates({"x": hs.kaplan_meier(y)}, [3])
    assert rows_of(table)["All patients"][2] == "0.00 (0.00 to 0.71) [0]"


def test_the_wording_of_the_estimand_heads_its_section(curves):
    wording = "Without spinal metastasis, among reported cases"
    table = estimates({"relapse": curves}, [13], estimands={"relapse": wording})
    assert table.cells()[1][0] == wording
    printed = [word for row in table.cells() for word in row]
    everything = " ".join(map(str, (table.caption, *table.notes, *printed, *table.spanners())))
    assert "surviv" not in everything.lower()


def test_one_year_is_singular_and_labels_are_used(curves, aml):
    years = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 0, 1]), ["a", "a", "b"])
    table = estimates({"x": years}, [1, 2], labels={"a": "Arm A", "x=b": "Arm B", "x": "Endpoint X"})
    assert table.cells()[0][3:5] == ["1 year", "2 years"]
    assert [row[0] for row in table.cells()[1:]] == ["Endpoint X", "Arm A", "Arm B"]


def test_estimates_refuse_what_cannot_stand_in_one_table(curves):
    other = hs.kaplan_meier(hs.Surv.right([1, 2], [1, 0]))
    with pytest.raises(DesignError, match="relapse: weeks, other: years"):
        estimates({"relapse": curves, "other": other}, [1])
    with pytest.raises(DataError, match="no curves of recurence"):
        estimates({"relapse": curves}, [1], estimands={"recurence": "x"})
    with pytest.raises(DataError, match="distinct numbers"):
        estimates({"relapse": curves}, [-1])
    with pytest.raises(DataError, match="at least one"):
        estimates({}, [1])
    with pytest.raises(DesignError, match="beyond the end of follow-up"):
        estimates({"relapse": curves}, [1], restricted_mean={"relapse": 200})


def test_median_follow_up_stands_beside_the_median_of_each_group():
    y = hs.Surv.right([1, 2, 3, 4, 5] * 2, [0, 1, 0, 0, 0] + [1] * 5, id=list("abcdefghij"))
    km = hs.kaplan_meier(y, ["lost"] * 5 + ["gone"] * 5, interval="log-log")
    table = estimates({"x": km}, [1], follow_up=True)
    assert table.cells()[0][5:7] == ["Median follow-up (interval)", "Interval"]
    # Of five seen one leaves at 1; the event at 2 hides when the next would have: 4/5, 4/5 2/3, 4/5 2/3 1/2.
    found = number(table, "x.lost.follow_up.estimate")
    assert (found.value, found.patients) == (4.0, tuple("abcde"))
    limits = km.median_follow_up().set_index("group").loc["lost"]
    assert number(table, "x.lost.follow_up.low").value == limits["low"]
    assert number(table, "x.lost.follow_up.high").value == limits["high"]
    assert rows_of(table)["Gone"][4] == "NE"
    assert number(table, "x.gone.follow_up.estimate").value is None
    assert same_in_every_format(table)


def test_median_follow_up_is_explained_where_it_is_asked_for(curves):
    plain, asked = (estimates({"relapse": curves}, [13], follow_up=follow_up) for follow_up in (False, True))
    assert not any("ollow-up (" in cell for cell in plain.cells()[0])
    [note] = [str(note) for note in asked.notes if "Median follow-up in weeks" in str(note)]
    assert note not in map(str, plain.notes)
    assert not any("follow_up" in found.id for found in plain.numbers)


# Cox models


@pytest.fixture
def covariates() -> dict[str, list]:
    age = [40 + (7 * k) % 30 for k in range(23)]
    return {"arm": ARM, "age": [None, *age[1:]], "never": [0] * 11 + [1] * 12}


@pytest.fixture
def table_3(aml, covariates):
    alone = {
        "arm": hs.cox(aml, covariates, "C(arm)"),
        "age": hs.cox(aml, covariates, ["age"], missing="drop"),
    }
    together = hs.cox(aml, covariates, "C(arm) + age", missing="drop")
    return (
        alone,
        together,
        cox_models(alone, together, labels={"age": "Age, per year", "arm=maintained": "Yes"}),
    )


def test_cox_models_stand_side_by_side_with_reference_rows(table_3):
    _, _, table = table_3
    rows = rows_of(table)
    assert table.spanners() == [("Univariable", 0, 4), ("Multivariable", 4, 8)]
    assert rows["Arm"] == ["18/23", "", "0.066", "", "17/22", "", rows["Arm"][6], ""]
    assert rows["Yes"] == ["7/11", "1 (reference)", "", "", "6/10", "1 (reference)", "", ""]
    assert rows["Not maintained"][:4] == ["11/12", "2.50 (0.94 to 7.31)", "", "ok"]
    assert rows["Age, per year"][0] == "17/22"
    assert [row.kind for row in table.rows if str(row.label) == "Yes"] == ["reference"]
    assert same_in_every_format(table)


def test_cox_models_hold_the_values_of_the_fits(table_3):
    alone, together, table = table_3
    frame = together.to_frame().set_index("term")
    found = number(table, "multivariable.age.hazard_ratio.estimate")
    assert found.value == frame.loc["age", "hazard_ratio"]
    assert found.patients == together.patients()
    tests = together.term_tests().set_index("factor")
    assert number(table, "multivariable.arm.p_value").value == tests.loc["C(arm)", "p_value"]
    assert number(table, "univariable.arm.p_value").value == pytest.approx(
        alone["arm"].likelihood_ratio.p_value
    )


def test_cox_models_end_with_the_terms_of_the_model(table_3):
    _, _, table = table_3
    rows = rows_of(table)
    footer = {
        "Patients": "22", "Events": "17", "Parameters": "2", "Events per parameter": "8.5",
        "Rows dropped for missing covariates": "1", "Ties": "Efron", "Interval": "profile likelihood",
    }  # fmt: skip
    assert {name: rows[name][5] for name in footer} == footer
    assert any(str(note).endswith("Age, per year: 1.") for note in table.notes)


def test_cox_models_say_what_their_p_values_test_and_repeat_remarks(table_3):
    alone, together, table = table_3
    assert any("two-sided, of the hypothesis that its hazard ratios are 1" in str(n) for n in table.notes)
    found = Number(id="joined.n", value=2, text="2", how="Patients.", patients=("p00", "p01"))
    remarked = cox_models(alone, together, remarks=["Joined.", Text.of("Of ", found, " patients.")])
    assert [str(note) for note in remarked.notes[-2:]] == ["Joined.", "Of 2 patients."]
    assert number(remarked, "joined.n") == found


def test_a_coefficient_without_estimate_says_so_and_why():
    response = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1] * 5 + [0] * 5)
    data = {"arm": ["a"] * 5 + ["b"] * 5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.SeparationWarning)
        fit = hs.cox(response, data, ["arm"])
    table = cox_models({"arm": fit}, fit)
    cells = rows_of(table)["B"]
    assert cells[1].startswith("NE (0 to ")
    assert cells[3] == "not estimable"
    assert number(table, "univariable.arm.b.hazard_ratio.estimate").value is None
    assert any(str(note).startswith("Univariable Arm, B: ") for note in table.notes)
    assert any(str(note).startswith("Multivariable Arm, B: ") for note in table.notes)


def test_a_penalised_model_says_so(aml, covariates):
    fit = hs.cox(aml, covariates, "C(arm)", penalty="firth", interval="profile")
    table = cox_models({"arm": fit}, fit)
    assert rows_of(table)["Penalty"][5] == "Firth"
    assert any(str(note).startswith("P: penalised likelihood-ratio test") for note in table.notes)
    assert number(table, "univariable.arm.p_value").how.startswith("Penalised likelihood-ratio test")
    low = number(table, "univariable.arm.not_maintained.hazard_ratio.low")
    assert low.how == "Lower limit of the 95% profile penalised-likelihood interval."


def test_a_level_that_one_model_lacks_is_a_dash(aml):
    dose = ["low", "mid", "high"] * 7 + ["low", "mid"]
    age = [None if level == "mid" else 50 + k % 7 for k, level in enumerate(dose)]
    alone = hs.cox(aml, {"dose": dose}, ["dose"])
    together = hs.cox(aml, {"dose": dose, "age": age}, ["dose", "age"], missing="drop")
    rows = rows_of(cox_models({"dose": alone}, together))
    assert rows["Mid"][4:] == ["–"] * 4
    assert rows["Low"][4:] != ["–"] * 4


def test_repeated_patients_have_no_counts_by_level(aml):
    fit = hs.cox(aml, {"arm": ARM}, ["arm"], frequencies=[2] * 23)
    rows = rows_of(cox_models({"arm": fit}, fit))
    assert rows["Arm"][0] == "36/46"
    assert rows["Maintained"][0] == rows["Not maintained"][0] == ""


def test_a_factor_of_one_side_only_leaves_the_other_empty(aml, covariates):
    arm, age = hs.cox(aml, covariates, "C(arm)"), hs.cox(aml, covariates, ["age"], missing="drop")
    rows = rows_of(cox_models({"arm": arm}, age))
    assert rows["Not maintained"][4:] == [""] * 4
    assert rows["Age"][:4] == [""] * 4


def test_cox_models_refuse_models_that_differ(aml, covariates):
    arm = hs.cox(aml, covariates, "C(arm)")
    with pytest.raises(DesignError, match="the same ties, but arm differs"):
        cox_models({"arm": hs.cox(aml, covariates, "C(arm)", ties="breslow")}, arm)
    with pytest.raises(DesignError, match="the same level"):
        cox_models({"arm": hs.cox(aml, covariates, "C(arm)", level=0.9)}, arm)
    both = hs.cox(aml, covariates, "C(arm) + age", missing="drop")
    with pytest.raises(DesignError, match="one factor, but arm has others"):
        cox_models({"arm": both}, arm)


def test_an_interaction_has_a_row_for_each_coefficient(aml, covariates):
    fit = hs.cox(aml, {**covariates, "age": [50 + k % 9 for k in range(23)]}, "C(arm) * age")
    rows = rows_of(cox_models({}, fit))
    assert rows["C(arm):age"][4] == "18/23"
    assert rows["C(arm)[T.not maintained]:age"][7] == "ok"


# Statements


@pytest.fixture(scope="module")
def checked():
    return hs.literature.check_statements(hs.literature.load())


def test_statements_stand_beside_the_data_with_verdict_and_rule(checked):
    table = statements(checked)
    rows = table.cells()[1:]
    assert [row[3] for row in rows] == [item.verdict for item in checked.statements]
    assert [row[1:3] for row in rows] == [[str(item.stated), str(item.found)] for item in checked.statements]
    assert [row[5] for row in rows] == [item.locator for item in checked.statements]
    notes = list(map(str, table.notes))
    for row, item in zip(rows, checked.statements, strict=True):
        assert f"Rule {row[4]}: {item.rule.rstrip('.')}." in notes
    assert same_in_every_format(table)


def test_rules_beyond_z_get_two_letters():
    letters = list(_letters([f"rule {k}" for k in range(54)]).values())
    assert (letters[25], letters[26], letters[51], letters[52]) == ("z", "aa", "az", "ba")


def test_the_verdicts_are_counted(checked):
    table = statements(checked)
    counts = {
        name: number(table, f"verdicts.{name}").value for name in ("agrees", "disagrees", "cannot_be_checked")
    }
    assert sum(counts.values()) == number(table, "verdicts.all").value == len(checked.statements)
    assert counts["agrees"] == [item.verdict for item in checked.statements].count("agrees")


# Pieces


def test_names_become_identifiers_without_running_together():
    assert [slug(x) for x in ("<5", ">5", "≤5", "5+", "Gross total", 7.5, "Ä/b")] == [
        "below_5", "above_5", "at_most_5", "5_plus", "gross_total", "7_5", "ä_b",
    ]  # fmt: skip


def test_labels_are_looked_up_by_variable_and_level():
    labels = {"sex": "Sex at birth", "sex=f": "Women"}
    assert named("sex", labels) == "Sex at birth"
    assert named("f", labels, level_of="sex") == "Women"
    assert named("gross_total", {}) == "Gross total"


def test_ratios_and_limits_are_printed_by_one_rule():
    basis = Basis(prefix="a", patients=("p",)).below("b c")
    assert str(counted(basis, 12, 19, "x")) == "12/19 (63%)"
    assert str(counted(basis, 0, 0, "x")) == "0/0"
    text = with_limits(basis, (1.0, 0.5, math.inf), lambda v: f"{v:g}", ("About.", "interval"))
    assert str(text) == "1 (0.5 to inf)"
    assert [found.id for found in text.numbers] == ["a.b_c.estimate", "a.b_c.low", "a.b_c.high"]
    assert str(with_limits(basis, (0.0, math.nan, math.nan), str, ("A.", "i"))) == "0.0 (NE)"
    assert isinstance(text, Text)
