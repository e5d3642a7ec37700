"""Three views side by side: what is drawn, printed and handed out."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs

TIME, LOWER, UPPER = [1, 2, 4, 4, 6], [3, 5, 4, 8, 7], [5, 7, 6, 9, 9]
LABEL = "Proportion of reported cases without metastasis"
IDS = list("abcde")


def results(**how):
    truncated = hs.Surv.right_truncated(TIME, [4, 6, 5, 8, 8], id=IDS)
    parts = {
        "reported": hs.kaplan_meier(hs.Surv.right([*TIME, 9], [1, 1, 1, 1, 1, 0], id=[*IDS, "f"])),
        "intervals": hs.turnbull(
            hs.Surv.interval([0, 1, 3, 3, 5, 9], [2, 3, 5, 5, 7, None], id=[*IDS, "f"]),
            n_resamples=50,
            seed=1,
        ),
        "truncated": hs.lynden_bell(truncated),
        "band": hs.truncation_band(TIME, LOWER, UPPER, id=IDS),
    }
    return parts | how


def figure(statement=None, ylabel=LABEL, **how):
    return hs.plots.corrected_curves(**results(**how), ylabel=ylabel, statement=statement)


def test_the_data_are_the_pieces_of_the_results():
    drawn, parts = figure().data, results()
    frame = drawn[drawn["panel"] == "As reported"].iloc[1:]
    np.testing.assert_allclose(
        frame["estimate_low"], parts["reported"].to_frame()["estimate"][:-1], atol=1e-6
    )
    corrected = drawn[drawn["panel"] == "Corrected for truncation"].iloc[1:]
    band, curve = parts["band"].to_frame(), parts["truncated"].to_frame()
    np.testing.assert_allclose(corrected["estimate"], 1 - curve["estimate"][:-1], atol=1e-6)
    np.testing.assert_allclose(corrected["estimate_low"], 1 - band["largest"][:-1], atol=1e-6)
    np.testing.assert_allclose(corrected["estimate_high"], 1 - band["smallest"][:-1], atol=1e-6)
    assert (corrected["estimate_low"] <= corrected["estimate"] + 1e-12).all()


def test_every_printed_number_names_its_patients():
    numbers = {number.id: number for number in figure().numbers}
    assert numbers["as_reported.n"].patients == (*IDS, "f")
    assert numbers["corrected.n"].patients == tuple(IDS)
    assert numbers["corrected.t_star"].value == 6
    assert numbers["intervals.events"].value == 5


def test_words_say_what_the_third_panel_can_show():
    drawn = figure()
    assert "1 - F(t | T <= 6 years)" in str(drawn.caption)
    assert "Three panels" in drawn.alt_text


def test_a_statement_is_drawn_and_traced():
    statement = hs.plots.ReportedStatement(label="Review", n=3, mean=5, low=0, high=16, source_id="x_2004")
    drawn = figure(statement)
    assert "Review: 3 cases" in str(drawn.caption)
    assert {number.sources for number in drawn.numbers if number.id == "reported.n"} == {("x_2004",)}


def test_nothing_overlaps_and_bytes_are_stable():
    assert not hs.plots.problems(figure())
    assert figure().render(["svg"]) == figure().render(["svg"])


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"ylabel": "Survival"}, hs.DesignError, "reported cases"),
        ({"band": hs.truncation_band([1, 2], [3, 4], [5, 6])}, hs.DataError, "same cases"),
        (
            {"reported": hs.kaplan_meier(hs.Surv.right([1, 2], [1, 1]), ["a", "b"])},
            hs.DesignError,
            "must be one, not 2",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(how, error, message):
    with pytest.raises(error, match=message):
        figure(**how)
