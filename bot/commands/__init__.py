"""Every slash command, declared once: name, arguments, role, help, handler.

The console, Slack and Discord all offer what stands in `REGISTRY`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.conversations import CONVERSATIONS
from bot.commands.registry import Command
from bot.commands.tickets import TICKETS

REGISTRY: Mapping[str, Command] = {command.name: command for command in (*TICKETS, *CONVERSATIONS)}
