"""What does not work for a while fills no log."""

from __future__ import annotations

import logging

import pytest

from bot.outage import Outage


def test_an_outage_is_told_as_it_begins_now_and_then_and_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    outage = Outage(logging.getLogger("lanes"), "it waits", "it goes on", clock=lambda: now)
    outage.ended()  # nothing was wrong yet
    for _ in range(250):
        outage.lasts("the disk is full")
        now += 0.5
    outage.ended()
    outage.ended()
    outage.lasts("locked")
    assert caplog.messages == [
        "it waits: the disk is full",
        "it waits, for 60 s now: the disk is full",
        "it waits, for 120 s now: the disk is full",
        "it goes on, after 125 s",
        "it waits: locked",
    ]
