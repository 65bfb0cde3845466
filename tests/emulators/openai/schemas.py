"""What strict mode demands of a schema, and the smallest value that a schema allows."""

from __future__ import annotations

from typing import Any

from tests.emulators.openai.errors import ApiError, Json

_KEYWORDS = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "description",
    "title",
    "$defs",
    "$ref",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
}


def check_strict(schema: Any, name: str, where: str, path: tuple[str, ...] = ()) -> None:
    """Raises the API's own error for a schema that strict mode does not take."""
    if not isinstance(schema, dict):
        raise _refused(name, where, path, "schema must be an object")
    if strange := set(schema) - _KEYWORDS:
        raise _refused(name, where, path, f"'{min(strange)}' is not permitted")
    if schema.get("type") == "object" or "properties" in schema:
        _check_object(schema, name, where, path)
    if "items" in schema:
        check_strict(schema["items"], name, where, (*path, "items"))
    for number, one in enumerate(schema.get("anyOf", ())):
        check_strict(one, name, where, (*path, "anyOf", str(number)))
    for key, one in schema.get("$defs", {}).items():
        check_strict(one, name, where, ("$defs", key))


def _check_object(schema: Json, name: str, where: str, path: tuple[str, ...]) -> None:
    if schema.get("additionalProperties") is not False:
        problem = "'additionalProperties' is required to be supplied and to be false"
        raise _refused(name, where, path, problem)
    properties = schema.get("properties", {})
    absent = set(properties) - set(schema.get("required", ()))
    if absent:
        problem = (
            "'required' is required to be supplied and to be an array including every key in "
            f"properties. Missing '{min(absent)}'"
        )
        raise _refused(name, where, path, problem)
    for key, one in properties.items():
        check_strict(one, name, where, (*path, "properties", key))


def _refused(name: str, where: str, path: tuple[str, ...], problem: str) -> ApiError:
    message = f"Invalid schema for {where} '{name}': In context={path}, {problem}."
    code = "invalid_function_parameters" if where == "function" else "invalid_json_schema"
    return ApiError(400, message, code=code, param="tools" if where == "function" else None)


_SMALLEST: Json = {
    "array": [],
    "integer": 0,
    "number": 0,
    "boolean": False,
    "null": None,
    "string": "something",
}


def smallest(schema: Json, root: Json | None = None) -> Any:
    """A value that fits the schema, as short as can be."""
    root = root or schema
    if "$ref" in schema:
        return smallest(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return smallest(schema["anyOf"][-1], root)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {key: smallest(one, root) for key, one in schema["properties"].items()}
    return _SMALLEST[schema["type"]]
