"""Who and what made a study: authors, licences, and the software with its versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hpcstats.errors import DataError
from hpcstats.reproduce.review.bundle import DESCRIPTOR, Bundle, environment_path
from hpcstats.reproduce.review.citation import Citation
from hpcstats.reproduce.review.crate_files import Entity, reference

HPCSTATS = "#hpcstats"
PYTHON = "https://www.python.org/"

_SPDX = "https://spdx.org/licenses/"


def author_entities(citation: Citation) -> list[Entity]:
    """Describe the authors as CITATION.cff names them."""
    entities = []
    for place, author in enumerate(citation.authors, start=1):
        stated = {"givenName": author.given, "familyName": author.family, "affiliation": author.affiliation}
        entities.append(
            {
                "@id": f"https://orcid.org/{author.orcid}" if author.orcid else f"#author-{place}",
                "@type": "Person" if author.is_person else "Organization",
                "name": author.name,
                **{key: value for key, value in stated.items() if value},
            }
        )
    return entities


def licence_entities(bundle: Bundle) -> list[Entity]:
    """Describe the licences that CITATION.cff names; where it names none, those of the data package."""
    where = "Its text is in the file LICENSE." if "LICENSE" in bundle.documents else ""
    return [
        {"@id": address, "@type": "CreativeWork", "name": name, "description": where or f"See {address}."}
        for name, address in _licences(bundle)
    ]


def software(bundle: Bundle) -> list[Entity]:
    """Describe hpcstats, Python, and the packages of a run with the versions that made the outputs."""
    versions = bundle.records.versions
    packages = list(_packages(bundle))
    return [
        {
            "@id": HPCSTATS,
            "@type": "SoftwareApplication",
            "name": "hpcstats",
            "softwareVersion": versions.get("hpcstats", ""),
            "subjectOf": reference(environment_path(bundle)),
            "softwareRequirements": [{"@id": PYTHON}, *({"@id": one["@id"]} for one in packages)],
        },
        {
            "@id": PYTHON,
            "@type": ["ComputerLanguage", "SoftwareApplication"],
            "name": "Python",
            "url": PYTHON,
            "softwareVersion": versions.get("python", ""),
        },
        *packages,
    ]


def _licences(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Name each licence with its address."""
    if bundle.citation.licences:
        yield from ((name, f"{_SPDX}{name}") for name in bundle.citation.licences)
        return
    for label in bundle.documents:
        if label.endswith(DESCRIPTOR):
            for licence in _descriptor(bundle, label).get("licenses") or ():
                name = licence.get("name") or licence.get("title")
                address = licence.get("path") or f"{_SPDX}{name}"
                if name and "://" in address:
                    yield str(name), str(address)


def _descriptor(bundle: Bundle, label: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(bundle.content(label))
    except ValueError as error:
        raise DataError(f"{label} cannot be read: {error}.") from error
    return content


def _packages(bundle: Bundle) -> Iterator[Entity]:
    """Describe the packages of a run; the manifest says which of several versions was at work."""
    made_with = bundle.records.versions
    for package in bundle.environment.get("packages", ()):
        name, version = package["name"], package["version"]
        if package.get("for") != "run" or made_with.get(name, version) != version:
            continue
        about = {"description": f"For {package['when']}."} if package.get("when") else {}
        yield {
            "@id": f"pkg:pypi/{name}@{version}",
            "@type": "SoftwareApplication",
            "name": name,
            "softwareVersion": version,
            **({"license": package["licence"]} if package.get("licence") else {}),
            **about,
        }
