"""The documentation shows what the package does, and names all of it."""

from __future__ import annotations

import doctest
import re

import pytest

import hpcstats as hs
from tests.rules.house import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("guide/*.md"), *DOCS.glob("methods/*.md"), ROOT / "README.md"])


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in PAGES if path.exists()])
def test_the_examples_of_a_page_give_what_it_shows(path):
    failed, _ = doctest.testfile(str(path), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_the_guide_has_examples():
    assert (DOCS / "guide" / "start.md").read_text(encoding="utf-8").count(">>> ") > 10


def test_the_api_page_lists_every_public_name():
    listed = re.findall(r"^   (\w+)$", (DOCS / "api.rst").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(set(hs.__all__) - {"__version__"})
