"""A study on disk: settings, data, scripts and outputs, found from the directory one stands in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hpcstats.errors import DataError, listing
from hpcstats.reproduce.settings import check_formats, read_settings
from hpcstats.reproduce.synthetic_marks import holds_synthetic
from hpcstats.synthetic import WARNING

_FILE = Path("analyses", "study.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A directory with ``analyses/study.toml``: what every script's ``build(study)`` is given.

    Paths inside study.toml are relative to the file. Read a study with `Study.find` or `Study.read`.

    Attributes
    ----------
    root : Path
        The directory that holds ``analyses/``.
    settings : Mapping
        The whole of study.toml, read-only; ``study.settings["curves"]["horizons"]`` is a tuple.
    data : Path
        The directory with the data files.
    output : Path
        The directory the outputs are written to.
    analysis : str
        Name of the script at work; empty outside a run.
    journal : str
        The journal whose rules the figures keep; empty for figures as drawn.
    """

    root: Path
    settings: Mapping[str, Any]
    data: Path
    output: Path
    analysis: str = ""
    journal: str = ""

    @classmethod
    def read(cls, directory: str | Path, *, data: str | Path | None = None) -> Study:
        """Read the study of exactly this directory (or of its study.toml).

        Parameters
        ----------
        directory : path
            The directory that holds ``analyses/study.toml``, or that file.
        data : path, optional
            A data directory to use in place of the study's own.

        Raises
        ------
        DataError
            If there is no study.toml, or with everything that is wrong in it.
        """
        given = Path(directory).resolve()
        root = given.parent.parent if given.name == _FILE.name and given.is_file() else given
        file = root / _FILE
        if not file.is_file():
            raise DataError(f"{root} holds no {_FILE.as_posix()}. Name the directory of a study.")
        settings = read_settings(file)
        own = settings["study"]
        return cls(
            root=root,
            settings=settings,
            data=(file.parent / own["data"] if data is None else Path(data)).resolve(),
            output=(file.parent / own["output"]).resolve(),
            journal=str(own.get("journal", "")),
        )

    @classmethod
    def find(cls, start: str | Path | None = None, *, data: str | Path | None = None) -> Study:
        """Read the study of `start` (default: the current directory) or of its nearest parent that has one.

        Raises
        ------
        DataError
            If none of these directories holds ``analyses/study.toml``.
        """
        first = Path.cwd() if start is None else Path(start).resolve()
        for directory in (first, *first.parents):
            if (directory / _FILE).is_file():
                return cls.read(directory, data=data)
        raise DataError(
            f"Neither {first} nor a directory above it holds {_FILE.as_posix()}. "
            "Go into the directory of a study, or name it."
        )

    @property
    def file(self) -> Path:
        """The study.toml."""
        return self.root / _FILE

    @property
    def title(self) -> str:
        """Title of the study, behind a warning as long as its data are synthetic."""
        own = str(self.settings["study"]["title"])
        return f"{WARNING} {own}" if self.is_synthetic else own

    @property
    def is_synthetic(self) -> bool:
        """Whether any row of the data is marked as made up, as those of a new study's example are."""
        return holds_synthetic(self.data)

    @property
    def seed(self) -> int:
        """The one seed all random numbers of the study come from."""
        return int(self.settings["study"]["seed"])

    @property
    def level(self) -> float:
        """Level of all intervals, a proportion."""
        return float(self.settings["study"]["level"])

    @property
    def formats(self) -> tuple[str, ...]:
        """Image formats of the figures."""
        return check_formats(self.settings["study"]["formats"])

    @property
    def has_own_data(self) -> bool:
        """Whether `data` is the directory that study.toml names."""
        return self.data == self.file.parent.joinpath(str(self.settings["study"]["data"])).resolve()

    @property
    def is_for_submission(self) -> bool:
        """Whether the figures are for another journal than the one study.toml names, if it names one."""
        return bool(self.journal != self.settings["study"].get("journal", ""))

    @property
    def inputs(self) -> Mapping[str, Path]:
        """Further files that scripts read, by their names in the table ``[inputs]`` of study.toml.

        Raises
        ------
        DataError
            For a value that is no path.
        """
        named = self.settings.get("inputs", {})
        wrong = [name for name, path in named.items() if not isinstance(path, str) or not path.strip()]
        if wrong:
            raise DataError(f"[inputs] {wrong[0]} must be the path of a file, relative to {self.file.name}.")
        return {name: self.file.parent.joinpath(path).resolve() for name, path in named.items()}

    def generator(self, name: str = "") -> np.random.Generator:
        """Return the random generator of the analysis `name` (default: of the script at work).

        Each name has a stream of its own, ``SeedSequence(seed, spawn_key=words of SHA-256(name))``, so that
        adding an analysis changes no number of another.

        Examples
        --------
        >>> from pathlib import Path
        >>> study = Study(root=Path(), settings={"study": {"seed": 1}}, data=Path(), output=Path())
        >>> a, b, again = (int(study.generator(name).integers(1000)) for name in ("a", "b", "a"))
        >>> a == again, a == b
        (True, False)
        """
        digest = hashlib.sha256((name or self.analysis).encode("utf-8")).digest()
        words = tuple(int(word) for word in np.frombuffer(digest, dtype=">u4"))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=words))

    def at_work_on(self, analysis: str) -> Study:
        """Return the study as the script `analysis` sees it."""
        return replace(self, analysis=analysis)

    def for_journal(self, journal: str) -> Study:
        """Return the study with figures for a journal; its files go to ``submission/NAME``."""
        named = replace(self, journal=journal)
        return replace(named, output=self.root / "submission" / journal) if named.is_for_submission else named

    def label(self, path: Path) -> str:
        """Name a file without the place of this copy: relative to the root, or to the data directory."""
        if path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        if path.is_relative_to(self.data):
            return f"(data)/{path.relative_to(self.data).as_posix()}"
        return path.name

    def common_inputs(self) -> tuple[Path, ...]:
        """List what every output may depend on: study.toml, all files of the data directory, and `inputs`.

        Raises
        ------
        DataError
            If the data directory does not exist or is empty, or an input does not exist.
        """
        files = sorted(
            file for file in self.data.rglob("*") if file.is_file() and not _hidden(file, self.data)
        )
        if not files:
            raise DataError(f"The data directory {self.data} does not exist or holds no file.")
        missing = [f"{name} = {path}" for name, path in self.inputs.items() if not path.is_file()]
        if missing:
            raise DataError(
                f"[inputs] of {self.label(self.file)} names what does not exist: {listing(missing)}."
            )
        return (self.file, *files, *self.inputs.values())


def _hidden(file: Path, directory: Path) -> bool:
    return any(part.startswith((".", "__")) for part in file.relative_to(directory).parts)
