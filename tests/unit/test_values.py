"""Copies of values are those that the standard library would make."""

from __future__ import annotations

import dataclasses
from dataclasses import FrozenInstanceError, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from sqlalchemy import create_engine
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.domain.values import made, replace
from storage import moments


@dataclass(frozen=True, kw_only=True)
class Point:
    x: int
    y: int = 2


def test_a_copy_differs_in_what_was_changed() -> None:
    before = Point(x=1)
    after = replace(before, y=5)
    assert after == dataclasses.replace(before, y=5)
    assert hash(after) == hash(Point(x=1, y=5))
    assert before == Point(x=1, y=2), "the one before stays"
    assert replace(after) == after
    with pytest.raises(FrozenInstanceError):
        cast("Any", after).x = 3


def test_what_a_value_does_not_have_is_refused() -> None:
    strange: dict[str, Any] = {"z": 1}
    with pytest.raises(TypeError, match="Point has no z"):
        replace(Point(x=1), **strange)


def test_a_value_is_made_of_its_facts() -> None:
    assert made(Point, {"x": 1, "y": 2}) == Point(x=1)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(987, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 23, 0, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        None,
    ],
)
def test_moments_are_stored_as_sqlalchemy_does(moment: datetime | None) -> None:
    dialect = create_engine("sqlite://").dialect
    kind: Any = UTCDateTime().dialect_impl(dialect)
    stored = moments.dump(moment)
    assert stored == kind.bind_processor(dialect)(moment)
    assert moments.load(stored) == kind.result_processor(dialect, None)(stored) == moment
    read = moments.load(stored)
    assert read is None or read.tzinfo is UTC


def test_a_moment_without_a_zone_is_not_stored() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        moments.dump(datetime(2026, 3, 1))  # noqa: DTZ001 - what is tested
