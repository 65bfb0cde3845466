"""The table of verbs: `POST /control/<verb>` with a JSON body."""

from collections.abc import Awaitable, Callable

from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json

Verb = Callable[[Core, Json], Awaitable[Json]]

VERBS: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Verb], Verb]:
    def register(handler: Verb) -> Verb:
        VERBS[name] = handler
        return handler

    return register
