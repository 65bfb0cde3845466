"""A person's slash command against what was synced: what the client would not let them send.

Source: "Application Commands", option types and interaction data.
"""

from dataclasses import dataclass, field

from tests.emulators.discord import access, commands, permissions, render
from tests.emulators.discord.constants import Json, OptionType, Permission
from tests.emulators.discord.errors import ControlError
from tests.emulators.discord.files import Upload, attach
from tests.emulators.discord.model import Application, Channel
from tests.emulators.discord.render_messages import attachment
from tests.emulators.discord.state import World

GUILD_CONTEXT, BOT_DM_CONTEXT = 0, 1


@dataclass(kw_only=True)
class Invocation:
    """What a person typed: ``path`` is the command with its subcommands."""

    world: World
    app: Application
    user_id: str
    channel: Channel
    path: list[str]
    options: Json
    files: dict[str, Upload] = field(default_factory=dict)
    focused: str | None = None
    resolved: Json = field(default_factory=dict)

    def data(self) -> Json:
        """The interaction's data; raises ControlError where the client would refuse."""
        command = commands.find(self.app, self.channel.guild_id, 1, self.path[0])
        allowed(self.world, self.user_id, self.channel, command)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        data["options"] = self._nested(command, self.path[1:])
        if self.resolved:
            data["resolved"] = self.resolved
        return data

    def _nested(self, node: Json, rest: list[str]) -> list[Json]:
        declared = node.get("options") or []
        if not rest:
            if any(option["type"] in commands.NESTED for option in declared):
                names = [option["name"] for option in declared]
                raise ControlError(f"{node['name']} needs one of {names}")
            return self._values(declared)
        for option in declared:
            if option["name"] == rest[0] and option["type"] in commands.NESTED:
                inner = self._nested(option, rest[1:])
                return [{"name": option["name"], "type": option["type"], "options": inner}]
        raise ControlError(f"{node['name']} has no subcommand {rest[0]!r}")

    def _values(self, declared: list[Json]) -> list[Json]:
        known = {option["name"]: option for option in declared}
        given = {**self.options, **dict.fromkeys(self.files)}
        for name in given:
            if name not in known:
                raise ControlError(f"There is no option {name!r}, only {sorted(known)}")
        if self.focused is None:
            missing = [o["name"] for o in declared if o.get("required") and o["name"] not in given]
            if missing:
                raise ControlError(f"Required options are missing: {missing}")
        elif not known.get(self.focused, {}).get("autocomplete"):
            raise ControlError(f"{self.focused!r} does not autocomplete")
        return [self._value(known[name], value) for name, value in given.items()]

    def _value(self, option: Json, value: object) -> Json:
        result: Json = {"name": option["name"], "type": option["type"]}
        if option["name"] == self.focused:
            return result | {"value": str(value), "focused": True}
        return result | {"value": self._typed(option, value)}

    def _typed(self, option: Json, value: object) -> object:
        kind, name = option["type"], option["name"]
        if option.get("choices") and value not in [c["value"] for c in option["choices"]]:
            raise ControlError(f"{name} offers {[c['value'] for c in option['choices']]}")
        if kind == OptionType.STRING:
            return _text(option, value)
        if kind in {OptionType.INTEGER, OptionType.NUMBER}:
            return _number(option, value)
        if kind == OptionType.BOOLEAN:
            if not isinstance(value, bool):
                raise ControlError(f"{name} is a boolean")
            return value
        return self._resolve(kind, name, value)

    def _resolve(self, kind: int, name: str, value: object) -> str:
        target = str(value)
        guild_id = self.channel.guild_id
        if kind == OptionType.ATTACHMENT:
            [item] = attach(self.world, self.channel, [self.files[name]], [], ephemeral=True)
            self._add("attachments", item.id, attachment(self.world, item))
            return item.id
        if kind == OptionType.CHANNEL:
            place = self.world.channel(target)
            shown = permissions_shown(self.world, self.user_id, place)
            self._add("channels", target, shown)
        elif kind == OptionType.ROLE or (guild_id and target in self.world.guild(guild_id).roles):
            self._add("roles", target, render.role(self.world.guild(guild_id or "").roles[target]))
        else:
            add_user(self.world, self.resolved, guild_id, target)
        return target

    def _add(self, kind: str, target: str, payload: Json) -> None:
        self.resolved.setdefault(kind, {})[target] = payload


def add_user(world: World, resolved: Json, guild_id: str | None, user_id: str) -> None:
    """Discord: users and, in a guild, partial members with their permissions."""
    resolved.setdefault("users", {})[user_id] = render.user(world.user(user_id))
    guild = world.guilds.get(guild_id or "")
    if guild and user_id in guild.members:
        person = guild.members[user_id]
        shown = render.bare_member(person) | {"permissions": str(permissions.base(guild, person))}
        resolved.setdefault("members", {})[user_id] = shown


def permissions_shown(world: World, user_id: str, place: Channel) -> Json:
    """A channel as interactions carry it: with the permissions of who acts."""
    shown = render.channel(world, place)
    return shown | {"permissions": render.permissions_of(world, user_id, place)}


def allowed(world: World, user_id: str, channel: Channel, command: Json) -> None:
    """Discord hides a command from who may not use it, and guild commands from DMs."""
    if channel.guild_id is None:
        contexts = command.get("contexts")
        dm = command.get("dm_permission", True) if contexts is None else BOT_DM_CONTEXT in contexts
        if not dm or "guild_id" in command:
            raise ControlError(f"{command['name']} is not available in DMs")
        return
    granted = access.granted(world, user_id, channel)
    if not granted & Permission.USE_APPLICATION_COMMANDS:
        raise ControlError("This user may not use commands here")
    needed = command["default_member_permissions"]
    if needed is None or granted & Permission.ADMINISTRATOR:
        return
    if int(needed) == 0 or granted & int(needed) != int(needed):
        raise ControlError(f"This user may not use {command['name']}")


def _text(option: Json, value: object) -> str:
    text = str(value)
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    if not low <= len(text) <= high or not text:
        raise ControlError(f"{option['name']} takes {max(low, 1)} to {high} characters")
    return text


def _number(option: Json, value: object) -> int | float:
    whole = option["type"] == OptionType.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ControlError(f"{option['name']} is a number")
    low, high = option.get("min_value", -(2**53)), option.get("max_value", 2**53)
    if not low <= value <= high:
        raise ControlError(f"{option['name']} takes {low} to {high}")
    return value
