"""Components as Discord writes them back: numbered, defaults spelt out, files resolved."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

from tests.emulators.discord.components import walk
from tests.emulators.discord.constants import SELECTS, ComponentType, Json

Urls = dict[str, Json]
MODAL_ONLY = frozenset({"required"})  # accepted in messages too, never written back


def normalise(components: list[Json], urls: Urls) -> list[Json]:
    """``urls`` maps a file name to its unfurled media, for ``attachment://``."""
    used = {c["id"] for c in walk(components) if c.get("id")}
    numbers = (number for number in count(1) if number not in used)
    return [_normal(component, numbers, urls) for component in components]


def _normal(component: Json, numbers: Iterator[int], urls: Urls) -> Json:
    result = {n: v for n, v in component.items() if v is not None and n not in MODAL_ONLY}
    result["id"] = component.get("id") or next(numbers)
    if "components" in result:
        result["components"] = [_normal(child, numbers, urls) for child in result["components"]]
    if "accessory" in result:
        result["accessory"] = _normal(result["accessory"], numbers, urls)
    write = DEFAULTS.get(result["type"])
    return result | write(result, urls) if write else result


def _select(component: Json, _: Urls) -> Json:
    low, high = component.get("min_values", 1), component.get("max_values", 1)
    return {"min_values": low, "max_values": high}


def _separator(component: Json, _: Urls) -> Json:
    return {"spacing": component.get("spacing", 1), "divider": component.get("divider", True)}


def _container(component: Json, _: Urls) -> Json:
    colour, spoiler = component.get("accent_color"), component.get("spoiler", False)
    return {"accent_color": colour, "spoiler": spoiler}


def _media(item: Json, urls: Urls) -> Json:
    return {
        "media": unfurl(item["media"]["url"], urls),
        "description": item.get("description"),
        "spoiler": item.get("spoiler") or False,
    }


def _gallery(component: Json, urls: Urls) -> Json:
    return {"items": [_media(item, urls) for item in component["items"]]}


def _file(component: Json, urls: Urls) -> Json:
    url = component["file"]["url"]
    name = url.removeprefix("attachment://").split("?")[0].split("/")[-1]
    spoiler = component.get("spoiler", False)
    return {"file": unfurl(url, urls), "name": name, "size": 0, "spoiler": spoiler}


def unfurl(url: str, urls: Urls) -> Json:
    """The media behind a link; ``attachment://name`` is a file of the same message."""
    name = url.removeprefix("attachment://")
    if name != url and name in urls:
        return urls[name]
    return {"id": "1", "url": url, "proxy_url": url}


DEFAULTS: Final[dict[int, Callable[[Json, Urls], Json]]] = {
    **dict.fromkeys(SELECTS, _select),
    ComponentType.SEPARATOR: _separator,
    ComponentType.CONTAINER: _container,
    ComponentType.THUMBNAIL: _media,
    ComponentType.MEDIA_GALLERY: _gallery,
    ComponentType.FILE: _file,
}
