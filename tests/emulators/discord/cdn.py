"""Attachments behind signed links that expire.

Discord: ``ex`` and ``is`` are hexadecimal seconds, ``hm`` is the signature; links live a day.
"""

import hashlib
import hmac
from urllib.parse import quote

from tests.emulators.discord.model import Attachment
from tests.emulators.discord.state import World

# One transparent pixel, for avatars.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def sign(world: World, path: str, expires: str, issued: str) -> str:
    text = f"{path}?ex={expires}&is={issued}".encode()
    return hmac.new(world.secret, text, hashlib.sha256).hexdigest()


def link(world: World, item: Attachment) -> str:
    path = f"/attachments/{item.channel_id}/{item.id}/{quote(item.filename)}"
    now = world.clock.time()
    issued = format(int(now), "x")
    expires = format(int(now + world.settings.cdn_lifetime), "x")
    signature = sign(world, path, expires, issued)
    return f"{world.base_url}/cdn{path}?ex={expires}&is={issued}&hm={signature}&"


def allowed(world: World, path: str, query: dict[str, str]) -> bool:
    """Is the signature right and the link still alive?"""
    expires, issued = query.get("ex", ""), query.get("is", "")
    if not hmac.compare_digest(sign(world, path, expires, issued), query.get("hm", "")):
        return False
    return int(expires, 16) > world.clock.time()
