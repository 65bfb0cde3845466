"""Message components: what Discord accepts, in both versions.

Source: "Component Reference". Version 1: five rows of five buttons or one select each.
Version 2 (flag 1<<15): 40 components counted with nested ones, 4,000 characters of text.
"""

from collections.abc import Callable, Iterator
from typing import Final

from tests.emulators.discord.constants import SELECTS, ComponentType, Json
from tests.emulators.discord.errors import FormErrors

MAX_ROWS = 5
MAX_COMPONENTS = 40
MAX_TEXT = 4000
LINK, PREMIUM = 5, 6
TOP_LEVEL_V2 = frozenset(
    {
        ComponentType.ROW,
        ComponentType.SECTION,
        ComponentType.TEXT_DISPLAY,
        ComponentType.MEDIA_GALLERY,
        ComponentType.FILE,
        ComponentType.SEPARATOR,
        ComponentType.CONTAINER,
    }
)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, nested ones and accessories too, in reading order."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        inner = component.get("accessory") or component.get("component")
        if isinstance(inner, dict):
            yield from walk([inner])


def find(components: list[Json], custom_id: str) -> Json | None:
    return next((c for c in walk(components) if c.get("custom_id") == custom_id), None)


def validate(errors: FormErrors, components: list[Json], *, v2: bool) -> None:
    allowed = TOP_LEVEL_V2 if v2 else frozenset({ComponentType.ROW})
    if not v2 and len(components) > MAX_ROWS:
        errors.out_of_range("components", 1, MAX_ROWS)
    if v2:
        _totals(errors, components)
    _unique_ids(errors, components)
    for index, component in enumerate(components):
        path = f"components.{index}"
        if component.get("type") not in allowed:
            types = ", ".join(str(int(kind)) for kind in sorted(allowed))
            errors.add(f"{path}.type", "BASE_TYPE_CHOICES", f"Value must be one of ({types}).")
        else:
            _component(errors, path, component)


def _totals(errors: FormErrors, components: list[Json]) -> None:
    everything = list(walk(components))
    if len(everything) > MAX_COMPONENTS:
        errors.add(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components cannot exceed {MAX_COMPONENTS}",
        )
    text = sum(
        len(c.get("content", "")) for c in everything if c.get("type") == ComponentType.TEXT_DISPLAY
    )
    if text > MAX_TEXT:
        errors.add(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total displayable text size in components cannot exceed {MAX_TEXT}",
        )


def _unique_ids(errors: FormErrors, components: list[Json]) -> None:
    seen: set[str] = set()
    for component in walk(components):
        custom_id = component.get("custom_id")
        if custom_id in seen:
            errors.add(
                "components",
                "COMPONENT_CUSTOM_ID_DUPLICATED",
                "Component custom id cannot be duplicated",
            )
        elif custom_id:
            seen.add(custom_id)


def _component(errors: FormErrors, path: str, component: Json) -> None:
    check = CHECKS.get(component.get("type", 0))
    if check:
        check(errors, path, component)


def _text(errors: FormErrors, path: str, component: Json) -> None:
    if not component.get("content"):
        errors.required(f"{path}.content")


def _gallery(errors: FormErrors, path: str, component: Json) -> None:
    if not 1 <= len(component.get("items") or []) <= 10:
        errors.out_of_range(f"{path}.items", 1, 10)


def _file(errors: FormErrors, path: str, component: Json) -> None:
    if not str(component.get("file", {}).get("url", "")).startswith("attachment://"):
        errors.add(f"{path}.file.url", "URL_TYPE_INVALID_SCHEME", "Must be attachment://")


def _container(errors: FormErrors, path: str, component: Json) -> None:
    """Discord: everything of the top level but another container."""
    children = component.get("components") or []
    if not children:
        errors.out_of_range(f"{path}.components", 1, MAX_COMPONENTS)
    for index, child in enumerate(children):
        where = f"{path}.components.{index}"
        if child.get("type") not in TOP_LEVEL_V2 - {ComponentType.CONTAINER}:
            errors.add(f"{where}.type", "BASE_TYPE_CHOICES", "Not allowed in a container.")
        else:
            _component(errors, where, child)


def _section(errors: FormErrors, path: str, component: Json) -> None:
    texts = component.get("components") or []
    if not 1 <= len(texts) <= 3:
        errors.out_of_range(f"{path}.components", 1, 3)
    accessory = component.get("accessory")
    if not accessory:
        errors.required(f"{path}.accessory")
    elif accessory.get("type") == ComponentType.BUTTON:
        _button(errors, f"{path}.accessory", accessory)


def row(errors: FormErrors, path: str, component: Json) -> None:
    """Discord: a row holds up to five buttons or one select."""
    children = component.get("components") or []
    selects = [child for child in children if child.get("type") in SELECTS]
    if not 1 <= len(children) <= 5 or (selects and len(children) > 1):
        errors.add(
            f"{path}.components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED" if children else "BASE_TYPE_BAD_LENGTH",
            "The specified component exceeds the maximum width"
            if children
            else "Must be between 1 and 5 in length.",
        )
    for index, child in enumerate(children):
        where = f"{path}.components.{index}"
        if child.get("type") == ComponentType.BUTTON:
            _button(errors, where, child)
        elif child.get("type") in SELECTS:
            select(errors, where, child)
        else:
            errors.add(
                f"{where}.type", "BASE_TYPE_CHOICES", "Value must be one of (2, 3, 5, 6, 7, 8)."
            )


def _button(errors: FormErrors, path: str, button: Json) -> None:
    if len(button.get("label") or "") > 80:
        errors.too_long(f"{path}.label", 80)
    style = button.get("style")
    if style not in {1, 2, 3, 4, LINK, PREMIUM}:
        errors.add(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    if style == LINK:
        if not button.get("url"):
            errors.required(f"{path}.url")
        if button.get("custom_id"):
            errors.add(
                f"{path}.custom_id",
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )
    elif style != PREMIUM:
        custom_id(errors, path, button)
    if style != PREMIUM and not button.get("label") and not button.get("emoji"):
        errors.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required")


def custom_id(errors: FormErrors, path: str, component: Json) -> None:
    """Discord: 1 to 100 characters."""
    value = component.get("custom_id")
    if value is None:
        errors.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    elif not 1 <= len(value) <= 100:
        errors.out_of_range(f"{path}.custom_id", 1, 100)


def select(errors: FormErrors, path: str, component: Json) -> None:
    """Discord: 1 to 25 options with unique values, texts of 100, placeholder of 150."""
    custom_id(errors, path, component)
    if len(component.get("placeholder") or "") > 150:
        errors.too_long(f"{path}.placeholder", 150)
    low, high = component.get("min_values"), component.get("max_values")
    if (1 if low is None else low) > (1 if high is None else high):
        errors.add(f"{path}.min_values", "SELECT_COMPONENT_MIN_VALUES", "More than max_values")
    if component["type"] == ComponentType.STRING_SELECT:
        _options(errors, path, component.get("options") or [])


def _options(errors: FormErrors, path: str, options: list[Json]) -> None:
    if not 1 <= len(options) <= 25:
        errors.out_of_range(f"{path}.options", 1, 25)
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        errors.add(
            f"{path}.options",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
            "The specified option value is already used",
        )
    for index, option in enumerate(options):
        for name in ("label", "value", "description"):
            if len(option.get(name) or "") > 100:
                errors.too_long(f"{path}.options.{index}.{name}", 100)
        for name in ("label", "value"):
            if not option.get(name):
                errors.required(f"{path}.options.{index}.{name}")


CHECKS: Final[dict[int, Callable[[FormErrors, str, Json], None]]] = {
    ComponentType.ROW: row,
    ComponentType.SECTION: _section,
    ComponentType.TEXT_DISPLAY: _text,
    ComponentType.MEDIA_GALLERY: _gallery,
    ComponentType.FILE: _file,
    ComponentType.CONTAINER: _container,
}
