"""Files and functions small enough to read in one go."""

from __future__ import annotations

import ast

import pytest

from tests.rules.house import ANALYSES, ROOT, sources, tree

LONGEST_FILE = 300
LONGEST_BODY = 45

SOURCES = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in [*sources(), *sources(ANALYSES)]]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    first = function.body[0]
    told = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    body = function.body[1:] if told else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", SOURCES)
def test_files_hold_one_subject(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES)
def test_functions_do_one_thing(path):
    functions = [
        node for node in ast.walk(tree(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    long = {f"{f.name} (line {f.lineno})": body_lines(f) for f in functions if body_lines(f) > LONGEST_BODY}
    assert not long


@pytest.mark.parametrize("path", SOURCES)
def test_nothing_is_left_to_do(path):
    text = path.read_text(encoding="utf-8")
    marks = [mark for mark in ("TODO", "FIXME", "XXX", "NotImplementedError") if mark in text]
    assert not marks


@pytest.mark.parametrize("path", SOURCES)
def test_annotations_are_read_late(path):
    body = [node for node in tree(path).body if not isinstance(node, ast.Expr)]
    if body and not (
        path.name == "__init__.py" and all(isinstance(n, (ast.ImportFrom, ast.Assign)) for n in body)
    ):
        first = body[0]
        assert isinstance(first, ast.ImportFrom)
        assert first.module == "__future__"
