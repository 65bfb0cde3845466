"""What is offered while somebody types into a select with more options than Slack takes."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.slack.choices import choices, matching
from adapters.slack.listeners.tools import Tools
from adapters.slack.views import modals

Json = dict[str, Any]


def register(app: AsyncApp, tools: Tools) -> None:
    @app.options(re.compile(r".+"))
    async def suggest(ack: Any, body: Json) -> None:
        person = await tools.people.person(str(body["user"]["id"]))
        found = await tools.baton.store.read(choices, person.id)
        groups = modals.options(matching(found, str(body.get("value") or "")))
        await ack(option_groups=groups) if groups else await ack(options=[])
