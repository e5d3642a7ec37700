"""No link of a page is dead: files, anchors, hosts and DOIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.repository_links import DOI, GENERATED, Link, anchors, fault, links, named_dois
from tests.rules.house import ROOT

DOCS = ROOT / "docs"
_BUILT = (DOCS / "_build", DOCS / "api", GENERATED)
PAGES = sorted(
    page
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "data" / "README.md", ROOT / "CHANGELOG.md"]
    if not any(page.is_relative_to(folder) for folder in _BUILT)
)
each_page = pytest.mark.parametrize(
    "page", [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES]
)


@each_page
def test_every_link_of_a_page_leads_somewhere(page):
    faults = {str(link): said for link in links(page) if (said := fault(link))}
    assert not faults


@each_page
def test_every_doi_of_a_page_can_be_one(page):
    wrong = [doi for doi in named_dois(page.read_text(encoding="utf-8")) if not DOI.fullmatch(doi)]
    assert not wrong


def test_the_pages_have_links_and_dois():
    assert len(PAGES) > 50
    assert sum(len(links(page)) for page in PAGES) > 200
    assert sum(len(named_dois(page.read_text(encoding="utf-8"))) for page in PAGES) > 100


PAGE = """# A page

(here)=
## `data.csv`: one row, each

## Twice

## Twice

#### Too deep for the site

```{note}
[in a directive](other.md)
```

```python
[in code](nowhere.md)
```

<!-- [in a comment](nowhere.md) -->
<a href="nothing.html">raw</a>
![image](image.png) [code `x`](#twice-1) <https://doi.org/10.1000/abc>
"""


@pytest.fixture
def page(tmp_path) -> Path:
    file = tmp_path / "docs" / "page.md"
    file.parent.mkdir()
    file.write_text(PAGE, encoding="utf-8")
    (file.parent / "other.md").write_text("# Other\n", encoding="utf-8")
    return file


def test_links_are_found_where_readers_see_them_and_not_in_code(page):
    found = [link.target for link in links(page)]
    assert found == ["other.md", "nothing.html", "image.png", "#twice-1", "https://doi.org/10.1000/abc"]


def test_headings_have_the_anchors_of_the_site(page):
    assert anchors(page) >= {"a-page", "here", "datacsv-one-row-each", "twice", "twice-1"}
    assert "patientscsv-one-row-per-patient" in anchors(ROOT / "data" / "README.md")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("other.md", ""),
        ("other.md#other", ""),
        ("other.md#others", "no such anchor"),
        ("missing.md", "no such file"),
        ("#twice-1", ""),
        ("#twice-2", "no such anchor"),
        ("https://doi.org/10.1000/abc", ""),
        ("https://doi,org/10.1000/abc", "no such host"),
        ("http://localhost/x", "no such host"),
        ("ftp://example.org/x", "unknown scheme"),
    ],
)
def test_a_dead_link_is_told(page, target, said):
    found = fault(Link(page, target, 1))
    assert found.startswith(said) if said else found == ""


@pytest.mark.parametrize(
    ("text", "doi", "valid"),
    [
        ("([doi:10.1093/biomet/64.1.156](https://x.org))", "10.1093/biomet/64.1.156", True),
        ("doi:10.1016/S0167-9473(02)00230-1).", "10.1016/S0167-9473(02)00230-1", True),
        (
            "https://doi.org/10.1002/%28SICI%291097-0258%3E3.0.CO;2-4)",
            "10.1002/(SICI)1097-0258>3.0.CO;2-4",
            True,
        ),
        ("doi:10.12/x", "10.12/x", False),
        ("doi:11.1000/x1", "11.1000/x1", False),
        ("doi:10.1000/", "10.1000/", False),
    ],
)
def test_a_doi_is_cut_from_its_sentence(text, doi, valid):
    assert named_dois(text)[0] == doi
    assert bool(DOI.fullmatch(doi)) is valid
