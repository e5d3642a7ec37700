"""The scripts of the study use what every user has: `import hpcstats as hs` and public names."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

import hpcstats as hs
from tests.rules.house import ANALYSES, imports, sources, tree

SCRIPTS = [pytest.param(path, id=path.name) for path in sources(ANALYSES)]
LIBRARIES = {"numpy", "pandas"}
SHARED = {path.stem for path in ANALYSES.glob("_*.py")}


def chains(path) -> list[tuple[int, list[str]]]:
    """Every dotted name that begins with `hs`, as its parts."""
    found = []
    for node in ast.walk(tree(path)):
        parts, inner = [], node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if parts and isinstance(inner, ast.Name) and inner.id == "hs":
            found.append((node.lineno, parts[::-1]))
    return found


def is_public(parts: list[str]) -> bool:
    value: object = hs
    for part in parts:
        if inspect.ismodule(value) and part not in value.__all__:
            return False
        if part.startswith("_"):
            return False
        if not hasattr(value, part):
            return not inspect.ismodule(value)
        value = getattr(value, part)
    return True


def test_there_are_scripts():
    assert SCRIPTS


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_import_the_package_by_its_name_alone(path):
    for imported in imports(path):
        if imported.library == "hpcstats":
            assert (imported.module, imported.name) == ("hpcstats", None), f"line {imported.line}"
        else:
            known = imported.library in LIBRARIES | SHARED | sys.stdlib_module_names
            assert known, f"line {imported.line}: {imported.module}"


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_use_public_names(path):
    private = [f"line {line}: hs.{'.'.join(parts)}" for line, parts in chains(path) if not is_public(parts)]
    assert not private


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_reach_for_nothing_private(path):
    private = [
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_")
    ]
    assert not private
