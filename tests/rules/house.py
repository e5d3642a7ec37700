"""The source of the package, read as text and as syntax trees, for the rules."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "hpcstats"
ANALYSES = ROOT / "analyses"


@dataclass(frozen=True)
class Import:
    """One imported module or name, and whether it happens when its file is imported."""

    module: str
    name: str | None
    line: int
    typing_only: bool
    lazy: bool

    @property
    def library(self) -> str:
        return self.module.split(".")[0]


def sources(folder: Path = PACKAGE) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "_data" not in path.parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room(path: Path) -> str:
    """The first name below the package: a folder or a single module."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[Import]:
    return list(_imports(tree(path), typing_only=False, lazy=False))


def _imports(node: ast.AST, *, typing_only: bool, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, None, child.lineno, typing_only, lazy)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: relative import"
            for alias in child.names:
                yield Import(str(child.module), alias.name, child.lineno, typing_only, lazy)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.body:
                yield from _imports(ast.Module([part], []), typing_only=True, lazy=lazy)
            yield from _imports(ast.Module(child.orelse, []), typing_only=typing_only, lazy=lazy)
        else:
            inside = lazy or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
            yield from _imports(child, typing_only=typing_only, lazy=inside)
