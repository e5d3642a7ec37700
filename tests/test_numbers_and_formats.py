from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcstats import Number, Text, formats
from hpcstats.numbers import distinct_numbers, patient_list, slug

NINE = Number(id="n", value=9, text="9", how="count", patients=("a", "b"))
MEDIAN = Number(
    id="median", value=5.5, text="5.5", how="Kaplan-Meier", patients=("a",), sources=("brass_2004",)
)


def test_a_number_reads_as_it_is_printed_and_remembers_the_rest():
    assert f"{MEDIAN} years" == "5.5 years"
    below = MEDIAN.within("spinal_metastasis")
    assert below.id == "spinal_metastasis.median"
    assert (below.value, below.text, below.how, below.patients, below.sources) == (
        5.5,
        "5.5",
        "Kaplan-Meier",
        ("a",),
        ("brass_2004",),
    )
    assert MEDIAN.id == "median"


def test_text_is_flat_and_keeps_its_numbers_in_order():
    text = Text.of("All ", Text.of(NINE, " patients"), ": median ", MEDIAN, ".")
    assert str(text) == "All 9 patients: median 5.5."
    assert text.numbers == (NINE, MEDIAN)
    assert all(isinstance(part, (str, Number)) for part in text.parts)


def test_a_template_keeps_numbers_as_numbers():
    text = Text.template("{n} of {{all}} {what} ({n})", n=NINE, what=Text.of("cases, ", MEDIAN))
    assert str(text) == "9 of {all} cases, 5.5 (9)"
    assert text.numbers == (NINE, MEDIAN, NINE)


def test_a_template_needs_every_field():
    with pytest.raises(KeyError, match="n"):
        Text.template("{n} patients")


def test_an_empty_text_is_empty():
    assert str(Text()) == ""
    assert Text().numbers == ()


def test_patients_are_sorted_once_each_and_text():
    assert patient_list(["b", 10, "a", "b"]) == ("10", "a", "b")


def test_a_number_stands_once_and_two_under_one_identifier_are_told():
    other = replace(NINE, value=8, text="8")
    assert distinct_numbers([NINE, MEDIAN, replace(NINE)]) == ((NINE, MEDIAN), ())
    assert distinct_numbers([NINE, MEDIAN, other]) == ((NINE, MEDIAN), ((NINE, other),))


def test_not_a_number_is_the_same_value_twice():
    unknown = [replace(MEDIAN, value=float("nan")) for _ in range(2)]
    assert distinct_numbers(unknown)[1] == ()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Gross total (en bloc)", "gross_total_en_bloc"),
        ("≥5", "at_least_5"),
        ("5+", "5_plus"),
        ("?", "unnamed"),
    ],
)
def test_names_become_parts_of_identifiers(name, part):
    assert slug(name) == part


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.345, 1, "2.3"),
        (0.25, 1, "0.2"),
        (-1.26, 1, "−1.3"),
        (-0.04, 1, "0.0"),
        (0.3 - 0.1 - 0.2, 3, "0.000"),
        (1.005 * 100, 1, "100.5"),
        (math.inf, 2, "∞"),
        (-math.inf, 2, "−∞"),
        (math.nan, 2, "NE"),
        (None, 2, "NE"),
        (3, 0, "3"),
    ],
)
def test_fixed_decimals(value, decimals, text):
    assert formats.fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.00"),
        (0.42, "0.42"),
        (0.0995, "0.10"),
        (0.0994, "0.099"),
        (0.0653, "0.065"),
        (0.0005, "0.001"),
        (0.00049, "<0.001"),
        (0.0, "<0.001"),
        (math.nan, "NE"),
        (None, "NE"),
    ],
)
def test_p_values_are_exact_to_three_decimals_at_most(value, text):
    assert formats.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4567, "0.46"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (99.94, "99.9"),
        (99.96, "100"),
        (1451.9, "1452"),
        (math.inf, "∞"),
        (math.nan, "NE"),
        (None, "NE"),
    ],
)
def test_ratios_carry_three_digits(value, text):
    assert formats.ratio(value) == text


def test_proportions_percents_years_counts_and_intervals():
    assert formats.proportion(0.4567) == "0.46"
    assert formats.percent(0.4567) == "46%"
    assert formats.percent(None) == formats.percent(math.nan) == "NE"
    assert formats.years(7.04) == "7.0"
    assert formats.count(9.0) == "9"
    assert [formats.level(level) for level in (0.95, 0.975, 0.999)] == ["95%", "97.5%", "99.9%"]
    assert formats.interval(formats.years(2), formats.years(math.inf)) == "2.0 to ∞"


def test_settled_has_no_negative_zero():
    assert str(formats.settled(-0.0)) == "0.0"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_settled_is_settled_and_near(value):
    once = formats.settled(value)
    assert formats.settled(once) == once
    assert math.isclose(once, value, rel_tol=5.1e-10, abs_tol=1e-300)


@given(st.floats(0.01, 1e6), st.integers(0, 4))
def test_a_last_bit_changes_no_printed_digit_of_a_short_number(value, decimals):
    short = round(value, 4)
    for neighbour in (math.nextafter(short, 0), math.nextafter(short, math.inf)):
        assert formats.fixed(neighbour, decimals) == formats.fixed(short, decimals)


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_what_is_printed_is_within_half_a_unit(value, decimals):
    printed = float(formats.fixed(value, decimals).replace("−", "-"))
    assert abs(printed - value) <= 0.5 * 10**-decimals * (1 + 1e-6) + 1e-9 * abs(value)


@given(st.floats(0, 1), st.floats(0, 1))
def test_printed_p_values_keep_the_order(one, other):
    def read(p: float) -> float:
        return float(formats.p_value(p).replace("<0.001", "0"))

    if one <= other:
        assert read(one) <= read(other)
