"""A few words that go away by themselves, or for the next ones."""

from __future__ import annotations

from nicegui import ui

_SHOWN_MS, _SHOWN_LONGER_MS = 4000, 9000


def toast(words: str, *, ok: bool = True) -> None:
    """What is wrong stays for longer, and can be put away."""
    ui.notify(
        words,
        position="top",
        classes="toast" if ok else "toast wrong",
        timeout=_SHOWN_MS if ok else _SHOWN_LONGER_MS,
        color="",
        textColor="",  # Quasar's own is white, in dark as well
        group="toast",
        badgeClass="hidden",
        progress=True,
        actions=[] if ok else [{"label": "Dismiss", "color": "white", "noCaps": True}],
    )
