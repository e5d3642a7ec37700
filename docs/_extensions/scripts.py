"""What a script of the study says and calls, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

# Every script has these: what it is given, what it returns, and its words.
_COMMON = ("reproduce.", "Text.")


def question(script: Path) -> str:
    """Return the first sentence of a script without its number, which says what the output shows."""
    told = ast.get_docstring(_parsed(script)) or ""
    words = told.partition("\n")[0].partition(": ")[2]
    return words[:1].upper() + words[1:]


def shared_by(script: Path) -> tuple[Path, ...]:
    """List the files beside a script from which it imports."""
    return tuple(dict.fromkeys(file for file, _ in _imported(_parsed(script), script)))


def calls(script: Path) -> tuple[str, ...]:
    """List what a script calls of the package, itself or through what it imports from beside it."""
    found = _calls(script, _parsed(script))
    return tuple(name for name in dict.fromkeys(found) if not name.startswith(_COMMON))


@lru_cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _calls(file: Path, root: ast.AST) -> Iterator[str]:
    for node in ast.walk(root):
        if isinstance(node, ast.Call) and (name := _name(node.func)):
            yield name
    for other, name in _imported(root, file):
        yield from _of_function(other, name, set())


def _of_function(file: Path, name: str, seen: set[str]) -> Iterator[str]:
    """Follow a function into the others of its file."""
    functions = {node.name: node for node in _parsed(file).body if isinstance(node, ast.FunctionDef)}
    if name in seen or name not in functions:
        return
    seen.add(name)
    yield from _calls(file, functions[name])
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Name):
            yield from _of_function(file, node.id, seen)


def _imported(root: ast.AST, file: Path) -> Iterator[tuple[Path, str]]:
    for node in ast.walk(root):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("_") and not node.level:
            beside = file.parent / f"{node.module}.py"
            if beside.is_file():
                yield from ((beside, alias.name) for alias in node.names)


def _name(node: ast.expr) -> str:
    """Write ``hs.plots.flow`` as plots.flow; what does not start with ``hs`` is empty."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed(parts)) if isinstance(node, ast.Name) and node.id == "hs" else ""
