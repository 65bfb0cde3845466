"""Views as people have them open: a stack of modals, one Home tab an app."""

from typing import Any

from tests.emulators.slack.blocks.surfaces import (
    placed_elements,
    problems_in_view,
    with_ids,
)
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import App, View

# Slack: a view has at most 250 kB; three views can be open at once.
SIZE_LIMIT = 250_000
STACK_LIMIT = 3


class ViewProblem(Exception):
    """A view that breaks Block Kit's rules."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def checked_view(core: Core, sent: Any) -> Json:
    if problems := problems_in_view(sent):
        raise ViewProblem(problems)
    return {**sent, "blocks": with_ids(sent["blocks"], lambda: core.ids.new("", 5))}


def _hash(core: Core) -> str:
    return f"{int(core.clock.now())}.{core.ids.token(8)}"


def put_modal(core: Core, app: App, user: str, body: Json, *, below: View | None = None) -> View:
    view_id = core.ids.new("V")
    view = View(
        id=view_id,
        app_id=app.id,
        team_id=app.team_id,
        user=user,
        body=body,
        hash=_hash(core),
        root=below.root if below else view_id,
        previous=below.id if below else None,
        state=initial_state(body["blocks"]),
    )
    core.world.views[view_id] = view
    core.world.touch()
    return view


def put_home(core: Core, app: App, user: str, body: Json) -> View:
    known = core.world.homes.get((app.id, user))
    if known is not None:
        return replace(core, known, body)
    view = put_modal(core, app, user, body)
    core.world.homes[app.id, user] = view
    return view


def replace(core: Core, view: View, body: Json) -> View:
    """Slack: what was typed stays where block_id and action_id stay the same."""
    fresh = initial_state(body["blocks"])
    for block_id, actions in view.state.items():
        for action_id, value in actions.items():
            kept = fresh.get(block_id, {}).get(action_id)
            if kept is not None and kept.get("type") == value.get("type"):
                fresh[block_id][action_id] = value
    view.body, view.state, view.hash = body, fresh, _hash(core)
    core.world.touch()
    return view


def stack(core: Core, view: View) -> list[View]:
    """The open views under the same root, the lowest first."""
    return [one for one in core.world.views.values() if one.root == view.root and one.open]


def top_modal(core: Core, user: str, app: App) -> View | None:
    mine = [
        view
        for view in core.world.views.values()
        if view.open and view.user == user and view.app_id == app.id
        if view.body["type"] == "modal"
    ]
    return mine[-1] if mine else None


def initial_state(blocks: list[Json]) -> Json:
    """What a view's inputs hold before anyone touches them."""
    state: Json = {}
    for block, element in placed_elements(blocks):
        value = _initial(element)
        if value is not None and (block["type"] == "input" or element["type"] != "button"):
            state.setdefault(block["block_id"], {})[element["action_id"]] = value
    return state


VALUE_KEYS: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "initial_files", []),
}


def _initial(element: Json) -> Json | None:
    keys = VALUE_KEYS.get(element.get("type", ""))
    if keys is None:
        return None
    key, initial, empty = keys
    return {"type": element["type"], key: element.get(initial, empty)}
