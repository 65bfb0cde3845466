"""Write the generated parts of the documentation: `make docs`.

The diagram of a ticket's life, the reference of the slash commands, the columns of a report, the
help of the command line. And the schema of a new SQLite file, which the migrations make.
"""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands import REGISTRY
from bot.domain.report_csv import COLUMNS
from bot.domain.states import diagram
from storage import scripts

DOCS = Path(__file__).parent
SCHEMA = DOCS.parent / "storage" / "migrations" / "newest.sql"
CLI = ("", "run", "demo", "check", "migrate", "config", "report", "routing", "evaluate")


def states() -> str:
    """docs/architecture.md with the diagram of today's table."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    return re.sub(
        r"(<!-- generated: states -->\n).*?(<!-- /generated -->)",
        lambda match: f"{match[1]}```mermaid\n{diagram()}```\n{match[2]}",
        text,
        flags=re.DOTALL,
    )


def commands() -> str:
    """docs/commands.md: every slash command."""
    lines = [
        "# Slash commands",
        "",
        "`42` and `#42` both name a ticket; in a ticket's thread its number can be left out where",
        "it stands in square brackets. There `/reply 2 weeks at most` is asked about when 2 is an",
        "open ticket, as it may belong to the words; `#2` never is. Values can be given by name",
        "(`team=billing`), with quotes around spaces. `/ticket help` tells what there is about",
        "tickets, and so on for each first word.",
        "",
        "The commands do the same on every platform. What differs is how they are typed:",
        "",
        "- Slack keeps `/help` for itself, and runs no command in a thread: give the number there.",
        "- Discord has a field for each value. A command that is also the beginning of others",
        "  gets one word more: `/desk admin become`, `/desk block add`, `/deliveries list`. For",
        "  help, use `/help`. It has `/panel` and `/board` as well ([Discord](discord.md)).",
        "",
        "| command | who | what it does |",
        "|---|---|---|",
    ]
    for command in REGISTRY.values():
        usage = command.usage.replace("|", "\\|")
        lines.append(f"| `{usage}` | {command.role} | {command.help} |")
    return "\n".join(lines) + "\n"


def reports() -> str:
    """docs/reports.md with the columns of today's table."""
    text = (DOCS / "reports.md").read_text(encoding="utf-8")
    rows = "\n".join(f"| `{one.name}` | {one.meaning} |" for one in COLUMNS)
    return re.sub(
        r"(<!-- generated: report columns -->\n).*?(<!-- /generated -->)",
        lambda match: f"{match[1]}| column | meaning |\n|---|---|\n{rows}\n{match[2]}",
        text,
        flags=re.DOTALL,
    )


def command_line() -> str:
    """docs/cli.md: what `--help` says."""
    plain = {"COLUMNS": "90", "TERM": "dumb", "NO_COLOR": "1"}
    lines = ["# The command line", ""]
    for name in CLI:
        words = ["baton", *name.split()]
        shown = CliRunner().invoke(app, [*words[1:], "--help"], env=plain, prog_name="baton")
        text = "\n".join(line.rstrip() for line in shown.output.strip().splitlines())
        lines += [f"## `{' '.join(words)}`", "", "```text", text, "```", ""]
    return "\n".join(lines)


def main() -> None:
    """Write them all."""
    (DOCS / "architecture.md").write_text(states(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
    (DOCS / "reports.md").write_text(reports(), encoding="utf-8")
    (DOCS / "cli.md").write_text(command_line(), encoding="utf-8")
    SCHEMA.write_text(scripts.newest(), encoding="utf-8")


if __name__ == "__main__":
    main()
