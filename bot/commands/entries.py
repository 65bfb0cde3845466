"""Commands of an admin about snippets and how long things are kept."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import settings
from bot.commands.desk import command, save
from bot.commands.registry import Argument, Context, Kind, Response
from bot.commands.settings import SPAN, TEXT, Setting
from bot.domain.desk import Snippet
from bot.domain.errors import BadInput, NotFound

_NAME = Argument(name="name", kind=Kind.WORD, help="the snippet's name", subject=True)
_WORDS = Setting(name="text", help="what it says", codec=TEXT, long=True, placed=True)
_KEPT = (
    Setting(name="messages", help="how long, like 400d; off: for good", codec=SPAN, placed=True),
    Setting(name="media", help="how long, like 90d; off: for good", codec=SPAN, placed=True),
    Setting(name="notes", help="how long, like 200d; off: for good", codec=SPAN, placed=True),
    Setting(name="log", help="its words, like 300d; off: for good", codec=SPAN, placed=True),
)
_SHORT = 80


def _snippets(context: Context) -> Response:
    lines = [
        f"**{one.name}**: {' '.join(one.text.split())[:_SHORT]}"
        for one in context.tx.desk.get().snippets
    ]
    return Response(text="\n".join(lines) or "There is no snippet. /desk snippet add makes one.")


def _snippet(context: Context) -> Snippet:
    desk, wanted = context.tx.desk.get(), context.get("name").strip()
    found = next((one for one in desk.snippets if one.name == wanted), None)
    if found is None:
        known = ", ".join(one.name for one in desk.snippets)
        raise NotFound(what="snippet", name=wanted, hint=f"There are: {known}." if known else "")
    return found


def _add_snippet(context: Context) -> Response:
    desk, name = context.tx.desk.get(), context.get("name").strip()
    if any(one.name == name for one in desk.snippets):
        raise BadInput(problem=f"There is a snippet {name} already. /desk snippet edit changes it.")
    snippet = Snippet(name=name, text=context.get("text").strip())
    desk = replace(desk, snippets=(*desk.snippets, snippet))
    return save(context, desk, f"Added snippet {name}.")


def _edit_snippet(context: Context) -> Response:
    snippet = settings.changed(context, _snippet(context), (_WORDS,))
    desk = context.tx.desk.get()
    kept = tuple(snippet if one.name == snippet.name else one for one in desk.snippets)
    return save(context, replace(desk, snippets=kept), f"Changed snippet {snippet.name}.")


def _snippet_now(context: Context) -> dict[str, str]:
    return settings.filled(context, _snippet(context), (_WORDS,))


def _remove_snippet(context: Context) -> Response:
    gone, desk = _snippet(context), context.tx.desk.get()
    kept = tuple(one for one in desk.snippets if one != gone)
    return save(context, replace(desk, snippets=kept), f"Removed snippet {gone.name}.")


def _set_retention(context: Context) -> Response:
    desk = context.tx.desk.get()
    retention = settings.changed(context, desk.retention, _KEPT)
    return save(context, replace(desk, retention=retention), "Changed how long things are kept.")


def _retention(context: Context) -> dict[str, str]:
    return settings.filled(context, context.tx.desk.get().retention, _KEPT)


ENTRIES = (
    command("snippet list", "The canned answers", _snippets),
    command(
        "snippet add",
        "Add a canned answer; {contact}, {attendant} and {ticket} are filled in",
        _add_snippet,
        replace(_NAME, subject=False),
        replace(_WORDS.argument, required=True),
    ),
    command(
        "snippet edit",
        "See and change a canned answer",
        _edit_snippet,
        _NAME,
        _WORDS.argument,
        fill=_snippet_now,
        edits=True,
    ),
    command("snippet remove", "Remove a canned answer", _remove_snippet, _NAME),
    command(
        "retention",
        "How long messages and files are kept",
        _set_retention,
        *settings.arguments(_KEPT),
        fill=_retention,
        edits=True,
    ),
)
