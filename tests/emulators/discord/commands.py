"""Application commands: what may be synced, and how Discord writes it back.

Source: "Application Commands": 100 chat commands, 15 of each menu; 25 options, 25 choices;
names of 32, descriptions of 100; required options first.
"""

import re
from collections import Counter

from tests.emulators.discord.constants import Json, OptionType
from tests.emulators.discord.errors import ApiError, FormErrors
from tests.emulators.discord.model import Application
from tests.emulators.discord.state import World

NAME = re.compile(r"[-_'\w]{1,32}")
CHAT, MENUS = 1, {2, 3}
LIMITS = {1: 100, 2: 15, 3: 15}
NESTED = {OptionType.SUBCOMMAND, OptionType.GROUP}


def sync(world: World, app: Application, scope: str, body: list[Json]) -> list[Json]:
    """Replace all commands of a scope (a guild's id, or "" for global). Ids stay by name."""
    errors = FormErrors()
    for kind, count in Counter(item.get("type") or CHAT for item in body).items():
        if count > LIMITS.get(kind, 0):
            errors.add("_", "APPLICATION_COMMAND_TOO_MANY", f"Maximum number of commands: {count}")
    names = Counter((item.get("type") or CHAT, item.get("name")) for item in body)
    for index, item in enumerate(body):
        _command(errors, str(index), item)
        if names[item.get("type") or CHAT, item.get("name")] > 1:
            errors.add(
                f"{index}.name",
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            )
    errors.raise_if_any()
    known = {(c["type"], c["name"]): c["id"] for c in app.commands.get(scope, [])}
    app.commands[scope] = [_written(world, app, scope, item, known) for item in body]
    world.touch()
    return app.commands[scope]


def _written(
    world: World, app: Application, scope: str, item: Json, known: dict[tuple[int, str], str]
) -> Json:
    kind = item.get("type") or CHAT
    permissions = item.get("default_member_permissions")
    result: Json = {
        "id": known.get((kind, item["name"])) or world.ids.next(),
        "application_id": app.id,
        "version": world.ids.next(),
        "default_member_permissions": None if permissions is None else str(permissions),
        "type": kind,
        "name": item["name"],
        "description": item.get("description") or "",
        "nsfw": bool(item.get("nsfw")),
    }
    for name in ("contexts", "integration_types", "name_localizations", "dm_permission"):
        if item.get(name) is not None:
            result[name] = item[name]
    if item.get("options"):
        result["options"] = [_option_written(option) for option in item["options"]]
    if scope:
        result["guild_id"] = scope
    return result


def _option_written(option: Json) -> Json:
    result = {name: value for name, value in option.items() if value is not None}
    if "options" in result:
        result["options"] = [_option_written(inner) for inner in result["options"]]
    return result


def _command(errors: FormErrors, path: str, item: Json) -> None:
    kind = item.get("type") or CHAT
    name, description = item.get("name") or "", item.get("description") or ""
    if kind == CHAT:
        _name(errors, path, name)
        if not 1 <= len(description) <= 100:
            errors.out_of_range(f"{path}.description", 1, 100)
        _options(errors, path, item.get("options") or [], depth=0)
        return
    if not 1 <= len(name) <= 32:
        errors.out_of_range(f"{path}.name", 1, 32)
    if description or item.get("options"):
        errors.add(f"{path}.description", "APPLICATION_COMMAND_CONTEXT_MENU", "Must be empty.")


def _name(errors: FormErrors, path: str, name: str) -> None:
    if not NAME.fullmatch(name) or name != name.lower():
        errors.add(
            f"{path}.name",
            "APPLICATION_COMMAND_INVALID_NAME",
            "Command name is invalid",
        )


def _options(errors: FormErrors, path: str, options: list[Json], depth: int) -> None:
    if len(options) > 25:
        errors.add(f"{path}.options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional_seen = False
    for index, option in enumerate(options):
        where = f"{path}.options.{index}"
        _name(errors, where, option.get("name") or "")
        if not 1 <= len(option.get("description") or "") <= 100:
            errors.out_of_range(f"{where}.description", 1, 100)
        if option.get("type") in NESTED:
            if depth == 2:
                errors.add(where, "APPLICATION_COMMAND_NESTING", "Too deep")
            _options(errors, where, option.get("options") or [], depth + 1)
        elif option.get("required") and optional_seen:
            errors.add(
                where,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen = optional_seen or not option.get("required")
        _choices(errors, where, option)


def _choices(errors: FormErrors, path: str, option: Json) -> None:
    choices = option.get("choices") or []
    if len(choices) > 25:
        errors.add(f"{path}.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if choices and option.get("autocomplete"):
        errors.add(
            f"{path}.autocomplete",
            "APPLICATION_COMMAND_AUTOCOMPLETE_NOT_ALLOWED",
            "Not with choices",
        )
    for index, choice in enumerate(choices):
        if not 1 <= len(choice.get("name") or "") <= 100:
            errors.out_of_range(f"{path}.choices.{index}.name", 1, 100)


def find(app: Application, guild_id: str | None, kind: int, name: str) -> Json:
    """A guild's own command wins over the global one."""
    for scope in [guild_id or "", ""]:
        for command in app.commands.get(scope, []):
            if command["type"] == kind and command["name"] == name:
                return command
    raise ApiError(10063)
