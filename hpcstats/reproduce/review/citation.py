"""CITATION.cff: who made a study, when, under which licence; nothing that it does not state is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hpcstats.errors import DataError

CITATION = "CITATION.cff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A person, or a group under one `name`; `orcid` is the plain identifier or empty."""

    name: str
    given: str = ""
    family: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        return bool(self.given or self.family)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What CITATION.cff states; empty is not stated.

    Attributes
    ----------
    authors : tuple of Author
    date, doi, repository : str
        Date of the release, DOI, and address of the code.
    licences, keywords : tuple of str
        SPDX identifiers; words.
    paper : Citation, optional
        The article to be cited (``preferred-citation``).
    title, url : str
    """

    authors: tuple[Author, ...] = ()
    date: str = ""
    doi: str = ""
    repository: str = ""
    licences: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    paper: Citation | None = None
    title: str = ""
    url: str = ""

    @classmethod
    def read(cls, directory: Path) -> Citation:
        """Read CITATION.cff of a directory; everything is empty where there is none.

        Raises
        ------
        DataError
            If it is no table in YAML, or an author has no name.
        """
        file = directory / CITATION
        if not file.is_file():
            return cls()
        try:
            return _citation(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, LookupError, TypeError, AttributeError) as error:
            raise DataError(f"{file} cannot be read ({type(error).__name__}: {error}).") from error

    @property
    def reference(self) -> str:
        """Where it is found: the address of its DOI, else its own address."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


def _citation(values: Mapping[str, Any]) -> Citation:
    paper = values.get("preferred-citation")
    return Citation(
        authors=tuple(_author(author) for author in values.get("authors") or ()),
        date=_text(values, "date-released") or _text(values, "date-published"),
        doi=_text(values, "doi"),
        repository=_text(values, "repository-code"),
        licences=_listed(values.get("license")),
        keywords=_listed(values.get("keywords")),
        paper=_citation(paper) if paper else None,
        title=_text(values, "title"),
        url=_text(values, "url"),
    )


def _author(values: Mapping[str, Any]) -> Author:
    given = _text(values, "given-names")
    family = " ".join(
        part for part in (_text(values, "name-particle"), _text(values, "family-names")) if part
    )
    name = _text(values, "name") or " ".join(part for part in (given, family) if part)
    if not name:
        raise LookupError("an author has neither a name nor given-names and family-names")
    return Author(
        name=name,
        given=given,
        family=family,
        orcid=_text(values, "orcid").rstrip("/").rpartition("/")[2],
        affiliation=_text(values, "affiliation"),
    )


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return "" if value is None else str(value).strip()


def _listed(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(str(one) for one in values)
