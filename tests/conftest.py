"""How the suite is run: who imports what, and how many at once."""

from __future__ import annotations

import gc
import os
import sys

import pytest

from tests import nursery

# Workers and the programs that tests begin import the same: one compiles it, the others read that.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Until all tests are collected, nothing is garbage that is worth looking for.
gc.disable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Tests wait more than they work: for sockets, other processes, the disk."""
    return 2 * (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Whoever only hands out tests needs no fixtures, and hands them out sooner."""
    if config.getoption("dist") == "no":
        config.pluginmanager.import_plugin("tests.fixtures")
    else:
        nursery.reserve()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
