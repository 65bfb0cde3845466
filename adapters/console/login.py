"""The login page: one password, plain HTML."""

from __future__ import annotations

import hmac
from html import escape
from importlib.resources import files
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from adapters.console.guard import COOKIE, LOGIN, Sessions
from bot.tries import Tries

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in · Baton</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><style>{style}</style></head>
<body class="login"><main><form method="post" action="{action}">
<h1>Baton</h1><p>{words}</p>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 required autofocus><input type="hidden" name="next" value="{next}">
<button type="submit">Log in</button></form></main></body></html>"""


def router(password: str, sessions: Sessions) -> APIRouter:
    """`GET` shows the form, `POST` checks the password; five wrong ones in five minutes wait."""
    routes = APIRouter()
    tries = Tries()

    @routes.get(LOGIN)
    async def form(next: str = "/") -> Response:  # noqa: A002 - the name in the address
        return _page("Enter the password of this console.", next)

    @routes.post(LOGIN)
    async def check(
        request: Request,
        password_given: Annotated[str, Form(alias="password")],
        next: Annotated[str, Form()] = "/",  # noqa: A002 - the name in the form
    ) -> Response:
        address = request.client.host if request.client else ""
        if wait := tries.wait(address):
            minutes = ceil(wait / 60)
            return _page(f"Too many wrong passwords. Try again in {minutes} min.", next, 429)
        if not hmac.compare_digest(password_given.encode(), password.encode()):
            tries.failed(address)
            return _page("That is not the password.", next, 403)
        answer = RedirectResponse(_own(next), status_code=303)
        answer.set_cookie(
            COOKIE,
            sessions.make(),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    @routes.get("/logout")
    async def logout(request: Request) -> Response:
        await sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse(LOGIN, status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    return routes


def _own(path: str) -> str:
    """Only a path of this console may follow the login: `//evil.example` is none."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _page(words: str, target: str, status: int = 200) -> HTMLResponse:
    style = (files("adapters.console") / "views" / "style.css").read_text(encoding="utf-8")
    html = _PAGE.format(
        style=style, action=LOGIN, words=escape(words), next=escape(_own(target), quote=True)
    )
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
