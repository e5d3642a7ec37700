from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from hpcstats.errors import DataError
from hpcstats.numbers import Number, Text
from hpcstats.tables import Column, Row, Table
from hpcstats.tables.layout import column_shares, needs_landscape
from hpcstats.tables.write_latex import escape

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("table_readers", HERE / "readers.py")
readers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(readers)
t = Text.of
NASTY = r"""5% of A & B_1 #2 $x$ {y} ^~ \a <b> "q" `c` *d* [e] | 1 – 2 — −3 ∞ ≤ ≥ ± × χ² a--b 'é'"""


def number(id_: str = "n", value: float = 9, text: str = "9", **more: object) -> Number:
    return Number(id=id_, value=value, text=text, how="Count.", **more)


def column(key: str, label: str | None = None, **more: object) -> Column:
    return Column(key=key, label=t(label or key), **more)


def example() -> Table:
    return Table(
        caption=t("Caption: ", NASTY),
        stub="Group & co",
        columns=(
            column("n", "n & N"),
            column("ratio", spanner=t("Alone <1")),
            column("p", "P", spanner=t("Alone <1")),
            column("ratio_2", "ratio", spanner=t("All")),
        ),
        rows=(
            Row(kind="section", label=t("[First] & 5%")),
            Row(label=t("A"), cells=(t(number()), t("1.2 (0.4 to ∞)"), t("<0.001"), t(""))),
            Row(label=t("[bracket"), kind="reference", indent=1, cells=(t("*"), t("–"), t("NE"), t("−3"))),
            Row(kind="section", label=t("Second")),
            Row(label=t("A"), indent=2, cells=(t(NASTY),) * 4),
        ),
        notes=(t("Note _one_ *two* & <i>."), t("Second: ", number("note.n", 3, "3"))),
    )


@pytest.fixture
def table() -> Table:
    return example()


@pytest.fixture
def plain() -> Table:
    return Table(
        caption=t("C."), stub="G", columns=(column("n"),), rows=(Row(label=t("a"), cells=(t("1"),)),)
    )


@pytest.mark.parametrize("suffix", [".csv", ".html", ".tex", ".docx"])
@pytest.mark.parametrize("which", ["table", "plain"])
def test_every_format_holds_the_same_cells(which, suffix, request):
    made = request.getfixturevalue(which)
    expected = made.cells()
    if suffix == ".csv":  # one line of headings: the spanner stands before its headings
        spans = [column.spanner for column in made.columns]
        expected[0][1:] = [f"{s}: {h}" if s else h for s, h in zip(spans, expected[0][1:], strict=True)]
    assert readers.READERS[suffix](made.render()[suffix]) == expected


@given(st.text(st.sampled_from([*NASTY.replace(" ", ""), "a", "b", "/", "."]), min_size=1, max_size=20))
def test_latex_escapes_can_be_undone_and_leave_no_bare_special(words):
    written = escape(words)
    assert readers.latex_words(written) == words
    assert not set("∞−–≤≥") & set(written)
    assert "--" not in written


def test_captions_and_notes_stand_in_every_document(table):
    made = table.render()
    words = [str(table.caption), *map(str, table.notes)]
    page = BeautifulSoup(made[".html"].decode(), "html.parser")
    assert page.title.string == words[0]
    assert page.select_one(".gt_title").get_text() == words[0]
    assert [note.get_text() for note in page.select(".gt_sourcenote")] == words[1:]
    paragraphs = [p.text for p in docx.Document(io.BytesIO(made[".docx"])).paragraphs]
    assert paragraphs == words
    source = made[".tex"].decode()
    assert rf"\caption{{{escape(words[0])}}}" in source
    assert all(rf"\noindent {escape(note)}\par" in source for note in words[1:])


def test_html_tells_its_structure_to_screen_readers(table):
    page = BeautifulSoup(table.render()[".html"].decode(), "html.parser")
    assert page.html["lang"] == "en"
    assert page.table["aria-labelledby"] == page.select_one(".gt_title")["id"]
    assert all(cell.get("scope") for cell in page.find_all("th"))
    assert [cell["colspan"] for cell in page.select(".gt_column_spanner_outer")] == ["2", "1"]
    assert [th.get_text() for th in page.select(".gt_group_heading")] == ["[First] & 5%", "Second"]
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_word_repeats_headings_merges_spanners_and_has_fixed_properties(table):
    document = docx.Document(io.BytesIO(table.render()[".docx"]))
    rows = document.tables[0].rows
    repeated = [row._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for row in rows]
    assert repeated == [True, True, False, False, False, False, False]
    assert len({id(cell._tc) for cell in rows[0].cells}) == 4
    assert rows[0].cells[2].text == rows[0].cells[3].text == "Alone <1"
    assert document.core_properties.created.year == document.core_properties.modified.year == 1980
    assert document.core_properties.author == "hpcstats"


def test_latex_repeats_headings_and_names_what_it_needs(table):
    source = table.render()[".tex"].decode()
    assert source.count(r"\multicolumn{2}{c}{Alone \textless{}1}") == 2
    assert r"\cmidrule(lr){3-4}\cmidrule(lr){5-5}" in source
    assert all(name in source.splitlines()[0] for name in ("booktabs", "longtable", "array"))
    assert source.count("{") == source.count("}")


def test_numbers_come_from_everywhere_once(table):
    assert [found.id for found in table.numbers] == ["n", "note.n"]


def test_render_writes_all_formats_whatever_is_asked(plain):
    assert plain.render(["pdf"]) == plain.render() == plain.render(())


def test_bytes_stay_equal_after_a_zip_tick_and_elsewhere(table, tmp_path):
    script = tmp_path / "other.py"
    script.write_text(
        "import hashlib, sys, importlib.util\n"
        f"sys.path[:0] = [{str(HERE.parent.parent)!r}]\n"
        f"spec = importlib.util.spec_from_file_location('t', {str(HERE / 'test_table.py')!r})\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "print({s: hashlib.sha256(b).hexdigest() for s, b in module.example().render().items()})\n"
    )
    first = {suffix: hashlib.sha256(content).hexdigest() for suffix, content in table.render().items()}
    time.sleep(2.1)
    assert {
        suffix: hashlib.sha256(content).hexdigest() for suffix, content in table.render().items()
    } == first
    elsewhere = os.environ | {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "99", "LC_ALL": "C"}
    told = subprocess.run(
        [sys.executable, str(script)], env=elsewhere, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(first)


def test_the_archive_is_stored_in_a_fixed_order_and_date(plain):
    with zipfile.ZipFile(io.BytesIO(plain.render()[".docx"])) as archive:
        members = archive.infolist()
    assert members[0].filename == "[Content_Types].xml"
    assert [m.filename for m in members[1:]] == sorted(m.filename for m in members[1:])
    assert {m.date_time for m in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {m.compress_type for m in members} == {zipfile.ZIP_STORED}


def test_a_notebook_shows_the_table(plain):
    assert "<table" in plain._repr_html_()
    assert "<html" not in plain._repr_html_()


def body(label: str = "a", *cells: str) -> Row:
    return Row(label=t(label), cells=tuple(map(t, cells or ("1",))))


def section(label: str) -> Row:
    return Row(kind="section", label=t(label))


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        ([column("n"), column("n")], [], "distinct lower-case keys"),
        ([column("N")], [], "distinct lower-case keys"),
        ([], [], "distinct lower-case keys"),
        ([column("n")], [body("a", "1", "2")], "Rows need 1 cells"),
        ([column("n")], [section("s"), body(), section("s"), body()], "distinct headings"),
        ([column("n")], [body(), section("s"), body()], "must begin with one"),
        ([column("n")], [section("s"), section("u"), body()], "have none: s"),
        ([column("n")], [section("s"), body(), section("u")], "have none: u"),
        ([column("n")], [body("a\nb")], "single lines"),
        ([column("n")], [body("a  b")], "single lines"),
        ([column("n")], [body("a", " 1")], "single lines"),
        ([column("n")], [body("a\x07")], "single lines"),
    ],
)
def test_what_no_format_could_hold_is_refused(columns, rows, message):
    with pytest.raises(DataError, match=message):
        Table(caption=t("C."), stub="G", columns=tuple(columns), rows=tuple(rows))


def test_two_numbers_may_not_share_an_identifier_but_one_may_stand_twice():
    def with_cells(*cells: Text) -> Table:
        columns = (column("a"), column("b"))
        return Table(caption=t("C."), stub="G", columns=columns, rows=(Row(label=t("r"), cells=cells),))

    assert len(with_cells(t(number()), t(number())).numbers) == 1
    with pytest.raises(DataError, match=r"share an identifier \(n\)"):
        with_cells(t(number()), t(number(value=8, text="8")))


def test_shares_of_the_width_leave_room_for_the_longest_word(table):
    shares = column_shares(table)
    assert sum(shares) == pytest.approx(1)
    wide = Table(
        caption=t("C."),
        stub="G",
        columns=(column("rule", "Rule"), *(column(f"c{k}", wide=True) for k in range(5))),
        rows=(body("a", "a", *["many words " * 9 + "end"] * 5),),
    )
    assert needs_landscape(wide)
    assert column_shares(wide)[1] * 160 >= len("Rule")
    assert sum(column_shares(wide)) == pytest.approx(1)


def test_a_table_without_rows_is_a_table(plain):
    empty = Table(caption=t("C."), stub="G", columns=plain.columns, rows=())
    assert empty.cells() == [["G", "n"]]
    assert all(readers.READERS[suffix](content) == [["G", "n"]] for suffix, content in empty.render().items())
