"""study.toml: read once, checked as a whole, read-only from then on."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError, DesignError, unknown_option

FORMATS = ("pdf", "svg", "png", "tiff", "eps")
_STUDY_KEYS = ("title", "seed", "level", "data", "output", "formats")
_OPTIONAL_KEYS = ("journal",)


class MissingSettingError(DesignError, KeyError):
    """A setting that a script asks for and study.toml does not hold."""

    def __str__(self) -> str:
        return str(self.args[0])


class Settings(Mapping[str, Any]):
    """One table of study.toml, read-only; lists are tuples, and a missing key says where it belongs.

    Examples
    --------
    >>> settings = Settings({"curves": {"horizons": [1, 5]}})
    >>> settings["curves"]["horizons"]
    (1, 5)
    >>> try:
    ...     settings["curves"]["interval"]
    ... except MissingSettingError as error:
    ...     print(error)
    study.toml has no setting 'interval' in [curves]. Add it there.
    """

    __slots__ = ("_table", "_values")

    def __init__(self, values: Mapping[str, Any], table: tuple[str, ...] = ()) -> None:
        self._table = table
        self._values = {key: _read_only(value, (*table, key)) for key, value in values.items()}

    def __getitem__(self, key: str) -> Any:
        if key in self._values:
            return self._values[key]
        place = f"in [{'.'.join(self._table)}]" if self._table else "at its top level"
        raise MissingSettingError(f"study.toml has no setting {key!r} {place}. Add it there.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Settings({self._values!r})"


def _read_only(value: Any, table: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return Settings(value, table)
    return tuple(_read_only(item, table) for item in value) if isinstance(value, list) else value


def read_settings(file: Path) -> Settings:
    """Read and check a study.toml.

    Only the table ``[study]`` is this room's business and checked here; the others belong to the scripts.

    Raises
    ------
    DataError
        If the file cannot be read, or with all that is wrong in ``[study]`` at once.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{file} is not valid TOML: {error}.") from error
    problems = [*_loose_keys(values), *_study_problems(values.get("study"))]
    if problems:
        raise DataError(f"{file} is not valid:\n" + "\n".join(f"  - {problem}" for problem in problems))
    return Settings(values)


def check_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the image formats without repetition, in the order of `FORMATS`.

    Raises
    ------
    UnsupportedError
        For a format that is not one of `FORMATS`.
    """
    asked = {name.strip().lower().removeprefix(".") for name in formats}
    for name in sorted(asked.difference(FORMATS)):
        raise unknown_option("format", name, FORMATS)
    return tuple(name for name in FORMATS if name in asked)


def _loose_keys(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if not isinstance(value, Mapping):
            yield f"{key!r} stands outside any table; put it below a [table] heading"


def _study_problems(study: Any) -> Iterator[str]:
    if not isinstance(study, Mapping):
        yield f"there is no table [study]; it needs {', '.join(_STUDY_KEYS)}"
        return
    known = (*_STUDY_KEYS, *_OPTIONAL_KEYS)
    for key in study:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            yield f"[study] has an unknown key {key!r}; {hint}"
    for key in (*_STUDY_KEYS, *(name for name in _OPTIONAL_KEYS if name in study)):
        problem = _value_problem(key, study[key]) if key in study else "is missing"
        if problem:
            yield f"[study] {key} {problem}"


def _value_problem(key: str, value: Any) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if key == "seed":
        whole = number and isinstance(value, int) and value >= 0
        return "" if whole else f"must be a whole number from 0 upwards, not {value!r}"
    if key == "level":
        inside = number and 0 < value < 1
        return "" if inside else f"must be a proportion between 0 and 1, for instance 0.95, not {value!r}"
    if key == "formats":
        return _formats_problem(value)
    return "" if isinstance(value, str) and value.strip() else f"must be a text, not {value!r}"


def _formats_problem(value: Any) -> str:
    known = ", ".join(repr(name) for name in FORMATS)
    if not isinstance(value, list) or not value:
        return f"must be a list of image formats out of {known}, not {value!r}"
    wrong = [name for name in value if name not in FORMATS]
    if wrong:
        return f"holds {', '.join(repr(name) for name in wrong)}; known are {known}"
    return "" if len(set(value)) == len(value) else f"names a format twice: {value!r}"
