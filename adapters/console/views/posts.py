"""Posts as the team and as the contact see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from adapters.console.views import attachments
from adapters.console.views.buttons import Press
from adapters.console.views.elements import box, button, face, line, said, text
from bot.domain.card import Post, Transcript, Voice

_TAGS: dict[Voice, str] = {
    "contact": "Contact",
    "participant": "Also in the conversation",
    "agent": "AI agent",
    "attendant": "Reply to the contact",
    "note": "Internal note · only the team sees it",
    "line": "",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A post with all that decides how it looks, so that equal values need no new drawing."""

    id: int
    content: Post | Transcript
    when: str
    edited: bool = False
    own: bool = False
    state: str = ""
    mentioned: tuple[str, ...] = ()


def in_thread(shown: Shown, press: Press) -> None:
    """For the team: whose words, to whom, and what can be done about them."""
    match shown.content:
        case Transcript() as transcript:
            _transcript(transcript)
        case Post(voice="line") as post:
            _small_print(shown, post, press)
        case Post() as post:
            _message(shown, post, press)


def _message(shown: Shown, post: Post, press: Press) -> None:
    with box(f"post voice-{post.voice}", "article"):
        face(post.speaker)
        with box("post-body"):
            with box("post-head"):
                text(post.speaker.name if post.speaker else "Baton", "post-name")
                text(_TAGS[post.voice], "post-tag")
                text(shown.when, "post-when")
            if post.text:
                said(post.text)
            attachments.draw(shown.id, post.attachments)
            if post.aside:
                text(post.aside, "aside")
            _mentions(shown)
            _buttons(post, press)


def _small_print(shown: Shown, post: Post, press: Press) -> None:
    with box("small-print"):
        with box("small-words"):
            line(post.text)
            text(shown.when, "post-when")
        attachments.draw(shown.id, post.attachments)
        _mentions(shown)
        _buttons(post, press)


def _mentions(shown: Shown) -> None:
    if shown.mentioned:
        with box("mentions"):
            for name in shown.mentioned:
                text(f"@{name}", "mention")


def _buttons(post: Post, press: Press) -> None:
    if post.buttons:
        with box("post-buttons"):
            for one in post.buttons:
                button(one.label, lambda one=one: press(one), one.style, "small")


def _transcript(transcript: Transcript) -> None:
    with ui.expansion(transcript.title, icon="history").classes("transcript"):
        for one in transcript.lines:
            with box(f"transcript-line voice-{one.voice}"):
                with box("post-head"):
                    text(one.speaker, "post-name")
                    if one.voice == "note":
                        text("note", "post-tag")
                    text(f"{one.at.astimezone():%d %b, %H:%M}", "post-when")
                said(one.text)


def to_contact(shown: Shown, more: Callable[[Shown], object], press: Press) -> None:
    """For the contact: their own words on one side, all others on the other."""
    post = shown.content
    if not isinstance(post, Post):
        return
    if post.aside:
        text(post.aside, "intro")
    if post.voice == "line" and not shown.own:
        with box("bubble-row theirs"), box("bubble system"):
            said(post.text)
            _buttons(post, press)
        return
    with box("bubble-row own" if shown.own else "bubble-row theirs"):
        if not shown.own:
            face(post.speaker)
        with box("bubble-stack"):
            _bubble_head(shown, post)
            with box("bubble"):
                if post.text:
                    said(post.text)
                attachments.draw(shown.id, post.attachments)
            if shown.own:
                with box("bubble-foot"):
                    more(shown)
                    text(shown.state, "state")


def _bubble_head(shown: Shown, post: Post) -> None:
    with box("bubble-head"):
        if not shown.own:
            text(post.speaker.name if post.speaker else "Support", "post-name")
            if post.voice == "agent":
                text("AI agent", "post-tag")
        text(shown.when + (" · edited" if shown.edited else ""), "post-when")
