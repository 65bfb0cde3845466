"""Requests and responses held against Discord's official OpenAPI document.

Schemas are closed: a field that the document does not know is a violation. discord.py deviates in
a few places, which are allowed by name in ``tolerance``.
"""

import copy
import json
from functools import cache
from pathlib import Path

import jsonschema_rs

from tests.emulators.discord.constants import Json
from tests.emulators.discord.tolerance import START_THREAD, tolerated

PATH = Path(__file__).resolve().parents[3].parent / "shared" / "specs" / "discord-openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}
BASE = "json-schema:///discord"


def available() -> bool:
    return PATH.is_file()


@cache
def shared() -> "OpenApi | None":
    """One for the process: reading the document takes a moment."""
    return OpenApi(json.loads(PATH.read_text(encoding="utf-8"))) if available() else None


class OpenApi:
    def __init__(self, document: Json) -> None:
        self.paths: Json = document["paths"]
        self._responses: Json = document["components"]["responses"]
        closed = {"components": {"schemas": _closed(document["components"]["schemas"])}}
        self._registry = jsonschema_rs.Registry([(BASE, closed)])
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def knows(self, method: str, route: str) -> bool:
        return method.lower() in self.paths.get(route, {})

    def request(self, method: str, route: str, body: object) -> list[str]:
        """What is wrong with a JSON body."""
        operation = self.paths[route][method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return ["a body where none is expected"] if body else []
        return self._check(f"{method} {route} body", schema, tolerated(method, route, body))

    def query(self, method: str, route: str, query: dict[str, str]) -> list[str]:
        """What is wrong with the query: unknown names, values out of range."""
        known = {
            parameter["name"]: parameter["schema"]
            for parameter in self.paths[route][method.lower()].get("parameters", [])
            if parameter.get("in") == "query"
        }
        if route == START_THREAD:
            known["use_nested_fields"] = {"type": "boolean"}
        problems = [f"unknown parameter {name}" for name in query if name not in known]
        for name, value in query.items():
            if name in known:
                typed = _typed(value, known[name])
                found = self._check(f"{method} {route} ?{name}", known[name], typed)
                problems += [f"{name}: {problem}" for problem in found]
        return problems

    def response(self, method: str, route: str, status: int, body: object) -> list[str]:
        """What is wrong with an answer."""
        responses = self.paths[route][method.lower()]["responses"]
        answer = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if answer is None:
            return [f"status {status} is not documented"]
        if "$ref" in answer:
            answer = self._responses[answer["$ref"].rsplit("/", 1)[-1]]
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return ["a body where none is documented"] if body is not None else []
        return self._check(f"{method} {route} {status}", schema, _documented(route, body))

    def _check(self, key: str, schema: Json, value: object) -> list[str]:
        validator = self._validators.get(key)
        if validator is None:
            validator = jsonschema_rs.Draft202012Validator(
                _absolute(schema), registry=self._registry, validate_formats=True
            )
            self._validators[key] = validator
        return [_describe(error) for error in validator.iter_errors(value)]


def _documented(route: str, body: object) -> object:
    """Where Discord really answers otherwise than its document says.

    Field errors carry a word as code, not an integer; a new forum post comes with its message.
    """
    if not isinstance(body, dict):
        return body
    if route == START_THREAD and "code" not in body:
        body = {name: value for name, value in body.items() if name != "message"}
    return body | {"errors": _number_codes(body["errors"])} if "errors" in body else body


def _number_codes(node: object) -> object:
    if isinstance(node, list):
        return [_number_codes(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    return {
        name: 0 if name == "code" and isinstance(value, str) else _number_codes(value)
        for name, value in node.items()
    }


def _describe(error: jsonschema_rs.ValidationError) -> str:
    where = "/".join(str(step) for step in error.instance_path)
    return f"{where}: {error.message[:400]}"


def _typed(value: str, schema: Json) -> object:
    if schema.get("type") == "boolean":
        return {"1": True, "true": True, "0": False, "false": False}.get(value.lower(), value)
    if schema.get("type") == "integer":
        return int(value) if value.isdigit() else value
    return value


def _absolute(schema: object) -> Json:
    text = json.dumps(schema).replace('"#/components/', f'"{BASE}#/components/')
    return dict(json.loads(text))


def _closed(schemas: Json) -> Json:
    """Objects with listed properties take no others, unless an ``allOf`` puts them together."""
    combined = {
        part["$ref"].rsplit("/", 1)[-1]
        for schema in schemas.values()
        for part in schema.get("allOf", [])
        if "$ref" in part
    }
    result = copy.deepcopy(schemas)
    for name, schema in result.items():
        if "properties" in schema and "allOf" not in schema and name not in combined:
            schema.setdefault("additionalProperties", False)
    return result
