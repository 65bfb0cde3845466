"""What a control action is."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.constants import Json

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator

Action = Callable[["Emulator", Json], Awaitable[Any]]
