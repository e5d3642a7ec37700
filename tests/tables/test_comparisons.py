"""The table of comparisons repeats what the results say, with the patients behind it."""

from __future__ import annotations

import pytest

import hpcstats as hs

TIMES = [1, 2, 3, 5, 4, 6, 7, 9]
EVENTS = [1, 1, 1, 1, 1, 0, 1, 0]
ARM = ["old"] * 4 + ["new"] * 4
Y = hs.Surv.right(TIMES, EVENTS, id=list("abcdefgh"))


def table(**results: object) -> hs.tables.Table:
    return hs.tables.comparisons(results, labels={"new": "New arm"})


def test_a_test_shows_events_and_its_p_value() -> None:
    test = hs.logrank(Y, ARM, method="exact")
    heading, row = table(hazard=test).cells()
    assert heading == ["Comparison", "New arm", "Old", "Contrast (interval)", "p-value"]
    assert row == ["Hazard, events observed / expected", "2 / 4.3", "4 / 1.7", "", "0.057"]
    assert test.method in " ".join(str(note) for note in table(hazard=test).notes)


def test_contrasts_show_both_groups_and_the_second_against_the_first() -> None:
    found = hs.compare_at(Y, ARM, 3)
    _, row = table(three_years=found).cells()
    estimate = found.to_frame().iloc[0]
    assert row[0] == "Three years"
    assert row[1].startswith("1.00 (0.40 to 1.00)")
    assert row[3].startswith(hs.formats.proportion(float(estimate["estimate"])))
    assert row[4] == hs.formats.p_value(float(estimate["p_value"]))


def test_every_time_and_every_contrast_has_its_row() -> None:
    times = table(at=hs.compare_at(Y, ARM, [2, 3]))
    assert [str(row.label) for row in times.rows] == ["At, at 2 years", "At, at 3 years"]
    means = table(mean=hs.rmst_difference(Y, ARM, 5))
    assert [str(row.label) for row in means.rows] == [
        "Mean, difference",
        "Mean, ratio",
        "Mean, lost time ratio",
    ]
    for made in (times, means):
        assert len({number.id for number in made.numbers}) == len(made.numbers)
        assert all(number.patients == tuple("abcdefgh") for number in made.numbers)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_open_and_missing_limits_stay_visible() -> None:
    _, row = table(median=hs.compare_medians(Y, ARM)).cells()
    assert "\N{INFINITY}" in row[1]


def test_other_groups_and_unknown_questions_are_refused() -> None:
    test = hs.logrank(Y, ARM)
    with pytest.raises(hs.DesignError, match="the same two groups"):
        table(one=test, other=hs.logrank(Y, ["x"] * 4 + ["y"] * 4))
    with pytest.raises(hs.DesignError, match="two groups"):
        table(one=hs.logrank(Y, list("xxyyzzxx"), method="asymptotic"))
    with pytest.raises(hs.DataError, match="no comparison speed"):
        hs.tables.comparisons({"hazard": test}, questions={"speed": "Speed"})
    with pytest.raises(hs.DataError, match="no comparisons"):
        hs.tables.comparisons({})


@pytest.mark.parametrize(
    "wrong",
    [
        {"follow_up": hs.compare_follow_up(Y, ARM, method="asymptotic")},
        {"x": 3},
        {"x": None, "y": hs.logrank(Y, ARM)},
        [hs.logrank(Y, ARM)],
        hs.logrank(Y, ARM),
    ],
)
def test_other_results_are_refused_by_name(wrong: object) -> None:
    with pytest.raises(hs.DataError, match="LogrankResult, FixedTimeComparison|must be a mapping"):
        hs.tables.comparisons(wrong)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_what_is_one_sided_says_so() -> None:
    asked = {"alternative": "greater"}
    made = table(
        hazard=hs.logrank(Y, ARM, **asked),
        at=hs.compare_at(Y, ARM, 3, **asked),
        median=hs.compare_medians(Y, ARM, **asked),
        mean=hs.rmst_difference(Y, ARM, 5, **asked),
    )
    headings = [row[0] for row in made.cells()[1:]]
    assert headings[0].endswith("observed / expected (one-sided p-value: greater)")
    assert headings[1] == "At (one-sided 95% limit and p-value: greater)"
    assert headings[2] == "Median (one-sided 95% limit and p-value: greater)"
    assert headings[3] == "Mean, difference (one-sided p-value: greater)"
    ends = {number.id: number.how for number in made.numbers}
    assert ends["at.difference.3.low"] == "Lower limit of the one-sided 95% interval."
    assert ends["at.difference.3.group_0.low"] == "Lower limit of the 95% interval."
    assert ends["mean.difference.low"] == "Lower limit of the 95% interval."


def notes(made: hs.tables.Table) -> list[str]:
    return [str(note) for note in made.notes]


def test_notes_say_what_is_tested_and_on_how_many_sides() -> None:
    made = table(hazard=hs.logrank(Y, ARM), at=hs.compare_at(Y, ARM, 3), mean=hs.rmst_difference(Y, ARM, 5))
    independent = "Each patient is in one group only: the groups are independent."
    assert f"All p-values are two-sided. {independent}" in notes(made)
    [hypotheses] = [note for note in notes(made) if note.startswith("Hypotheses tested, of both groups: ")]
    assert "the same hazard at all times (Hazard);" in hypotheses
    assert hypotheses.endswith("the same mean time up to that horizon (Mean).")
    mixed = table(one=hs.logrank(Y, ARM), other=hs.logrank(Y, ARM, alternative="less"))
    assert any("the same hazard at all times (One and Other)." in note for note in notes(mixed))
    assert any(note.startswith("P-values are two-sided where the row does not say") for note in notes(mixed))
    one_sided = table(other=hs.logrank(Y, ARM, alternative="less"))
    assert not any("two-sided" in note for note in notes(one_sided))
    assert independent in notes(one_sided)


def test_a_method_that_begins_with_its_heading_is_not_named_twice() -> None:
    made = hs.tables.comparisons({"hazard": hs.logrank(Y, ARM)}, questions={"hazard": "Log-rank test"})
    assert any(note.startswith("Log-rank test, two-sided") for note in notes(made))
    assert not any("Log-rank test: Log-rank" in note for note in notes(made))
