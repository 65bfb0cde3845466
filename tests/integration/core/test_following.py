"""One message can be followed through the log, from the platform's event to its delivery."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta

import pytest

from bot.logs import JsonLines, TextLines
from bot.metrics import Metrics
from bot.secrecy import Secrets
from bot.settings import Settings
from tests.world import World


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    lines = JsonLines(Secrets(Settings()))
    return [json.loads(lines.format(one)) for one in caplog.records]


async def test_a_message_is_followed_both_ways(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await world.write("human please, my name is Zebedee", source="m1")
    await world.write("It is about order 4711", source="m2")
    await world.run("bob", "/reply 1 We look at Zebedee's order")
    lines = _lines(caplog)
    [event] = [one for one in lines if one.get("event") == "console/dm:carol/m2"]
    trace = event["trace"]
    told = [one for one in lines if one.get("trace") == trace]
    assert [one["message"] for one in told] == ["written", "post"]
    assert (told[1]["channel"], str(told[1]["lane"]).split(":")[0]) == ("support", "thread")
    assert told[1]["platform_id"]
    [asked] = [one for one in lines if one["message"] == "/reply"]
    assert (asked["by"], asked["ticket"]) == ("console:bob", "1")
    sent = [one for one in lines if one.get("trace") == asked["trace"]]
    lanes = {str(one.get("lane", "")).split(":")[0] for one in sent}
    assert lanes == {"", "contact", "thread"}


async def test_no_words_of_anybody_are_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """In neither format, by the level that is on unless one asks for more."""
    caplog.set_level(logging.INFO)
    await world.write("human please, my name is Zebedee")
    await world.run("bob", "/reply 1 Hello Zebedee")
    await world.run("bob", "/note 1 Zebedee is a regular")
    await world.run("bob", "/ticket close 1 Zebedee is happy")
    shown = "\n".join(TextLines(Secrets(Settings())).format(one) for one in caplog.records)
    assert "/note" in shown
    assert "Zebedee" not in shown + json.dumps(_lines(caplog))
    line = r"^\d\d:\d\d:\d\d INFO    post trace=message:\d+ lane=contact:1 "
    assert re.search(line, shown, re.MULTILINE)


async def test_the_gauges_fall_again(world: World) -> None:
    metrics = Metrics()
    await world.write("human please")
    text = (await metrics.text(world.store)).decode()
    assert 'baton_open_tickets{status="open",team="support"} 1.0' in text
    assert 'baton_effects{state="dead"} 0.0' in text
    await world.run("bob", "/ticket close 1 done")
    text = (await metrics.text(world.store)).decode()
    assert "baton_open_tickets{" not in text


async def test_the_first_reply_of_a_ticket_counts_once(world: World) -> None:
    metrics = Metrics()
    world.baton._runner._first_replied = metrics.first_replied
    await world.write("human please")
    world.clock.move(timedelta(minutes=2))
    await world.run("bob", "/reply 1 We look")
    await world.run("bob", "/reply 1 It is done")
    text = (await metrics.text(world.store)).decode()
    assert "baton_first_response_seconds_count 1.0" in text
    assert 'baton_first_response_seconds_bucket{le="60.0"} 0.0' in text
    assert 'baton_first_response_seconds_bucket{le="300.0"} 1.0' in text
