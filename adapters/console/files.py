"""Files of posts over HTTP: what a browser may show inline, and nothing that could run in it."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from adapters.console.outlet import standing
from bot.application import Baton
from bot.domain.card import Post
from bot.domain.errors import NotFound
from bot.domain.message import Attachment
from bot.ports.store import Tx

# No SVG and no HTML: both carry scripts.
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
AUDIO = frozenset(
    {
        "audio/mpeg",
        "audio/mp4",
        "audio/x-m4a",
        "audio/m4a",
        "audio/aac",
        "audio/ogg",
        "audio/webm",
        "audio/wav",
        "audio/x-wav",
        "audio/wave",
        "audio/flac",
        "audio/x-flac",
    }
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
}


def address(post_id: int, file: Attachment) -> str:
    """Where a post's file is served; it is gone when the post is."""
    return f"/files/{post_id}/{file.digest}"


def router(baton: Baton) -> APIRouter:
    """Serves a file only under a post that carries it."""
    routes = APIRouter()

    @routes.get("/files/{post_id}/{digest}")
    async def serve(post_id: int, digest: str) -> Response:
        try:
            file = await baton.store.read(_of_post, post_id, digest)
            data = await baton.media.load(digest)
        except NotFound as error:
            return Response(str(error), status_code=404, media_type="text/plain")
        return Response(data, media_type=_served_as(file), headers=headers(file))

    return routes


def headers(file: Attachment) -> dict[str, str]:
    """Everything but images and audio is for downloading."""
    inline = file.media_type in IMAGES or file.media_type in AUDIO
    way = "inline" if inline else "attachment"
    return {
        **_HEADERS,
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name, safe='')}",
    }


def _served_as(file: Attachment) -> str:
    known = file.media_type in IMAGES or file.media_type in AUDIO
    return file.media_type if known else "application/octet-stream"


def _of_post(tx: Tx, post_id: int, digest: str) -> Attachment:
    posted = standing(tx, str(post_id))
    files = posted.content.attachments if posted and isinstance(posted.content, Post) else ()
    for file in files:
        if file.digest == digest:
            return file
    raise NotFound(what="file", name=digest[:12], hint="Its message may have been deleted.")
