"""Colours are told apart by everybody and on a grey copy, and tints need no transparency."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from hpcstats.errors import DesignError
from hpcstats.plots.page import palette
from hpcstats.plots.step_curves import steps as step_curves
from tests.plots import colour_vision


@pytest.mark.parametrize("vision", ["normal", "protanopia", "deuteranopia", "tritanopia"])
def test_two_and_three_groups_differ_in_hue_for_everybody(vision):
    colours = [style.colour for style in palette.series(3)]
    assert colour_vision.smallest_distance(colours, vision) > 20


def test_no_two_series_share_dashes_or_markers():
    for first, second in combinations(palette.SERIES, 2):
        assert first.dash != second.dash
        assert first.marker != second.marker
    assert palette.YELLOW not in {style.colour for style in palette.SERIES}


def test_every_line_stands_out_from_paper_on_a_grey_copy():
    for style in palette.SERIES:
        assert colour_vision.distance(style.colour, palette.WHITE, "grey") > 30


def test_overlap_of_bands_is_darker_than_either_on_a_grey_copy():
    tints = [palette.tint(style.colour, step_curves.BAND_TINT) for style in palette.series(2)]
    both = colour_vision.lightness(palette.multiply(tints))
    assert both < min(colour_vision.lightness(colour) for colour in tints) - 5


def test_curves_stand_out_from_every_band():
    for line, band in [(a, b) for a in palette.series(3) for b in palette.series(3)]:
        tint = palette.tint(band.colour, step_curves.BAND_TINT)
        assert colour_vision.distance(line.colour, tint, "grey") > 20


def test_tint_blends_with_white():
    assert palette.tint("#000000", 0.5) == "#808080"
    assert palette.tint(palette.BLUE, 1) == palette.BLUE
    assert palette.tint(palette.BLUE, 0) == palette.WHITE
    with pytest.raises(DesignError, match="not between 0"):
        palette.tint(palette.BLUE, 1.2)


def test_multiplying_with_white_changes_nothing():
    assert palette.multiply([palette.WHITE, palette.GREEN]) == palette.GREEN


def test_too_many_groups_are_refused():
    with pytest.raises(DesignError, match="cannot be told apart"):
        palette.series(6)


def test_grey_has_equal_channels_and_white_stays_white():
    assert np.ptp(colour_vision.seen(palette.VERMILLION, "grey")) == 0
    for vision in ("protanopia", "deuteranopia", "tritanopia"):
        assert colour_vision.seen(palette.WHITE, vision) == pytest.approx([1, 1, 1], abs=1e-5)


def test_red_and_green_meet_for_deuteranopes():
    assert colour_vision.distance("#C00000", "#6B6B00", "deuteranopia") < 15
    assert colour_vision.distance("#C00000", "#6B6B00") > 60
