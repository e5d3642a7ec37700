"""codecheck.yml: what a codechecker is asked to rebuild, in the words of the CODECHECK specification 1.0."""

from __future__ import annotations

from typing import Any

import yaml

from hpcstats.errors import DataError
from hpcstats.reproduce.records import NUMBERS
from hpcstats.reproduce.review.bundle import MAKER, Bundle
from hpcstats.reproduce.review.citation import Author

CODECHECK = "codecheck.yml"
SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0/"

Nodes = dict[str, Any]

_MEND = "Mend it, or delete it and run `hpcstats reproduce`."


def codecheck_bytes(bundle: Bundle, present: bytes | None) -> bytes:
    """Write codecheck.yml.

    Parameters
    ----------
    present : bytes, optional
        The file as it stands. What a codechecker added to it stays: other nodes, and other parts of `paper`.
        Where nothing of ours has changed it stays as it is, comments included.

    Raises
    ------
    DataError
        If the present file is no table in YAML.
    """
    own = _nodes(bundle)
    old = parse_codecheck(present)
    paper = old.get("paper")
    own["paper"] |= {key: value for key, value in (paper or {}).items() if key not in own["paper"]}
    nodes = own | {key: value for key, value in old.items() if key not in own}
    if present is not None and nodes == old:
        return present
    # The validator of the CODECHECK community wants the three dashes first, before any directive.
    text = yaml.safe_dump(nodes, sort_keys=False, allow_unicode=True, explicit_start=True, width=10_000)
    return text.encode("utf-8")


def _nodes(bundle: Bundle) -> Nodes:
    citation = bundle.citation
    paper = citation.paper or citation
    authors = paper.authors or citation.authors
    reference = citation.paper.reference if citation.paper else ""
    nodes: Nodes = {
        "version": SPECIFICATION,
        "manifest": _manifest(bundle),
        "paper": {
            "title": _title(bundle),
            **({"authors": [_author(author) for author in authors]} if authors else {}),
            **({"reference": reference} if reference else {}),
        },
    }
    return nodes | ({"repository": citation.repository} if citation.repository else {})


def _manifest(bundle: Bundle) -> list[dict[str, str]]:
    """List a file to look at of every figure, table and text, the numbers of the figures, and all numbers."""
    listed = []
    for maker in bundle.outputs:
        if maker.endswith(".py"):
            first, *numbers = bundle.main_files(maker)
            listed.append({"file": first, "comment": f"{bundle.title(maker)}; made by {maker}"})
            listed += [
                {"file": path, "comment": f"{bundle.title(maker)}: the numbers drawn"} for path in numbers
            ]
    count = len(bundle.records.numbers)
    comment = (
        f"The {count} numbers printed in figures, tables and texts, with their patients; made by {MAKER}"
    )
    return [*listed, {"file": bundle.output(NUMBERS), "comment": comment}]


def _title(bundle: Bundle) -> str:
    """Return the title of the article; that of the study if none is cited, or its data are made up."""
    paper, study = bundle.citation.paper, bundle.study
    return study.title if study.is_synthetic or paper is None else paper.title or study.title


def _author(author: Author) -> dict[str, str]:
    return {"name": author.name} | ({"ORCID": author.orcid} if author.orcid else {})


def parse_codecheck(content: bytes | None) -> Nodes:
    """Read a codecheck.yml; empty where there is none.

    Raises
    ------
    DataError
        If it is no table in YAML.
    """
    if content is None:
        return {}
    try:
        nodes = yaml.safe_load(content.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        told = " ".join(str(error).split())
        raise DataError(f"{CODECHECK} cannot be read ({told}). {_MEND}") from error
    if not isinstance(nodes, dict) or not isinstance(nodes.get("paper") or {}, dict):
        raise DataError(f"{CODECHECK} is not a table of nodes. {_MEND}")
    return nodes
