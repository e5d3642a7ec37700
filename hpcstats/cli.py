"""The command line: ``hpcstats new-study | reproduce | report | verify | trace | validate``.

Nothing heavy is imported before a command runs, so that ``hpcstats --help`` answers at once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from hpcstats import __version__
from hpcstats.errors import HpcstatsError, check_option
from hpcstats.synthetic import WARNING

if TYPE_CHECKING:
    from hpcstats.reproduce import Study


class _ClearErrors(TyperGroup):
    """A group of commands whose expected errors are one clear message and exit status 1, no traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (HpcstatsError, OSError) as error:
            if ctx.params.get("debug") or isinstance(error, BrokenPipeError):
                raise
            typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    name="hpcstats",
    cls=_ClearErrors,
    help="Rebuild a study of published cases, verify what is committed, trace a number to its patients.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StudyArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[STUDY]",
        show_default=False,
        help="Directory with analyses/study.toml. Default: the current one, or the nearest above it.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Data directory to use in place of the study's own; needs --out."
    ),
]
JobsOption = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes. Default: one per core.")]


def main() -> None:
    """Run the command line."""
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hpcstats {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def reproduce(
    study: StudyArgument = None,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="NAME", help="Build this output alone: figure_03, 'table_*'. Repeatable."
        ),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option("--formats", metavar="LIST", help="Image formats out of pdf,svg,png,tiff,eps."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Directory to write to. Default: the study's own."),
    ] = None,
    data: DataOption = None,
    jobs: JobsOption = None,
    journal: Annotated[
        str | None,
        typer.Option(
            "--journal",
            metavar="NAME",
            help="Figures for springer, elsevier, jns or nature, in its formats, into submission/NAME.",
        ),
    ] = None,
) -> None:
    """Build figures, tables, numbers.json, MANIFEST.json and report.html."""
    from hpcstats import reproduce as room

    found = _study(study, data)
    report = room.reproduce(
        found,
        only=_split(only),
        formats=None if formats is None else formats.split(","),
        output=out,
        jobs=jobs,
        journal=_known_journal(journal),
    )
    typer.echo(str(report))
    if found.is_synthetic:
        typer.echo(
            f"{WARNING} `hpcstats validate` lists the rows to replace; until then all outputs are marked."
        )


@app.command()
def report(
    study: StudyArgument = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="File to write. Default: report.html of the study."),
    ] = None,
) -> None:
    """Write report.html again, from the outputs as they stand."""
    from hpcstats import reproduce as room

    typer.echo(str(room.report_page(_study(study), out)))


@app.command()
def verify(
    study: StudyArgument = None,
    *,
    tolerance: Annotated[
        bool,
        typer.Option("--tolerance", help="Numbers to 1e-8, images by what they show, not by their bytes."),
    ] = False,
    jobs: JobsOption = None,
) -> None:
    """Rebuild in a temporary directory and compare with what is committed."""
    from hpcstats import reproduce as room

    result = room.verify(_study(study), tolerance=tolerance, jobs=jobs)
    typer.echo(str(result))
    if not result.ok:
        raise typer.Exit(1)


@app.command()
def trace(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="A number's id, or a beginning of ids to list ('' lists all).")
    ],
    study: StudyArgument = None,
) -> None:
    """Show a number, how it was made, and its patients with their sources."""
    from hpcstats import reproduce as room

    found = _study(study)
    fitting = room.numbers_named(identifier, found)
    if len(fitting) > 1:
        width = max(map(len, fitting))
        typer.echo("\n".join(f"{name:<{width}}  {text}" for name, text in fitting.items()))
    else:
        typer.echo(str(room.trace(identifier, found)))


@app.command()
def validate(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            show_default=False,
            help="Data directory. Default: that of the study one stands in, else the data of the package.",
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Check case-level data: every problem at once, with file, row, patient and what to do."""
    from hpcstats import literature

    report = literature.validate(_data_here() if directory is None else directory)
    typer.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False) if as_json else str(report))
    if not report.ok:
        raise typer.Exit(1)


@app.command("new-study")
def new_study(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Directory to lay out; new, or empty. Nothing is overwritten."),
    ],
    *,
    title: Annotated[
        str | None, typer.Option("--title", help="Title of the study. Default: the name of the directory.")
    ] = None,
    example: Annotated[
        bool,
        typer.Option(
            "--with-example/--without-example",
            help="Fill the tables with twelve made-up patients, marked as synthetic; or leave them empty.",
        ),
    ] = True,
) -> None:
    """Lay out a study of another disease: tables, study.toml, scripts, README."""
    from hpcstats.reproduce.laying_out import new_study as lay_out

    typer.echo(str(lay_out(directory, title=title, example=example)))


def _study(directory: Path | None, data: Path | None = None) -> Study:
    from hpcstats.reproduce import Study

    return Study.find(data=data) if directory is None else Study.read(directory, data=data)


def _known_journal(name: str | None) -> str | None:
    """Refuse an unknown journal before any work."""
    if name is not None:
        from hpcstats.plots import JOURNALS

        check_option("journal", name, JOURNALS)
    return name


def _data_here() -> Path | None:
    """Return the data directory of the study one stands in, if one does."""
    here = Path.cwd()
    standing = [place for place in (here, *here.parents) if (place / "analyses" / "study.toml").is_file()]
    return _study(standing[0]).data if standing else None


def _split(names: list[str] | None) -> list[str] | None:
    return [part for name in names for part in name.split(",") if part] if names else None
