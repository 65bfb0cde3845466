"""Filling in, submitting and closing a modal. Slack: surfaces/modals."""

from typing import Any

from tests.emulators.slack.core import Core
from tests.emulators.slack.dispatch import INTERACTIVE
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.interactions import frame, said
from tests.emulators.slack.model import App, View
from tests.emulators.slack.places import view_place
from tests.emulators.slack.render import view_json
from tests.emulators.slack.triggers import new_trigger
from tests.emulators.slack.values import entered
from tests.emulators.slack.view_store import (
    STACK_LIMIT,
    VALUE_KEYS,
    ViewProblem,
    checked_view,
    put_modal,
    replace,
    stack,
    top_modal,
)


def fill(core: Core, view_id: str, values: Json) -> View:
    """Type values into inputs. Keys: a block_id, `block|action`, or {block: {action: …}}."""
    place = view_place(core, view_id)
    view = place.view
    if view is None:
        raise ControlError("view_not_open", view=view_id)
    for name, value in _flat(view, values):
        block, element = place.element(name)
        suggested = view.suggested.get(element["action_id"], [])
        chosen = entered(core, place.app, view.user, element, value, suggested)
        place.remember(block, element, chosen)
    return view


def _flat(view: View, values: Json) -> list[tuple[str, Any]]:
    blocks = {block["block_id"] for block in view.body["blocks"]}
    pairs: list[tuple[str, Any]] = []
    for name, value in values.items():
        nested = isinstance(value, dict) and name in blocks and value.get("type") != "rich_text"
        if nested:
            pairs += [(f"{name}|{action}", one) for action, one in value.items()]
        else:
            pairs.append((name, value))
    return pairs


async def submit(core: Core, *, user: str, view_id: str, values: Json) -> Json:
    view = _top(core, user, view_id)
    if not view.body.get("submit"):
        raise ControlError("view_has_no_submit", view=view_id)
    fill(core, view_id, values)
    _check_required(view)
    app = core.world.app(view.app_id)
    payload = frame(core, app, core.world.user(user), "view_submission")
    payload["trigger_id"] = new_trigger(core, app, user, view=view.id)
    payload |= {"view": view_json(view, app=app), "response_urls": []}
    outcome = await core.dispatcher.interact(app, INTERACTIVE, "view_submission", payload)
    if not outcome.ok:
        return said(outcome)
    return _follow(core, app, view, outcome.body)


def _top(core: Core, user: str, view_id: str) -> View:
    view = core.world.views.get(view_id)
    if view is None or not view.open:
        raise ControlError("view_not_open", view=view_id)
    top = top_modal(core, user, core.world.app(view.app_id))
    if view.user != user or top is not view:
        raise ControlError("view_not_on_top", view=view_id)
    return view


def _check_required(view: View) -> None:
    """Slack: the client does not send a modal while a required input is empty."""
    for block in view.body["blocks"]:
        if block["type"] != "input" or block.get("optional"):
            continue
        element = block["element"]
        value = view.state.get(block["block_id"], {}).get(element["action_id"], {})
        if value.get(VALUE_KEYS[element["type"]][0]) in (None, "", []):
            raise ControlError("required_input_empty", block_id=block["block_id"])


def _follow(core: Core, app: App, view: View, body: Any) -> Json:
    """Do what the app's answer says; an answer that breaks the rules shows an error."""
    if not body:
        view.open = False
        core.world.touch()
        return {"ok": True, "outcome": "closed"}
    action = body.get("response_action") if isinstance(body, dict) else None
    if action == "clear":
        for one in stack(core, view):
            one.open = False
        core.world.touch()
        return {"ok": True, "outcome": "cleared"}
    if action == "errors":
        return _errors(view, body.get("errors"))
    if action in {"update", "push"}:
        return _next_view(core, app, view, action, body.get("view"))
    return _invalid([f"unknown response_action: {action}"])


def _invalid(problems: list[str]) -> Json:
    return {"ok": True, "outcome": "invalid_response", "problems": problems}


def _errors(view: View, errors: Any) -> Json:
    """Slack: errors belong to input blocks of the view."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        return _invalid(["errors must be an object"])
    if unknown := set(errors) - inputs:
        return _invalid([f"no input block: {name}" for name in sorted(unknown)])
    return {"ok": True, "outcome": "errors", "errors": errors}


def _next_view(core: Core, app: App, view: View, action: str, sent: Any) -> Json:
    try:
        body = checked_view(core, sent)
    except ViewProblem as problem:
        return _invalid(problem.problems)
    if action == "update":
        shown, outcome = replace(core, view, body), "updated"
    elif len(stack(core, view)) >= STACK_LIMIT:
        return _invalid(["push_limit_reached"])
    else:
        shown, outcome = put_modal(core, app, view.user, body, below=view), "pushed"
    return {"ok": True, "outcome": outcome, "view": view_json(shown, app=app)}


async def close(core: Core, *, user: str, view_id: str, whole_stack: bool) -> Json:
    """Slack: view_closed is sent only where notify_on_close asks for it."""
    view = _top(core, user, view_id)
    leaving = stack(core, view) if whole_stack or view.body.get("clear_on_close") else [view]
    app = core.world.app(view.app_id)
    for one in leaving:
        one.open = False
    core.world.touch()
    if not view.body.get("notify_on_close"):
        return {"ok": True, "outcome": "closed"}
    payload = frame(core, app, core.world.user(user), "view_closed")
    payload |= {"view": view_json(view, app=app), "is_cleared": whole_stack}
    return said(await core.dispatcher.interact(app, INTERACTIVE, "view_closed", payload))
