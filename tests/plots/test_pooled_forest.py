"""The forest of pooled proportions repeats the results, marks each kind of line, and fits its page."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.literature.pooling import pool_proportions, pool_rates
from hpcstats.plots.forests.pooled import pooled_forest
from hpcstats.plots.forests.pooled_drawing import STATED
from hpcstats.plots.forests.pooled_rows import ReportedRange

LABELS = ["Alpha 2001", "Beta 2002", "Gamma 2003", "Delta 2004", "Epsilon 2005", "Zeta 2006"]
POOLED = pool_proportions(
    [6, 1, 28, 3, 2, 0],
    [13, 15, 39, 6, 10, 8],
    labels=LABELS,
    sources=[label.split()[0].lower() for label in LABELS],
    overlap=["S", None, None, None, None, "S"],
)
FIXED = pd.DataFrame(
    {
        "panel": ["Recurrence"],
        "label": ["Gamma 2003"],
        "source_id": ["gamma"],
        "time": [5.0],
        "estimate": [0.46],
    }
)
STATEMENT = ReportedRange(label="the index paper", low=0.5, high=0.8, source_id="index")


@pytest.fixture(scope="module")
def figure():
    return pooled_forest(
        {"Recurrence": POOLED, "Metastasis": POOLED},
        follow_up={"Alpha 2001": 4.5},
        computed=["Beta 2002"],
        reported={"Recurrence": STATEMENT},
        fixed=FIXED,
    )


def line(figure, kind, panel="Recurrence"):
    data = figure.data
    return data[(data["kind"] == kind) & (data["panel"] == panel)]


def test_it_is_fit_to_print(figure) -> None:
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174
    assert sorted(figure.render(["pdf"])) == [".csv", ".pdf", ".txt"]
    assert figure.render(["svg"])[".svg"] == figure.render(["svg"])[".svg"]


def test_the_data_repeat_the_results(figure) -> None:
    studies, frame = line(figure, "study"), POOLED.to_frame()
    assert studies["label"].tolist() == LABELS[:5]
    for column in ("estimate", "low", "high", "weight"):
        assert studies[column].tolist() == frame.loc[frame["kind"] == "study", column].tolist()
    [pooled] = line(figure, "pooled").to_dict(orient="records")
    assert (pooled["estimate"], pooled["low"], pooled["high"]) == (POOLED.estimate, POOLED.low, POOLED.high)
    [further] = line(figure, "prediction").to_dict(orient="records")
    assert (further["low"], further["high"]) == tuple(POOLED.prediction)
    [stated] = line(figure, "reported").to_dict(orient="records")
    assert (stated["low"], stated["high"]) == (0.5, 0.8)


def test_the_stated_range_is_shaded_in_its_panel_alone(figure) -> None:
    patches = figure.figure.findobj(lambda artist: hasattr(artist, "get_facecolor"))
    shaded = [patch for patch in patches if hs_colour(patch) == STATED]
    assert len(shaded) == 1


def hs_colour(patch) -> str:
    from matplotlib.colors import to_hex

    return to_hex(patch.get_facecolor()).upper()


def test_every_number_names_its_publications(figure) -> None:
    numbers = {number.id: number for number in figure.numbers}
    assert numbers["recurrence.alpha_2001.events"].sources == ("alpha",)
    assert numbers["recurrence.pooled.estimate"].sources == ("alpha", "beta", "delta", "epsilon", "gamma")
    assert numbers["recurrence.reported.low"].sources == ("index",)
    assert numbers["recurrence.gamma_2003.5.estimate"].sources == ("gamma",)
    assert all(number.sources for number in numbers.values())


def test_caption_and_alternative_text_say_what_is_drawn(figure) -> None:
    caption = str(figure.caption)
    assert "range stated by the index paper" in caption
    assert "* Computed from the printed percentage" in caption
    assert "Zeta 2006 (shares patients with Alpha 2001, the largest of the group S)" in caption
    assert caption.count("maximum likelihood") == 1
    assert "Beta 2002 1/15*, 7% (0% to 32%)" in figure.alt_text
    assert "At stated times: Gamma 2003 at 5 years, 46%." in figure.alt_text
    bare = str(pooled_forest({"Recurrence": POOLED}).caption)
    assert "Hollow" not in bare
    assert "Shaded" not in bare
    assert "*" not in bare


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_what_cannot_be_pooled_has_no_prediction() -> None:
    figure = pooled_forest({"None": pool_proportions([0, 0], [4, 9])})
    assert line(figure, "prediction", "None").empty
    apart = pooled_forest({"Apart": pool_proportions([0, 4], [9, 4])})
    assert math.isnan(line(apart, "pooled", "Apart")["estimate"].iloc[0])
    assert hs.plots.problems(apart) == ()


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pooled_forest({}), "nothing to draw"),
        (lambda: pooled_forest({"R": pool_rates([1, 2], [3.0, 4.0])}), "shows proportions, not R"),
        (lambda: pooled_forest({"R": POOLED}, reported={"S": STATEMENT}), "no panel S"),
        (lambda: pooled_forest({"R": POOLED}, fixed=pd.DataFrame({"panel": []})), "lacks the columns label"),
        (lambda: ReportedRange(label="x", low=0.8, high=0.5), "no range of proportions"),
        (lambda: pooled_forest({f"P{k}": POOLED for k in range(9)}), "do not fit on a page"),
        (
            lambda: pooled_forest({"R": pool_proportions([1, 2], [3, 4], labels=["x" * 90, "y"])}),
            "Give shorter labels",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, words) -> None:
    with pytest.raises(hs.HpcstatsError, match=words):
        call()
