"""The story for programs, and for people."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from bot.demo.stage import Story


def print_json(story: Story) -> None:
    """One object, for programs."""
    steps = [
        {
            "name": step.name,
            "ok": step.ok,
            "title": step.title,
            "contact_sees": list(step.contact_sees),
            "team_sees": list(step.team_sees),
        }
        for step in story.steps
    ]
    told = {
        "ok": story.ok,
        "steps": steps,
        "ticket": story.ticket,
        "transcript": story.transcript,
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def show(story: Story) -> None:
    """The story for people: what each side sees, step by step."""
    out = Console()
    out.print(Rule("Baton: from an AI agent to a human, and back"))
    for number, step in enumerate(story.steps, start=1):
        mark = Text("✔ " if step.ok else "✘ ", style="green" if step.ok else "bold red")
        out.print(mark + Text(f"{number}. {step.title}", style="bold"))
        for who, style, lines in (
            ("Carol sees", "cyan", step.contact_sees),
            ("The team sees", "yellow", step.team_sees),
        ):
            for line in lines:
                out.print(Padding(Text(f"{who}:", style=style), (0, 0, 0, 5)))
                out.print(Padding(Markdown(line), (0, 2, 0, 7)))
    if story.ticket:
        out.print(Rule())
        out.print(f"Ticket #{story.ticket['number']} is {story.ticket['status']}.")
    out.print("Play it yourself: [bold]make run[/bold], then open http://127.0.0.1:8420")
