"""The small study with files for reviewers and archives: [review], a citation, a licence and a lock."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

from hpcstats.reproduce import Study
from tests.reproduce.fake import STUDY, make_study

TOML = f"{STUDY}\n[review]\ntested = ['Linux, CPython 3.11']\n"
CITATION = """
cff-version: 1.2.0
title: Software and data
date-released: 2020-02-29
license: CC-BY-4.0
doi: 10.1234/data
repository-code: https://example.org/code
keywords: [case reports]
authors:
  - given-names: Ada
    family-names: Exämple
    orcid: https://orcid.org/0000-0002-1825-0097
  - name: The Group
preferred-citation:
  type: article
  title: "The paper: a study"
  doi: 10.1234/paper
  authors:
    - family-names: Exämple
      given-names: Ada
"""


def lock() -> str:
    """A lock of what is installed, of what is for another platform, and of what nobody has."""
    numpy, pytest = (importlib.metadata.version(name) for name in ("numpy", "pytest"))
    return (
        f"numpy=={numpy} \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"
        "    # via hpcstats (pyproject.toml)\n"
        f"pytest=={pytest} \\\n    --hash=sha256:02\n    # via hpcstats (pyproject.toml)\n"
        "only-elsewhere==1.0 ; sys_platform == 'other' \\\n    --hash=sha256:03\n    # via\n    #   numpy\n"
    )


def reviewed_study(root: Path, *, toml: str = TOML, citation: str | None = CITATION, **scripts: str) -> Study:
    """Write the study below `root`; without `citation` there is neither citation, licence nor lock."""
    study = make_study(root, toml=toml, **scripts)
    if citation is not None:
        (root / "CITATION.cff").write_text(citation, encoding="utf-8")
        (root / "LICENSE").write_text("As you like.\n", encoding="utf-8")
        (root / "requirements.lock").write_text(lock(), encoding="utf-8")
    return study


def graph(study: Study) -> dict[str, dict[str, Any]]:
    """The entities of the crate by their identifier; each occurs once."""
    entities = json.loads((study.root / "ro-crate-metadata.json").read_bytes())["@graph"]
    found = {entity["@id"]: entity for entity in entities}
    assert len(found) == len(entities)
    return found
