"""Every slash command, declared once: name, arguments, role, help, handler.

The console, Slack and Discord all offer what stands in `REGISTRY`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.administration import ADMINISTRATION
from bot.commands.agent import AGENT
from bot.commands.audit import AUDIT
from bot.commands.blocking import BLOCKING
from bot.commands.canned import CANNED
from bot.commands.casework import CASEWORK
from bot.commands.conversations import CONVERSATIONS
from bot.commands.entries import ENTRIES
from bot.commands.policies import POLICIES
from bot.commands.practice import PRACTICE
from bot.commands.presence import PRESENCE
from bot.commands.privacy import PRIVACY
from bot.commands.registry import Argument, Command, Context, Kind, Response
from bot.commands.report import REPORTS
from bot.commands.routing import ROUTING
from bot.commands.teams import TEAMS
from bot.commands.tickets import TICKETS
from bot.commands.webhooks import WEBHOOKS
from bot.commands.whole_desk import WHOLE_DESK
from bot.domain.desk import Role
from bot.services import people

# What the commands of one word are called together.
_SHORT = "In one word"


def _help(context: Context) -> Response:
    """The commands that the person may use; with a word, only those that begin with it."""
    role = context.tx.desk.get().role(*people.acting(context.tx, context.call.person))
    wanted = context.get("command").strip().removeprefix("/")
    usable = [
        command
        for command in REGISTRY.values()
        if command.role.rank <= role.rank and command.name.startswith(wanted)
    ]
    if not usable:
        return Response(text=f"There is no command /{wanted} for you.")
    groups: dict[str, list[str]] = {_SHORT: []}
    for command in usable:
        root, _, below = command.name.partition(" ")
        group = groups.setdefault(f"/{root}", []) if below else groups[_SHORT]
        group.append(f"`{command.usage}`: {command.help}")
    shown = {name: lines for name, lines in groups.items() if lines}
    title = f"What you can do with /{wanted}" if wanted else "What you can do"
    if len(shown) == 1:  # its name is in the title
        [lines] = shown.values()
        return Response(text="\n".join((f"**{title}**", *lines)))
    parts = ["\n".join((f"**{name}**", *lines)) for name, lines in shown.items()]
    return Response(text="\n\n".join((title, *parts)))


_HELP = Command(
    name="help",
    help="What can be done here",
    role=Role.OUTSIDER,
    handler=_help,
    arguments=(
        Argument(name="command", kind=Kind.TEXT, help="the beginning of one", required=False),
    ),
)

REGISTRY: Mapping[str, Command] = {
    command.name: command
    for command in (
        *TICKETS,
        *CANNED,
        *CASEWORK,
        *CONVERSATIONS,
        *PRESENCE,
        *ROUTING,
        *ADMINISTRATION,
        *TEAMS,
        *POLICIES,
        *ENTRIES,
        *BLOCKING,
        *PRACTICE,
        *AGENT,
        *WHOLE_DESK,
        *AUDIT,
        *REPORTS,
        *PRIVACY,
        *WEBHOOKS,
        _HELP,
    )
}
