"""A study laid out for another disease: it runs at once, and is marked until it is the author's own."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

import hpcstats as hs
from hpcstats.cli import app
from hpcstats.errors import DesignError, HpcstatsError
from hpcstats.reproduce import Study, numbers_named, reproduce, trace, verify
from hpcstats.reproduce.laying_out import new_study
from hpcstats.synthetic import WARNING
from tests.rules.house import ROOT, imports
from tests.rules.test_analyses import LIBRARIES, chains, is_public

TITLE = 'Zwei seltene "Tumoren": \\ & <b>'
MARK = b"SYNTHETIC DATA"
LAID_OUT = {
    ".gitattributes", ".gitignore", "README.md", "analyses/study.toml", "analyses/_choices.py",
    "analyses/figure_01_courses.py", "analyses/figure_02_curves.py", "analyses/figure_03_influence.py",
    "analyses/figure_04_tipping_map.py", "analyses/methods.py", "analyses/table_01_characteristics.py",
    "analyses/table_02_estimates.py", "analyses/table_03_comparison.py", "analyses/table_04_cox_models.py",
    "data/README.md", "data/datapackage.json", "data/raw/events.csv", "data/raw/patients.csv",
    "data/raw/sources.csv",
}  # fmt: skip


def quick(root: Path) -> Study:
    """Make the study cheap to run: one image format, few random draws."""
    settings = root / "analyses" / "study.toml"
    text = settings.read_text(encoding="utf-8").replace('["pdf", "svg", "png"]', '["pdf"]')
    settings.write_text(re.sub(r"(n_imputations|n_resamples) = \d+", r"\1 = 20", text), encoding="utf-8")
    return Study.read(root)


def change(study: Study, file: str, *pairs: tuple[str, str]) -> None:
    path = study.root / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def without_mark(study: Study, *names: str) -> None:
    """Take the mark from tables as an author does who replaces their rows."""
    for name in names:
        change(study, f"data/raw/{name}.csv", ("synthetic_", "smith_"))
    if "sources" in names:
        change(study, "data/raw/sources.csv", ("SYNTHETIC: replace by a publication", "A case"))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Study:
    """One study, laid out where the path has blanks and letters of its own, and built."""
    root = tmp_path_factory.mktemp("new study") / "höhle 1"
    assert set(new_study(root, title=TITLE).files) == LAID_OUT
    study = quick(root)
    report = reproduce(study, jobs=1)
    assert not [outcome for outcome in report.outcomes if outcome.skipped]
    return study


@pytest.fixture
def copy(made, tmp_path) -> Study:
    """The built study, to be changed."""
    shutil.copytree(made.root, tmp_path / "copy")
    return Study.read(tmp_path / "copy")


def test_it_is_verified_byte_for_byte_by_a_second_run(made):
    result = verify(made, jobs=1)
    assert result.ok, str(result)
    assert result.n_numbers > 200


def test_the_title_survives_toml_json_and_markdown(made):
    assert made.settings["study"]["title"] == TITLE
    package = json.loads((made.root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["title"] == TITLE
    assert (made.root / "README.md").read_text(encoding="utf-8").startswith(f"# {TITLE}\n")


def content_of(path: Path) -> bytes:
    if path.suffix != ".docx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return package.read("word/document.xml")


def test_every_output_says_that_it_is_synthetic(made):
    outputs = [path for path in made.output.rglob("*") if path.is_file()]
    assert len(outputs) > 25
    # A table stands in ten thousandths of a PDF; the picture has its own test below.
    silent = [path.name for path in outputs if path.suffix != ".pdf" and MARK not in content_of(path)]
    assert sorted(silent) == ["environment.json", "numbers.json"]  # packages, and bare numbers
    page = (made.output / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{WARNING} Zwei" in page
    exhibits = json.loads((made.output / "exhibits.json").read_text(encoding="utf-8"))
    captions = [exhibit["caption"][0] for exhibit in exhibits if "caption" in exhibit]
    assert len(captions) == 8
    assert all(words.startswith(WARNING) for words in captions)
    assert all(WARNING in exhibit["notes"][-1][0] for exhibit in exhibits if exhibit["kind"] == "table")
    assert WARNING in (made.root / "README.md").read_text(encoding="utf-8").replace("\n> ", " ")


@pytest.mark.parametrize("name", ["ro-crate-metadata.json", "codecheck.yml"])
def test_what_archives_read_says_so_too(made, name):
    assert WARNING in (made.root / name).read_text(encoding="utf-8").replace("\n ", "")


def test_a_number_leads_to_patients_of_a_source_that_is_marked(made):
    found = trace("table_02.local_recurrence.all.median.estimate", made)
    assert len(found.patients) == 12
    assert all("SYNTHETIC: replace" in source for source in found.patients.values())


def test_a_journal_gets_a_marked_copy_too(made):
    reproduce(made, only=["figure_04"], formats=["eps"], journal="nature", jobs=1)
    submission = made.root / "submission" / "nature"
    assert (submission / "figure_04_tipping_map.txt").read_bytes().startswith(MARK)
    assert (submission / "figure_04_tipping_map.eps").is_file()
    shutil.rmtree(made.root / "submission")


def test_the_mark_goes_with_the_last_synthetic_row_and_not_before(copy):
    for left in ("patients", "events", "sources"):
        assert copy.is_synthetic, left
        without_mark(copy, left)
    assert not copy.is_synthetic
    assert copy.title == TITLE
    reproduce(copy, only=["table_02", "figure_02", "methods"], jobs=1)
    fresh = [*copy.output.glob("figure_02*"), *copy.output.glob("tables/table_02*")]
    assert len(fresh) == 7
    assert not [path.name for path in fresh if MARK in content_of(path)]
    assert not (copy.output / "methods.md").read_bytes().startswith(MARK)
    assert "<h1>Zwei" in (copy.output / "report.html").read_text(encoding="utf-8")


def test_one_forgotten_row_keeps_the_mark(copy):
    without_mark(copy, "patients", "events", "sources")
    row = "synthetic,,2001,,,A case,,,,,abstract,\n"
    with (copy.data / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    assert copy.is_synthetic
    assert [problem.file for problem in hs.literature.validate(copy.data).problems] == ["sources.csv"]


def test_the_check_of_the_data_names_the_rows(made):
    report = hs.literature.validate(made.data)
    assert report.ok
    assert [problem.file for problem in report.problems] == ["events.csv", "patients.csv", "sources.csv"]
    assert all(problem.message.startswith(WARNING) for problem in report.problems)
    assert "12 rows are made up (lines 2, 3, 4, 5, 6 and 7 more)" in report.problems[1].message


SCRIPTS = sorted(name for name in LAID_OUT if name.endswith(".py"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_use_public_names_of_the_package_alone(made, name):
    path = made.root / name
    for imported in imports(path):
        known = {"hpcstats", "_choices"} | LIBRARIES | {"__future__", "collections", "dataclasses"}
        assert imported.library in known | {"importlib", "typing"}, imported.module
    assert not [f"hs.{'.'.join(parts)}" for _, parts in chains(path) if not is_public(parts)]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 115


def templates(place) -> dict[str, str]:
    found = {}
    for item in place.iterdir():
        inner = templates(item).items() if item.is_dir() else [("", item.read_text(encoding="utf-8"))]
        found |= {f"{item.name}/{name}".rstrip("/"): text for name, text in inner}
    return found


TEMPLATES = templates(files("hpcstats.reproduce.laying_out") / "templates")


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_speaks_of_the_disease_of_the_package(name):
    words = "spin(e|al)|h(a)?emangiopericytoma|solitary fibrous|resection|intracranial|vertebra|mening|brass"
    assert not re.search(words, TEMPLATES[name], re.IGNORECASE)


def test_the_templates_are_in_the_wheel():
    builders = pytest.importorskip("hatchling.builders.wheel")
    shipped = {file.distribution_path for file in builders.WheelBuilder(str(ROOT)).recurse_included_files()}
    wanted = {f"hpcstats/reproduce/laying_out/templates/{name}" for name in TEMPLATES}
    assert len(wanted) == len(LAID_OUT)
    assert wanted <= shipped


def test_nothing_is_overwritten(tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "notes.txt").write_text("mine")
    with pytest.raises(DesignError, match=r"mine is not empty: it holds notes\.txt\. Nothing is overwritten"):
        new_study(target)
    assert [path.name for path in target.iterdir()] == ["notes.txt"]
    with pytest.raises(DesignError, match=r"notes\.txt is a file"):
        new_study(target / "notes.txt")


@pytest.mark.parametrize("title", ["", "  ", "one\ntwo", "bell \a"])
def test_a_title_is_one_line(tmp_path, title):
    with pytest.raises(DesignError, match="one line of text"):
        new_study(tmp_path / "study", title=title)
    assert not (tmp_path / "study").exists()


def test_empty_tables_have_headers_and_reproduce_says_that_there_are_no_cases(tmp_path, monkeypatch):
    (tmp_path / "my_first-study").mkdir()
    laid_out = new_study(tmp_path / "my_first-study", example=False)
    assert "The tables are empty" in str(laid_out)
    study = Study.read(laid_out.directory)
    assert study.title == "my first study"
    for name in ("patients", "events", "sources"):
        assert len((study.data / f"{name}.csv").read_text(encoding="utf-8").splitlines()) == 1
    assert hs.literature.validate(study.data).problems == ()
    monkeypatch.chdir(study.root)
    result = CliRunner().invoke(app, ["reproduce", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    told = [line for line in result.output.splitlines() if line.startswith("skipped")]
    assert len(told) == 9
    assert all(
        line.endswith("no cases yet; write them into patients.csv, events.csv and sources.csv in data/raw")
        for line in told
    )


def test_the_command_line_lays_out_and_says_what_comes_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["new-study", "a study", "--title", "Ten cases"])
    assert result.exit_code == 0, result.output
    assert f'Next: cd "{tmp_path / "a study"}", then' in result.output
    assert WARNING in result.output
    again = CliRunner().invoke(app, ["new-study", "a study"])
    assert again.exit_code == 1
    assert "is not empty" in again.stderr
    monkeypatch.chdir(tmp_path / "a study")
    quick(tmp_path / "a study")
    built = CliRunner().invoke(app, ["reproduce", "--only", "table_01", "--jobs", "1"])
    assert built.output.splitlines()[-1].startswith(f"{WARNING} `hpcstats validate` lists the rows")
    assert CliRunner().invoke(app, ["validate", "data/raw"]).output.count(WARNING) == 3


def rewrite(study: Study, name: str, keep) -> None:
    """Keep and change rows of a table."""
    path = study.data / f"{name}.csv"
    rows = [row for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))) if keep(row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_an_endpoint_of_other_words_runs_in_every_script_to_the_same_numbers(made, copy):
    words = ("local recurrence", "liver relapse"), ("Local recurrence", "Liver relapse")
    change(copy, "data/raw/events.csv", ("local_recurrence", "liver_relapse"))
    change(copy, "data/datapackage.json", ("local_recurrence", "liver_relapse"), words[0])
    change(copy, "analyses/study.toml", ("local_recurrence", "liver_relapse"), *words)
    for file in ("data/raw/patients.csv", "data/datapackage.json", "analyses/study.toml"):
        change(copy, file, ("primary_site_group", "iris_colour"))
    study = Study.read(copy.root)
    report = reproduce(study, only=["table_0[23]"], jobs=1)
    assert not [outcome for outcome in report.outcomes if outcome.skipped]
    old, new = (numbers_named("table_03", one) for one in (made, study))
    assert old == new
    old, new = (
        numbers_named("table_02.local_recurrence", made),
        numbers_named("table_02.liver_relapse", study),
    )
    assert list(old.values()) == list(new.values())
    table = (study.output / "tables" / "table_03_comparison.html").read_text(encoding="utf-8")
    assert "Time from the primary to the first liver relapse, in the two groups." in table


def test_with_one_case_and_no_event_the_rest_is_left_out_with_a_reason(copy):
    for name in ("patients", "events"):
        rewrite(copy, name, lambda row: row["patient_id"] == "synthetic_07")
    report = reproduce(copy, only=["figure_0[34]", "table_0[234]"], jobs=1)
    skipped = {outcome.script.id: outcome.skipped for outcome in report.outcomes if outcome.skipped}
    assert set(skipped) == {"figure_03", "figure_04", "table_03", "table_04"}
    assert set(skipped.values()) == {"no patient has a dated local_recurrence in events.csv yet"}


def test_with_one_group_there_is_a_curve_and_no_comparison(copy):
    rewrite(copy, "patients", lambda row: row["treatment"] == "surgery")
    left = {line.split(",")[0] for line in (copy.data / "patients.csv").read_text().splitlines()}
    rewrite(copy, "events", lambda row: row["patient_id"] in left)
    report = reproduce(copy, only=["figure_02", "table_03", "figure_04"], jobs=1)
    skipped = {outcome.script.id: outcome.skipped for outcome in report.outcomes if outcome.skipped}
    assert set(skipped) == {"table_03", "figure_04"}
    assert skipped["table_03"].endswith("names 1 among the patients with a time: surgery")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "data/raw/patients.csv",
            ",female,34,",
            ",woman,34,",
            r"patients\.csv:2 \(synthetic_01, sex\): 'woman'",
        ),
        (
            "data/raw/events.csv",
            "_05,death_of_disease",
            "_05,relapse",
            r"\(synthetic_05, event\): 'relapse' is not",
        ),
        ("data/raw/patients.csv", ",", ";", r"patients\.csv:1: the cells are separated by semicolons"),
        (
            "analyses/study.toml",
            '= "local_recurrence"',
            '= "relapse"',
            "declares local_recurrence, metastasis, ev",
        ),
        ("analyses/study.toml", '"treatment" ', '"arm" ', "'arm', which is no column of patients"),
        (
            "data/datapackage.json",
            '"events": ["metastasis"]',
            '"events": ["spread"]',
            r"entry 2 .* events spread",
        ),
    ],
)
def test_half_filled_data_fail_with_one_message_that_says_where(copy, file, old, new, message):
    change(copy, file, (old, new))
    with pytest.raises(HpcstatsError, match=message) as failure:
        reproduce(Study.read(copy.root), only=["table_03", "figure_04"], jobs=1)
    told = str(failure.value)
    assert len(re.findall(message, told)) == 1
    assert "analyses/figure_04_tipping_map.py, analyses/table_03_comparison.py: " in told
