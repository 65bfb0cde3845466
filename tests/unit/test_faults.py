"""Which faults of a database pass by themselves, so that whatever came in waits for their end."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import CannotKeep
from storage.faults import explained

URL = make_url("postgresql+psycopg://baton:secret@db/baton")


def _raised(kind: type[psycopg.Error]) -> BaseException:
    return explained(URL, DBAPIError.instance("INSERT", {}, kind("it is so"), psycopg.Error))


@pytest.mark.parametrize(
    "kind",
    [
        errors.DiskFull,
        errors.OutOfMemory,
        errors.TooManyConnections,
        errors.CannotConnectNow,
        errors.AdminShutdown,
        errors.IoError,
        errors.ReadOnlySqlTransaction,
        errors.DeadlockDetected,
    ],
)
def test_what_passes_is_waited_for(kind: type[psycopg.Error]) -> None:
    found = _raised(kind)
    assert isinstance(found, CannotKeep)
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    "kind", [errors.QueryCanceled, errors.UniqueViolation, errors.UndefinedTable]
)
def test_what_comes_again_every_time_is_not(kind: type[psycopg.Error]) -> None:
    assert not isinstance(_raised(kind), CannotKeep)
