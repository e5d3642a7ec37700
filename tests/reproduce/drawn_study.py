"""A small study whose outputs are real figures, tables and texts, for the page of the report."""

from __future__ import annotations

from pathlib import Path

from hpcstats.reproduce import Study
from tests.reproduce.fake import STUDY, make_study

TOML = (
    STUDY.replace('formats = ["pdf", "png"]', 'formats = ["pdf", "svg"]') + "\n[report]\ndata_rows = true\n"
)
_DATA = """
import csv
import hpcstats as hs

def response(study):
    with open(study.data / "patients.csv", newline="") as lines:
        rows = list(csv.DictReader(lines))
    years, patients = ([row[name] for row in rows] for name in ("years", "patient_id"))
    return hs.Surv.right([float(time) for time in years], [1] * len(rows), id=patients)
"""
FIGURE = (
    _DATA
    + """
def build(study):
    km = hs.kaplan_meier(response(study))
    return hs.plots.survival_curves(km, ylabel="Proportion without <b>event</b>")
"""
)
TABLE = (
    _DATA
    + """
def build(study):
    km = hs.kaplan_meier(response(study))
    horizons = study.settings["curves"]["horizons"]
    return hs.tables.estimates({"all": km}, horizons, estimands={"all": "Without event"})
"""
)
METHODS = """
import hpcstats as hs

def build(study):
    n = hs.Number(id="n", value=2, text="2", how="Publications.", sources=("new_2020", "old_1999"))
    one = hs.Number(id="nobody", value=0.05, text="0.05", how="Chosen.")
    words = hs.Text.of("From ", n, " publications; a < b at ", one, ".")
    return hs.reproduce.Prose((hs.Text.of("## Data & more"), words), captions=True)
"""
SCRIPTS = {"figure_01_times": FIGURE, "table_01_cases": TABLE, "methods": METHODS}
EVENTS = "patient_id,event,time_years\na,death,1.5\nc,death,8\nc,note,\n"


def drawn_study(root: Path, **scripts: str | None) -> Study:
    """Write the study below `root`."""
    study = make_study(root, toml=TOML, **{**SCRIPTS, **scripts})
    (study.data / "events.csv").write_text(EVENTS, encoding="utf-8")
    return study
