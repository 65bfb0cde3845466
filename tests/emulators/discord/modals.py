"""Modals: what Discord accepts when one is opened, and what a person may submit.

Source: "Modal": title 45, five parts, each a Label with one input, a text, or a legacy row.
"""

from collections.abc import Iterator

from tests.emulators.discord import components
from tests.emulators.discord.constants import SELECTS, ComponentType, Json
from tests.emulators.discord.errors import ControlError, FormErrors

MAX_PARTS = 5


def validate(data: Json) -> None:
    """Raise 50035 unless the modal keeps its limits."""
    errors = FormErrors()
    if not 1 <= len(data.get("title") or "") <= 45:
        errors.out_of_range("data.title", 1, 45)
    components.custom_id(errors, "data", data)
    parts = data.get("components") or []
    if not 1 <= len(parts) <= MAX_PARTS:
        errors.out_of_range("data.components", 1, MAX_PARTS)
    ids = [c["custom_id"] for c in components.walk(parts) if c.get("custom_id")]
    if len(set(ids)) != len(ids):
        errors.add(
            "data.components",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
            "Component custom id cannot be duplicated",
        )
    for index, part in enumerate(parts):
        _part(errors, f"data.components.{index}", part)
    errors.raise_if_any()


def _part(errors: FormErrors, path: str, part: Json) -> None:
    kind = part.get("type")
    if kind == ComponentType.LABEL:
        if not 1 <= len(part.get("label") or "") <= 45:
            errors.out_of_range(f"{path}.label", 1, 45)
        if len(part.get("description") or "") > 100:
            errors.too_long(f"{path}.description", 100)
        _input(errors, f"{path}.component", part.get("component") or {}, labelled=True)
    elif kind == ComponentType.ROW:
        children = part.get("components") or []
        if len(children) != 1:
            errors.out_of_range(f"{path}.components", 1, 1)
        for index, child in enumerate(children):
            _input(errors, f"{path}.components.{index}", child, labelled=False)
    elif kind != ComponentType.TEXT_DISPLAY:
        errors.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value must be one of (1, 10, 18).")


def _input(errors: FormErrors, path: str, item: Json, *, labelled: bool) -> None:
    kind = item.get("type")
    components.custom_id(errors, path, item)
    if kind == ComponentType.TEXT_INPUT:
        _text_input(errors, path, item, labelled=labelled)
    elif kind in SELECTS and labelled:
        components.select(errors, path, item)
        if item.get("disabled"):
            errors.add(f"{path}.disabled", "COMPONENT_DISABLED", "Not allowed in a modal")
    elif kind == ComponentType.FILE_UPLOAD and labelled:
        if (item.get("max_values") or 1) > 10 or (item.get("min_values") or 0) > 10:
            errors.add(f"{path}.max_values", "NUMBER_TYPE_MAX", "Must be at most 10.")
    else:
        errors.add(f"{path}.type", "BASE_TYPE_CHOICES", "This component is not allowed here.")


def _text_input(errors: FormErrors, path: str, item: Json, *, labelled: bool) -> None:
    if not labelled and not 1 <= len(item.get("label") or "") <= 45:
        errors.out_of_range(f"{path}.label", 1, 45)
    if len(item.get("placeholder") or "") > 100:
        errors.too_long(f"{path}.placeholder", 100)
    if item.get("style") not in {1, 2}:
        errors.add(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
    low, high = item.get("min_length") or 0, item.get("max_length") or 4000
    if not 0 <= low <= high <= 4000:
        errors.add(f"{path}.min_length", "NUMBER_TYPE_MAX", "Lengths must be within 0 and 4000.")
    value = item.get("value") or ""
    if value and not low <= len(value) <= high:
        errors.out_of_range(f"{path}.value", low, high)


def inputs(modal: Json) -> Iterator[Json]:
    """Everything a person can fill."""
    wanted = {ComponentType.TEXT_INPUT, ComponentType.FILE_UPLOAD, *SELECTS}
    return (c for c in components.walk(modal["components"]) if c.get("type") in wanted)


def check_values(modal: Json, values: dict[str, object]) -> dict[str, object]:
    """What is submitted, completed with what was prefilled.

    A person cannot fill what is not there, leave out what is required, or break lengths.
    """
    fields = {item["custom_id"]: item for item in inputs(modal)}
    for custom_id in values:
        if custom_id not in fields:
            raise ControlError(f"The modal has no field {custom_id!r}, only {sorted(fields)}")
    return {name: _value(item, values.get(name)) for name, item in fields.items()}


def _value(item: Json, value: object) -> object:
    required = item.get("required", True)
    name = item["custom_id"]
    if item["type"] == ComponentType.TEXT_INPUT:
        text = str(item.get("value") or "" if value is None else value)
        low, high = item.get("min_length") or 0, item.get("max_length") or 4000
        if required and not text:
            raise ControlError(f"{name} is required")
        if text and not low <= len(text) <= high:
            raise ControlError(f"{name} takes {low} to {high} characters, got {len(text)}")
        return text
    return _several(item, value, required=required)


def _several(item: Json, value: object, *, required: bool) -> list[object]:
    name = item["custom_id"]
    options = item.get("options") or []
    chosen = [value] if isinstance(value, str) else list(value or [])  # type: ignore[call-overload]
    if value is None:
        chosen = [option["value"] for option in options if option.get("default")]
    low = item.get("min_values", 1)
    high = item.get("max_values", 1)
    if (required and not low <= len(chosen) <= high) or len(chosen) > high:
        raise ControlError(f"{name} takes {low} to {high} values, got {len(chosen)}")
    known = [option["value"] for option in options]
    if options and not set(chosen) <= set(known):
        raise ControlError(f"{name} offers {known}, not {chosen}")
    return chosen
