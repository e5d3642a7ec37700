"""The machinery: the same numbers on every backend, nothing run twice, own seeds, Dask by address."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from joblib.parallel import BACKENDS, ThreadingBackend

from hpcstats.errors import UnsupportedError
from tests.calibration import programme
from tests.calibration.cells import INTERVALS, MODELS, TESTS, Cell, all_cells
from tests.calibration.code_version import code_version, without_words
from tests.calibration.samples import draw
from tests.calibration.scenarios import RECORDED, YEARS, Scenario
from tests.calibration.store import Store

NINE = Scenario(sizes=(9,), censored=(0.3,))
FIVES = Scenario(sizes=(5, 5), censored=(0.3, 0.3), rounding=YEARS)
CELLS = (
    Cell(table=INTERVALS, scenario=NINE, method="log-log", replicates=200),
    Cell(table=INTERVALS, scenario=replace(NINE, rounding=RECORDED), method="bpcp", replicates=200),
    Cell(table=TESTS, scenario=FIVES, method="log-rank, asymptotic", replicates=200),
    Cell(
        table=MODELS, scenario=Scenario(sizes=(2, 2), censored=(0.3, 0.3)), method="Cox model", replicates=50
    ),
)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cells.jsonl", str.upper)


@pytest.fixture
def counted(monkeypatch):
    """The cells that were really run."""
    ran = []
    run = Cell.run
    monkeypatch.setattr(Cell, "run", lambda cell: ran.append(cell) or run(cell))
    return ran


def rows(finished) -> str:
    return json.dumps([one.rows for one in finished])


def test_threads_and_processes_give_the_same_numbers(tmp_path):
    answers = {
        rows(programme.run(CELLS, Store(tmp_path / backend, str.upper), jobs=2, backend=backend))
        for backend in ("threading", "loky", "sequential")
    }
    assert len(answers) == 1


def test_what_is_finished_is_not_run_again(store, counted):
    first = programme.run(CELLS[:2], store, backend="sequential")
    assert set(counted) == set(CELLS[:2])
    again = programme.run(CELLS, Store(store.file, str.upper), backend="sequential")
    assert len(counted) == len(CELLS)
    assert rows(again[:2]) == rows(first)


def test_a_stop_loses_only_the_cell_at_work(store, counted):
    whole = programme.run(CELLS[:3], store, backend="sequential")
    text = store.file.read_text(encoding="utf-8")
    store.file.write_text(text[:-40], encoding="utf-8")
    again = programme.run(CELLS[:3], Store(store.file, str.upper), backend="sequential")
    assert len(counted) == 4
    assert rows(again) == rows(whole)
    assert all(Store(store.file, str.upper).get(cell) for cell in CELLS[:3])


def test_other_code_seeds_and_numbers_are_run_anew(store, counted):
    programme.run(CELLS[:1], store, backend="sequential")
    programme.run(CELLS[:1], Store(store.file, str.lower), backend="sequential")
    programme.run([replace(CELLS[0], replicates=100)], store, backend="sequential")
    assert len(counted) == 3
    programme.run(CELLS[:1], store, backend="sequential", fresh=True)
    assert len(counted) == 4


def test_words_in_the_code_do_not_count():
    assert code_version(INTERVALS) != code_version(MODELS)
    one, two, three = (
        'def f():\n    "A."\n    return 1',
        "# B\ndef f():\n    return 1",
        "def f():\n    return 2",
    )
    assert without_words(one) == without_words(two) != without_words(three)


def test_random_numbers_belong_to_the_scenario():
    assert draw(NINE, 10).time == pytest.approx(draw(NINE, 20).time[:10], abs=0)
    other = replace(NINE, censored=(0.31,))
    assert not np.isin(draw(other, 10).time, draw(NINE, 10).time).any()
    assert NINE.generator("a").random() == NINE.generator("a").random() != NINE.generator("b").random()


def test_every_cell_has_a_name_of_its_own():
    keys = [json.dumps(cell.key("one")) for cell in all_cells()]
    assert len(set(keys)) == len(keys) > 100


def test_dask_is_asked_for_by_address_and_missed_by_name(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setenv(programme.DASK, "tcp://nowhere:8786")
    with pytest.raises(UnsupportedError, match="tcp://nowhere:8786 .* 'distributed' is not installed"):
        programme.run(CELLS[:1], store)


def test_a_cluster_does_the_work(store, monkeypatch):
    asked = []

    class Client:
        def __init__(self, address):
            asked.append(address)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            asked.append("closed")

    class Cluster(ThreadingBackend):
        def __init__(self, client=None, **how):
            asked.append(type(client).__name__)
            super().__init__(**how)

    library = ModuleType("distributed")
    library.Client = Client
    monkeypatch.setitem(sys.modules, "distributed", library)
    monkeypatch.setitem(BACKENDS, "dask", Cluster)
    found = programme.run(CELLS[:2], store, address="tcp://cluster:8786", jobs=2)
    assert [one.cell for one in found] == list(CELLS[:2])
    assert asked == ["tcp://cluster:8786", "Client", "closed"]
