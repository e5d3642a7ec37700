"""One environment for every run: no display, no clock, no time zone, no personal style; and its versions."""

from __future__ import annotations

import importlib.metadata
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hpcstats import __version__

VARIABLES = {"MPLBACKEND": "Agg", "SOURCE_DATE_EPOCH": "0", "TZ": "UTC"}
_PACKAGES = ("numpy", "scipy", "pandas", "matplotlib", "lifelines", "statsmodels")


@contextmanager
def fixed_environment() -> Iterator[None]:
    """Fix the environment variables that reach into rendered files, and put the old ones back."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(VARIABLES)
    _set_time_zone()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _set_time_zone()


@contextmanager
def default_style() -> Iterator[None]:
    """Draw with the defaults of Matplotlib, whatever the user's own matplotlibrc says."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        yield


@contextmanager
def isolated_imports(directory: Path) -> Iterator[list[Path]]:
    """Let a script import the modules beside it, and forget them afterwards.

    The list that is handed out holds, at the end, the files of the modules that were imported.
    """
    used: list[Path] = []
    sys.path.insert(0, str(directory))
    try:
        yield used
    finally:
        sys.path.remove(str(directory))
        beside = {path.name for path in directory.rglob("*")}  # spares asking the disk about every module
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__dict__", {}).get("__file__")  # asks no lazy module to load itself
            if not file or name == "__main__" or Path(file).name not in beside:
                continue
            if Path(file).resolve().is_relative_to(directory):
                used.append(Path(file).resolve())
                del sys.modules[name]


def versions() -> dict[str, str]:
    """Return the versions that can change a number or a drawing."""
    found = {"hpcstats": __version__, "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _set_time_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()
