"""trigger_ids: what a person's action allows an app to open."""

from tests.emulators.slack.core import Core
from tests.emulators.slack.model import App, Trigger


def new_trigger(core: Core, app: App, user: str, *, view: str | None = None) -> str:
    number = len(core.world.triggers) + 1
    trigger_id = f"{1000 + number}.{2000 + number}.{core.ids.token(32)}"
    core.world.triggers[trigger_id] = Trigger(
        id=trigger_id, app_id=app.id, user=user, created=core.clock.now(), view=view
    )
    return trigger_id
