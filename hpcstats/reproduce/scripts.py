"""The scripts of a study: which there are, what each makes, and how one is loaded."""

from __future__ import annotations

import ast
import difflib
import fnmatch
import re
import runpy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hpcstats.errors import DesignError, listing
from hpcstats.reproduce.outputs import Renderable
from hpcstats.reproduce.study import Study

Build = Callable[[Study], Renderable]

_NUMBERED = re.compile(r"(figure|table)_[0-9]+[a-z]?(?=_|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One script in ``analyses/``, which makes one output.

    Examples
    --------
    >>> script = Script(
    ...     path=Path("analyses/table_02_estimates.py"), label="analyses/table_02_estimates.py"
    ... )
    >>> script.id, script.file(".csv")
    ('table_02', 'tables/table_02_estimates.csv')
    """

    path: Path
    label: str

    @property
    def stem(self) -> str:
        """File name without suffix; also the name of the script's random stream."""
        return self.path.stem

    @property
    def id(self) -> str:
        """Identifier of the output: ``figure_03``, ``table_02``, or the stem of an unnumbered script."""
        numbered = _NUMBERED.match(self.stem)
        return numbered.group() if numbered else self.stem

    @property
    def draws(self) -> bool:
        """Whether the output is a figure."""
        return self.stem.startswith("figure_")

    def file(self, suffix: str) -> str:
        """Return the path of one output file, relative to the output directory."""
        return f"{'tables/' if self.stem.startswith('table_') else ''}{self.stem}{suffix}"

    def build_function(self) -> Build:
        """Execute the script under a module name of its own and return its ``build``.

        The source is compiled afresh, so that no cached bytecode can stand in for it.
        """
        build = runpy.run_path(str(self.path), run_name=f"hpcstats_analysis_{self.stem}").get("build")
        if not callable(build):
            raise DesignError(
                f"{self.label} defines no function `build(study)`. Define it, or rename the file."
            )
        return build  # type: ignore[no-any-return]


def script_at(study: Study, path: Path) -> Script:
    """Return the script at `path`."""
    return Script(path=path, label=study.label(path))


def find_scripts(study: Study) -> tuple[Script, ...]:
    """List the scripts of a study: each figure_*.py and table_*.py, and other files with a ``build``.

    Files whose name begins with an underscore are shared code, not scripts.

    Raises
    ------
    DesignError
        If there is none, or if two would make the same output.
    """
    scripts = tuple(
        script_at(study, path) for path in sorted(study.file.parent.glob("*.py")) if _is_script(path)
    )
    if not scripts:
        raise DesignError(f"{study.file.parent} holds no script that defines `build(study)`.")
    by_id = defaultdict(list)
    for script in scripts:
        by_id[script.id].append(script.label)
    for output, labels in by_id.items():
        if len(labels) > 1:
            raise DesignError(f"{listing(labels)} would all be called {output!r}. Give each its own number.")
    return scripts


def select(scripts: tuple[Script, ...], only: Iterable[str] | None) -> tuple[Script, ...]:
    """Choose scripts by identifier, file name or pattern (``figure_03``, ``table_*``).

    Raises
    ------
    DesignError
        For a name that fits no script, with the closest that exist.
    """
    if only is None:
        return scripts
    chosen: set[Script] = set()
    for name in only:
        wanted = Path(name).name.removesuffix(".py")
        fitting = [script for script in scripts if _fits(script, wanted)]
        if not fitting:
            raise _unknown_output(name, wanted, scripts)
        chosen.update(fitting)
    return tuple(script for script in scripts if script in chosen)


def _unknown_output(name: str, wanted: str, scripts: tuple[Script, ...]) -> DesignError:
    names = {script.stem: script.id for script in scripts} | {script.id: script.id for script in scripts}
    near = difflib.get_close_matches(wanted, names, n=5, cutoff=0.5)
    ids = list(dict.fromkeys(names[one] for one in near))
    hint = (
        f"Did you mean {listing(ids)}?"
        if ids
        else f"There are: {', '.join(script.id for script in scripts)}."
    )
    return DesignError(f"No script makes {name!r}. {hint}")


def _fits(script: Script, wanted: str) -> bool:
    return any(fnmatch.fnmatchcase(name, wanted) for name in (script.id, script.stem))


def _is_script(path: Path) -> bool:
    if path.name.startswith("_"):
        return False
    if path.name.startswith(("figure_", "table_")):
        return True
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return True  # it fails, with its name, when it is run
    return any(isinstance(node, ast.FunctionDef) and node.name == "build" for node in tree.body)
