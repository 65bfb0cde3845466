"""views.* — Slack: a trigger opens one modal; a modal's stack holds three views."""

import json
import re
from typing import Any

from tests.emulators.slack.api.content import check_slack_files
from tests.emulators.slack.api.registry import Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import App, View
from tests.emulators.slack.render import view_json
from tests.emulators.slack.view_store import (
    SIZE_LIMIT,
    STACK_LIMIT,
    ViewProblem,
    checked_view,
    put_home,
    put_modal,
    replace,
    stack,
)

TRIGGER = re.compile(r"\d+\.\d+\.[0-9a-f]+")


def _view_argument(context: Context) -> Json:
    """The view that was sent, if it keeps Block Kit's rules."""
    if "view" not in context.args:
        missing = "missing required field: view [json-pointer:/view]"
        raise ApiError("invalid_arguments", messages=[missing])
    sent: Any = context.args.json("view", error="invalid_arguments")
    if len(json.dumps(sent)) > SIZE_LIMIT:
        raise ApiError("view_too_large")
    try:
        body = checked_view(context.core, sent)
    except ViewProblem as problem:
        raise ApiError("invalid_arguments", messages=problem.problems) from problem
    check_slack_files(context, body["blocks"], "invalid_arguments")
    return body


def _exchange_trigger(context: Context) -> tuple[str, str | None]:
    """Slack: a trigger_id works once, within three seconds, for its own app."""
    value = context.args.required("trigger_id")
    if not TRIGGER.fullmatch(value):
        problem = "invalid `trigger_id` [json-pointer:/trigger_id]"
        raise ApiError("invalid_arguments", messages=[problem])
    trigger = context.world.triggers.get(value)
    if trigger is None or trigger.app_id != context.app.id:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if context.core.clock.now() - trigger.created > context.core.config.trigger_ttl:
        raise ApiError("expired_trigger_id")
    trigger.used = True
    return trigger.user, trigger.view


def _external_id_free(context: Context, body: Json, *, but: str = "") -> None:
    wanted = body.get("external_id")
    for view in context.world.views.values():
        same = wanted and view.open and view.body.get("external_id") == wanted
        if same and view.id != but and view.app_id == context.app.id:
            raise ApiError("duplicate_external_id")


def _modal_only(body: Json) -> None:
    if body["type"] != "modal":
        problem = "must be one of: modal [json-pointer:/view/type]"
        raise ApiError("invalid_arguments", messages=[problem])


def _answer(view: View, app: App) -> Json:
    return {"view": view_json(view, app=app)}


@method("views.open")
async def open_view(context: Context) -> Json:
    body = _view_argument(context)
    _modal_only(body)
    _external_id_free(context, body)
    user, _ = _exchange_trigger(context)
    return _answer(put_modal(context.core, context.app, user, body), context.app)


@method("views.push")
async def push(context: Context) -> Json:
    body = _view_argument(context)
    _modal_only(body)
    _external_id_free(context, body)
    user, origin = _exchange_trigger(context)
    below = context.world.views.get(origin or "")
    if below is None or not below.open:
        raise ApiError("not_found")
    if len(stack(context.core, below)) >= STACK_LIMIT:
        raise ApiError("push_limit_reached")
    return _answer(put_modal(context.core, context.app, user, body, below=below), context.app)


@method("views.update")
async def update(context: Context) -> Json:
    body = _view_argument(context)
    view = _find(context)
    _check_hash(context, view)
    if body["type"] != view.body["type"]:
        problem = "the type of a view cannot change [json-pointer:/view/type]"
        raise ApiError("invalid_arguments", messages=[problem])
    _external_id_free(context, body, but=view.id)
    return _answer(replace(context.core, view, body), context.app)


def _find(context: Context) -> View:
    args = context.args
    view_id, external = args.text("view_id"), args.text("external_id")
    if bool(view_id) == bool(external):
        raise ApiError("invalid_arguments", messages=["give view_id or external_id"])
    for view in context.world.views.values():
        named = view.id == view_id or (external and view.body.get("external_id") == external)
        if named and view.app_id == context.app.id and view.open:
            return view
    raise ApiError("not_found")


def _check_hash(context: Context, view: View) -> None:
    """Slack: a hash guards against overwriting a newer version."""
    wanted = context.args.text("hash")
    if wanted and wanted != view.hash:
        raise ApiError("hash_conflict")


@method("views.publish")
async def publish(context: Context) -> Json:
    body = _view_argument(context)
    if body["type"] != "home":
        problem = "must be one of: home [json-pointer:/view/type]"
        raise ApiError("invalid_arguments", messages=[problem])
    if not context.app.home_tab:
        raise ApiError("not_enabled")
    user = context.world.visible_user(context.app, context.args.required("user_id"))
    known = context.world.homes.get((context.app.id, user.id))
    if known is not None:
        _check_hash(context, known)
    return _answer(put_home(context.core, context.app, user.id, body), context.app)
