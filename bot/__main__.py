"""The command line. Errors are one clear line on stderr, never a traceback.

Exit status: 0 success, 1 it cannot run or a check failed, 2 bad arguments or a bad file.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
import signal
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import logs, loop, settings
from bot.domain import span
from bot.domain.errors import BadDesk, BadInput, BatonError, NotFound

app = typer.Typer(
    name="baton",
    help="Passes a conversation from an AI agent to a human, and keeps hold of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
config = typer.Typer(help="The desk as a file.", no_args_is_help=True)
routing = typer.Typer(help="The rules of escalation.", no_args_is_help=True)
app.add_typer(config, name="config")
app.add_typer(routing, name="routing")

_CANNOT, _BAD = 1, 2
DeskFile = Annotated[Path, typer.Argument(help="A desk file (TOML).")]


@app.command()
def run() -> None:
    """Start Baton on what is configured; migrates the database first."""
    signal.signal(signal.SIGTERM, _stop_early)
    loop.loading()
    from bot import main as composition

    chosen = settings.read()
    logs.configure(chosen)
    loop.run(composition.run(chosen))


@app.command()
def demo(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False
) -> None:
    """Play a whole handover on a temporary database and show it."""
    from bot.demo import play, print_json, show

    logging.disable(logging.CRITICAL)
    told = _go(play())
    (print_json if as_json else show)(told)
    if not told.ok:
        raise typer.Exit(_CANNOT)


@app.command()
def check(
    *,
    failpoints: Annotated[
        bool, typer.Option("--failpoints", help="List the failpoints instead.")
    ] = False,
) -> None:
    """Look for everything that would keep Baton from its work."""
    from bot import checks
    from bot import failpoints as points

    if failpoints:
        for name, meaning in points.NAMES.items():
            typer.echo(f"{name:24} {meaning}")
        return
    findings = checks.look(settings.read())
    for one in findings:
        typer.echo(f"{one.mark:6} {one.what}: {one.detail}")
    if not all(one.ok for one in findings):
        raise typer.Exit(_CANNOT)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from storage.migrate import current
    from storage.migrate import migrate as bring

    url = settings.read().database_url
    before = current(url)
    bring(url)
    after = current(url)
    typer.echo("The database is current." if before == after else f"Migrated to {after}.")


@config.command("apply")
def apply(file: DeskFile) -> None:
    """Replace the whole desk by a file."""
    from bot import desk_file, offline

    desk = desk_file.read(file)
    _go(offline.replace_desk(settings.read(), desk))
    typer.echo(f"The desk is now as {file} says.")


@config.command("export")
def export() -> None:
    """Print the desk as a file."""
    from bot import offline

    typer.echo(_go(offline.export_desk(settings.read())), nl=False)


@config.command("diff")
def diff(file: DeskFile) -> None:
    """Show how the desk differs from a file; status 1 if it does."""
    from bot import desk_file, offline

    wanted = desk_file.write(desk_file.read(file)).splitlines()
    now = _go(offline.export_desk(settings.read(), names=False)).splitlines()
    lines = list(difflib.unified_diff(now, wanted, "the desk", str(file), lineterm="", n=1))
    for line in lines:
        typer.echo(line)
    if lines:
        raise typer.Exit(1)


@app.command()
def report(
    *,
    team: Annotated[str, typer.Option(help="Of one team; without it, of all.")] = "",
    period: Annotated[
        str, typer.Option(help="today, last 7 days, last month, 2026-10, 2026-10-01..2026-10-31.")
    ] = span.DEFAULT,
    csv: Annotated[Path | None, typer.Option(help="Write the tickets there as a table.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write the picture there.")] = None,
) -> None:
    """Print the figures of some days; also as a table and as a picture."""
    from adapters.charts import Charts
    from bot import offline
    from bot.domain import report_csv, report_words

    try:
        found = _go(offline.report(settings.read(), team, period))
    except NotFound as error:
        raise BadInput(problem=str(error)) from error
    if csv is not None:
        _write(csv, report_csv.write(found).encode())
    if png is not None:
        _write(png, Charts().png(found))
    typer.echo(report_words.in_words(found))


@routing.command("test")
def routing_test(text: Annotated[str, typer.Argument(help="What a contact might write.")]) -> None:
    """Show what the rules would do with a text; nothing happens."""
    from adapters.agents.reader import Reader
    from bot import offline
    from bot.services import dry_run

    desk = _go(offline.desk(settings.read()))
    trial = dry_run.try_text(desk, text, Reader().read(text), datetime.now(UTC))
    typer.echo(dry_run.in_words(trial))


@routing.command("replay")
def routing_replay(
    file: Annotated[
        Path | None, typer.Argument(help="A desk file whose rules to try; without it, today's.")
    ] = None,
    *,
    last: Annotated[int, typer.Option(min=1, help="How many conversations, newest first.")] = 500,
    slack_export: Annotated[
        Path | None, typer.Option(help="A Slack export (zip or folder) instead of our own past.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Also those that would go the same way.")
    ] = False,
) -> None:
    """Show what rules would have done to past conversations; nothing happens."""
    from adapters.agents.reader import Reader
    from bot import desk_file, offline
    from bot.services import replay

    wanted = desk_file.read(file) if file else None
    if slack_export:
        from adapters.slack import archive

        rules = wanted or _go(offline.desk(settings.read()))
        found = replay.judged(archive.read(slack_export, rules)[:last], rules, Reader().read)
    else:
        found = _go(offline.replay(settings.read(), wanted, Reader().read, last))
    typer.echo(replay.in_words(found, every=every))


@app.command()
def evaluate(
    task: Annotated[str, typer.Argument(help="What to measure; docs/quality.md lists them.")],
    file: Annotated[Path, typer.Argument(help="JSON lines.")],
    *,
    index: Annotated[Path | None, typer.Option(help="The passages to search.")] = None,
    foreign: Annotated[Path | None, typer.Option(help="Questions that nothing fits.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure the configured agent on conversations of your own."""
    from adapters.agents.evaluation import evaluate as measure
    from adapters.agents.reader import Reader
    from bot import agents

    configured = settings.read()
    agent = agents.agent(configured)
    make_index = agents.searching(configured)
    figures = measure(
        task, file, index, foreign, agent=agent, reader=Reader(), make_index=make_index
    )
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        typer.echo(f"{name:16} {value}")


def main() -> None:
    """Run the command line; turns every error into its line and its status."""
    try:
        app(standalone_mode=True)
    except (BadDesk, BadInput) as error:
        _fail(error, _BAD)
    except BatonError as error:
        _fail(error, _CANNOT)
    except Exception as error:
        logging.getLogger(__name__).debug("an error nobody expected", exc_info=True)
        _fail(f"unexpected {type(error).__name__}: {error}", _CANNOT)


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise BadInput(problem=f"{file} cannot be written: {error.strerror}.") from error


def _stop_early(_number: int, _frame: object) -> None:
    """Asked to stop before there is anything to finish."""
    raise SystemExit(0)


def _go(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _fail(problem: object, status: int) -> None:
    sys.stderr.write(f"baton: {' '.join(str(problem).split())}\n")
    raise SystemExit(status)


if __name__ == "__main__":
    main()
