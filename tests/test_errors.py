from __future__ import annotations

import inspect
import pickle
import warnings

import pytest

import hpcstats as hs
from hpcstats import errors


@pytest.mark.parametrize("name", ["DataError", "DesignError", "ConvergenceError", "UnsupportedError"])
def test_every_error_is_a_value_error_of_the_package(name):
    assert issubclass(getattr(hs, name), hs.HpcstatsError)
    assert issubclass(getattr(hs, name), ValueError)


@pytest.mark.parametrize(
    "name", ["SmallSampleWarning", "SeparationWarning", "NonIdentifiableWarning", "ConvergenceWarning"]
)
def test_every_warning_is_a_user_warning_of_the_package(name):
    assert issubclass(getattr(hs, name), hs.HpcstatsWarning)
    assert issubclass(getattr(hs, name), UserWarning)


def test_the_drawn_tree_names_every_class():
    classes = [
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if kind.__module__ == errors.__name__
    ]
    assert classes
    assert all(name in errors.__doc__ for name in classes)


def test_data_error_keeps_all_rows_even_through_another_process():
    error = pickle.loads(pickle.dumps(hs.DataError("wrong", rows=range(7))))
    assert error.rows == tuple(range(7))
    assert str(error) == "wrong"


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (range(5), "0, 1, 2, 3, 4"), (range(7), "0, 1, 2, 3, 4 and 2 more")],
)
def test_listing_shows_five_and_counts_the_rest(items, text):
    assert errors.listing(items) == text


def test_an_unknown_option_shows_the_vocabulary():
    error = errors.unknown_option("ties", "exakt", ("efron", "breslow"))
    assert isinstance(error, hs.UnsupportedError)
    assert str(error) == "ties='exakt' is not known. Write one of: 'efron', 'breslow'."


def test_a_warning_points_at_the_line_that_warned_from_outside_the_package():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        line = inspect.currentframe().f_lineno + 1
        errors.warn("few cases", hs.SmallSampleWarning)
    assert [(w.filename, w.lineno, w.category) for w in caught] == [(__file__, line, hs.SmallSampleWarning)]


def test_a_warning_from_deep_inside_the_package_points_at_the_users_line():
    inside = f"{errors._PACKAGE}compare/log_rank/logrank.py"
    space = {"warn": errors.warn, "category": hs.SeparationWarning}
    exec(
        compile("def kernel():\n    warn('monotone', category)\ndef call():\n    kernel()", inside, "exec"),
        space,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        line = inspect.currentframe().f_lineno + 1
        space["call"]()
    assert [(w.filename, w.lineno) for w in caught] == [(__file__, line)]


def test_a_script_beside_the_package_is_not_inside_it():
    assert not f"{errors._PACKAGE.rstrip('/')}_study/script.py".startswith(errors._PACKAGE)
