"""What people do in Slack: acknowledged, converted, called, rendered."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from adapters.slack.listeners import buttons, commands, modals, selects, shortcuts
from adapters.slack.listeners.tools import Tools


def register(app: AsyncApp, tools: Tools) -> None:
    for module in (commands, buttons, modals, selects, shortcuts):
        module.register(app, tools)
