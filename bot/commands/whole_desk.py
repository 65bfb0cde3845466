"""Commands of an admin about the desk as a whole: as a file, one key of it, its past."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import wording
from bot.commands.desk import PREVIEW, command, save
from bot.commands.registry import (
    Argument,
    Command,
    Context,
    File,
    Kind,
    Response,
    Shell,
)
from bot.domain import duration
from bot.domain.desk import Desk, Role
from bot.domain.desk_changes import Version, differences
from bot.domain.errors import BadInput
from bot.domain.identity import local_id
from bot.services import record, undo

_LISTED = 15
_TOOK_BACK = "Took back change"


@dataclass(frozen=True, kw_only=True)
class Export:
    """An errand: the desk as a file, with the names of people beside their ids."""

    desk: Desk
    names: dict[str, str]

    async def run(self, shell: Shell) -> Response:
        data = shell.desk_text.write(self.desk, self.names).encode()
        return Response(
            text="The desk as it is now. Change it and give it back with /desk apply.",
            files=(File(name="desk.toml", data=data),),
        )


def _export(context: Context) -> Response:
    desk = context.tx.desk.get()
    names = {one: context.tx.people.get(one).name for one in _people(desk)}
    known = {one: name for one, name in names.items() if name not in {one, local_id(one)}}
    return Response(errand=Export(desk=desk, names=known))


def _people(desk: Desk) -> tuple[str, ...]:
    pinged = [one for team in desk.teams for one in team.notify]
    return tuple(dict.fromkeys((*desk.attendants, *pinged, *(one.attendant for one in desk.rules))))


def _apply(context: Context) -> Response:
    """The file replaces everything, so it is shown before it is saved."""
    if len(context.files) != 1:
        raise BadInput(problem="Give one desk file along, as /desk export makes it.")
    try:
        text = context.files[0].decode()
    except UnicodeDecodeError:
        raise BadInput(problem="This is no text, so no desk file.") from None
    wanted = context.desk_text.parse(text)
    return save(context, wanted, "The whole desk is as the file says.", asks=True)


def _set(context: Context) -> Response:
    key, value = context.get("key").strip(), context.get("value").strip()
    desk = context.desk_text.changed(context.tx.desk.get(), key, value)
    return save(context, desk, f"{key} is {value or 'off'} now.")


def _show(context: Context) -> Response:
    text = context.desk_text.write(context.tx.desk.get(), {})
    wanted = context.get("part").strip().casefold()
    if wanted:
        text = _part(text, wanted)
    return Response(text=f"```\n{text.strip()}\n```")


def _part(text: str, wanted: str) -> str:
    """The tables of a desk file whose head has this name."""
    found, keeps = [], False
    for line in text.splitlines():
        if line.startswith("["):
            keeps = line.strip("[]").partition(".")[0] == wanted
        if keeps:
            found.append(line)
    if not found:
        raise BadInput(problem=f"The desk says nothing about {wanted}.")
    return "\n".join(found)


def _undo(context: Context) -> Response:
    """One's own change goes at once; somebody else's is shown first."""
    typed = context.get("change").strip().removeprefix("#")
    if typed and not (typed.isascii() and typed.isdigit()):
        raise BadInput(problem=f"{typed!r} is no number of a change; /desk changes lists them.")
    change, desk = undo.taken_back(context.tx, int(typed[:10]) if typed else None)
    mine = change.actor == context.me
    what = f"{_TOOK_BACK} {change.version} by {record.name(context.tx, change.actor)}"
    what += "." if change.what.startswith(_TOOK_BACK) else f": {change.what}"
    return save(context, desk, what, asks=not mine)


def _changes(context: Context) -> Response:
    before = context.get("before").strip()
    end = int(before[:10]) if before.isascii() and before.isdigit() else None
    found = [one for one in context.tx.desk.history(_LISTED + 1, before=end) if one.what]
    lines = [line for one in found[:_LISTED] for line in _lines(context, one)]
    older = {"before": str(found[_LISTED - 1].version)} if len(found) > _LISTED else {}
    return Response(text="\n".join(lines) or "No change of the desk is known.", next_page=older)


def _lines(context: Context, one: Version) -> list[str]:
    who = record.name(context.tx, one.actor)
    ago = duration.since(one.at, context.now)
    head = f"**{one.version}** · {ago} ago · {who}: {one.what}"
    before = context.tx.desk.kept(one.version - 1)
    if before is None:
        return [head]
    shown = wording.changes(context, differences(before.desk, one.desk)).splitlines()
    more = [f"  … and {len(shown) - 3} more"] if len(shown) > 3 else []  # noqa: PLR2004 - to be short
    return [head, *(f"  {line}" for line in shown[:3]), *more]


WHOLE_DESK = (
    command(
        "show",
        "The desk, or a part of it, as it stands in a desk file",
        _show,
        Argument(
            name="part", kind=Kind.WORD, help="like team, rule, agent, retention", required=False
        ),
    ),
    command(
        "set",
        "Change any one key of the desk file",
        _set,
        Argument(name="key", kind=Kind.WORD, help="like retention.media or team.support.capacity"),
        Argument(name="value", kind=Kind.TEXT, help="its new value; off: not set", plain=True),
        PREVIEW,
    ),
    command("export", "The whole desk as a file", _export),
    Command(
        name="desk apply",
        help="Replace the whole desk by a file; shows first what would change",
        role=Role.ADMIN,
        handler=_apply,
        files=True,
        opens=True,
        edits=True,
    ),
    command(
        "changes",
        "Who changed what on the desk, newest first",
        _changes,
        Argument(name="before", kind=Kind.WORD, help="only older ones", required=False),
    ),
    command(
        "undo",
        "Take the last change of the desk back, or another by its number",
        _undo,
        Argument(
            name="change",
            kind=Kind.WORD,
            help="its number in /desk changes",
            required=False,
            subject=True,
        ),
    ),
)
