"""Another program is told what happens: signed, in order, over outages, and nowhere private."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.webhooks.addresses import Forbidden, is_public, networks
from adapters.webhooks.port import Webhooks
from adapters.webhooks.resolver import GuardedResolver
from adapters.webhooks.sender import WebhookSender
from bot import desk_file
from bot.domain.desk import Priority, Targets
from bot.domain.errors import BadDesk, BadInput, CannotRun
from bot.ports.outlet import Busy, OutletError, Refused, Unclear, Unreachable
from bot.ports.webhook import Notice
from bot.services import configure, webhooks
from storage.vault import SecretVault
from tests.emulators.webhooks.receiver import Receiver, receiving
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
NEAR = networks("127.0.0.0/8")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(SECRET) as found:
        yield found


@pytest.fixture
async def sender() -> AsyncIterator[Webhooks]:
    """One that may call this machine."""
    made = Webhooks(NEAR)
    yield made
    await made.close()


@pytest.fixture
async def told(world: World, receiver: Receiver, sender: Webhooks) -> World:
    """A world that tells the receiver everything."""
    world.courier.webhooks = sender
    answer = await world.run("alice", f"/desk webhook add crm {receiver.url} secret={SECRET}")
    assert answer.ok, answer.text
    return world


async def story(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    await world.run("alice", "/reply 1 Hello")
    await world.run("alice", "/ticket transfer 1 billing")
    await world.run("dana", "/ticket close 1 solved")
    await world.run("dana", "/ticket reopen 1")


STORY = ["opened", "claimed", "replied", "transferred", "closed", "reopened"]


async def test_a_ticket_is_told_in_order(told: World, receiver: Receiver) -> None:
    await story(told)
    assert receiver.refused == []
    assert receiver.kinds == [f"ticket.{one}" for one in STORY]
    opened = receiver.taken[0]["data"]
    assert opened["ticket"]["number"] == 1
    assert opened["ticket"]["contact"] == {"id": "console:carol", "name": "Carol"}
    assert receiver.taken[1]["data"]["actor"] == {"id": "console:alice", "name": "Alice"}
    assert receiver.taken[3]["data"]["facts"]["to"] == "billing"


async def test_a_broken_promise_is_told(told: World, receiver: Receiver) -> None:
    """Of each clock, when it happens and with whom it was broken."""
    minute = timedelta(minutes=1)
    promise = Targets(first_response=5 * minute, resolution=30 * minute)
    await told.change_team("support", sla={Priority.NORMAL: promise})
    await told.write("human please")
    await told.passes(5 * minute)
    assert receiver.kinds == ["ticket.opened", "ticket.sla_breached"]
    assert receiver.taken[1]["data"]["facts"] == {"status": "open", "clock": "first response"}
    assert receiver.taken[1]["data"]["ticket"]["number"] == 1
    await told.run("alice", "/reply 1 Hello")
    await told.write("it does not work")
    await told.passes(60 * minute)
    assert receiver.kinds[2:4] == ["ticket.replied", "ticket.sla_breached"]
    assert receiver.taken[3]["data"]["facts"]["clock"] == "resolution"


async def test_only_what_it_asks_for(world: World, receiver: Receiver, sender: Webhooks) -> None:
    world.courier.webhooks = sender
    line = f"/desk webhook add crm {receiver.url} closed,ticket.reopened {SECRET}"
    assert (await world.run("alice", line)).ok
    await story(world)
    assert receiver.kinds == ["ticket.closed", "ticket.reopened"]


async def test_an_outage_delays_and_loses_nothing(told: World, receiver: Receiver) -> None:
    """In order, each once, although the endpoint fails, hangs up, and asks to wait."""
    receiver.fail.extend([503, 500, 503])
    await told.write("human please")
    told.ahead += timedelta(minutes=2)
    await told.settle()
    told.ahead += timedelta(minutes=2)
    await told.settle()
    assert "down" in (await told.run("alice", "/desk webhook list")).text or receiver.kinds
    await told.run("alice", "/ticket claim 1")
    for _ in range(4):
        told.ahead += timedelta(minutes=2)
        await told.settle()
    await receiver.until(2)
    assert receiver.kinds == ["ticket.opened", "ticket.claimed"]
    assert len(receiver.ids) == len(set(receiver.ids)) == 2
    assert "down" not in (await told.run("alice", "/desk webhook list")).text


async def test_an_endpoint_that_is_down_is_shown_and_waited_for(
    told: World, receiver: Receiver
) -> None:
    receiver.fail.extend([404] * 3)
    await told.write("human please")
    for _ in range(3):
        told.ahead += timedelta(seconds=5)
        await told.settle()
    trouble = (await told.run("alice", "/deliveries")).text
    assert "webhook crm" in trouble
    assert "404" in trouble
    told.ahead += timedelta(minutes=1)
    await told.settle()
    await receiver.until(1)
    assert (await told.run("alice", "/deliveries")).text == "Everything was delivered."


async def test_what_it_refuses_is_a_dead_letter_with_retry(told: World, receiver: Receiver) -> None:
    receiver.fail.append(422)
    await told.write("human please")
    await told.run("alice", "/ticket claim 1")
    assert receiver.kinds == ["ticket.claimed"], "one that is refused holds up nothing"
    assert "webhook crm" in (await told.run("alice", "/deliveries")).text
    assert (await told.run("alice", "/desk webhook retry crm")).ok
    await receiver.until(2)
    assert receiver.kinds[1] == "ticket.opened"


async def test_ping_remove_and_new_secret(told: World, receiver: Receiver) -> None:
    assert (await told.run("alice", "/desk webhook test crm")).ok
    await receiver.until(1)
    assert receiver.kinds == ["ping"]
    new = (await told.run("alice", "/desk webhook secret crm")).text.rpartition(" ")[2]
    receiver.secret = new
    await told.run("alice", "/desk webhook test crm")
    await receiver.until(2)
    assert receiver.refused == []
    assert (await told.run("alice", "/desk webhook remove crm")).ok
    assert not (await told.run("alice", "/desk webhook test crm")).ok
    assert not (await told.run("bob", "/desk webhook list")).ok, "only admins"


async def test_the_secret_is_kept_sealed(told: World, receiver: Receiver) -> None:
    """Nowhere in clear: not in the desk, not in its export, not in the log; the same comes back."""
    desk = await told.store.read(lambda tx: tx.desk.get())
    [webhook] = desk.webhooks
    assert webhook.secret.startswith("sealed:")
    assert SECRET not in desk_file.write(desk)
    again = desk_file.parse(desk_file.write(desk))
    assert again == desk
    in_clear = replace(desk, webhooks=(replace(webhook, secret=SECRET),))
    assert await told.store.read(webhooks.sealed, in_clear) == desk, "a file in clear is no change"
    foreign = replace(webhook, secret=SecretVault("another").seal(SECRET))
    with pytest.raises(BadInput, match="another BATON_SECRET_KEY"):
        await told.store.transact(
            configure.save, replace(desk, webhooks=(foreign,)), "x", "y", told.clock.now()
        )
    assert SECRET not in repr(await told.store.read(lambda tx: tx.events.recent(50)))


async def test_without_a_secret_of_its_own_it_is_signed_all_the_same(world: World) -> None:
    text = '[[webhook]]\nurl = "https://crm.example/in"\n'
    [webhook] = desk_file.parse(text).webhooks
    assert webhook.label == "crm.example"
    first = await world.store.read(webhooks.secret_of, webhook)
    assert first == await world.store.read(webhooks.secret_of, webhook)
    assert first.startswith("whsec_")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('url = "ftp://crm.example"', "https://"),
        ('url = "http://crm.example"', "https://"),
        ('url = "https://user:pw@crm.example"', "password"),
        ('url = "https://"', "no address"),
        ('url = "https://a.example"\nevents = ["ticket.open"]', "no event"),
        ('url = "https://a.example"\nsecret = "hunter2"', "whsec_"),
        ('url = "https://a.example"\nname = "two words"', "one word"),
    ],
)
async def test_a_bad_webhook_is_refused(text: str, said: str, database_url: str) -> None:
    with pytest.raises(BadDesk, match=said):
        desk_file.parse(f"[[webhook]]\n{text}\n")


# What a webhook may reach.


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:7f00:1::1", "255.255.255.255", "::127.0.0.1", "::ffff:0:10.0.0.1",
        "fec0::1", "ff02::1",
    ],
)  # fmt: skip
async def test_private_addresses_are_no_place_to_call(host: str, database_url: str) -> None:
    assert not is_public(ipaddress.ip_address(host))
    bracketed = f"[{host}]" if ":" in host else host
    with pytest.raises(Unreachable, match="private"):
        await Webhooks().tell(notice(f"https://{bracketed}/"))


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1", "0x7f000001", "0x7f.1"])
async def test_an_odd_way_to_write_an_address_leads_nowhere(host: str, database_url: str) -> None:
    """The operating system takes each of them for 127.0.0.1."""
    sender = Webhooks()
    with pytest.raises(Unreachable):
        await sender.tell(notice(f"https://{host}:1/"))
    await sender.close()


async def test_a_name_is_looked_up_again_for_each_connection(database_url: str) -> None:
    """Rebound meanwhile: the first answer was public, and nothing of it is remembered."""
    names = Names("93.184.216.34")
    resolver = GuardedResolver((), names)
    await resolver.resolve("crm.example", 443)
    names._hosts = ("127.0.0.1",)
    with pytest.raises(Forbidden):
        await resolver.resolve("crm.example", 443)
    sender = WebhookSender()
    connector = sender._open().connector
    assert isinstance(connector, TCPConnector)
    assert not connector.use_dns_cache
    await sender.close()


async def test_a_name_that_leads_to_a_private_address(database_url: str) -> None:
    """Looked up at connect time: one private answer among public ones is enough to refuse."""
    resolver = GuardedResolver((), Names("93.184.216.34", "10.0.0.1"))
    with pytest.raises(Forbidden):
        await resolver.resolve("crm.example", 443)
    public = GuardedResolver((), Names("93.184.216.34"))
    assert [one["host"] for one in await public.resolve("crm.example", 443)] == ["93.184.216.34"]
    far = Webhooks()
    with pytest.raises(Unreachable, match="private"):
        await far.tell(notice("https://localhost:1/"))
    await far.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(301, Unreachable), (308, Unreachable), (410, Unreachable), (413, Refused), (503, Unclear)],
)
async def test_what_an_answer_means(
    status: int,
    kind: type[OutletError],
    receiver: Receiver,
    sender: Webhooks,
    database_url: str,
) -> None:
    """A redirect is not followed, wherever it leads."""
    receiver.fail.append(status)
    receiver.headers = {"location": "http://169.254.169.254/latest"}
    with pytest.raises(kind):
        await sender.tell(notice(receiver.url))
    assert receiver.calls == 1


async def test_it_asks_to_wait(receiver: Receiver, sender: Webhooks, database_url: str) -> None:
    receiver.fail.append(429)
    receiver.headers = {"retry-after": "7"}
    with pytest.raises(Busy) as caught:
        await sender.tell(notice(receiver.url))
    assert caught.value.wait == timedelta(seconds=7)


async def test_a_message_that_fails_for_a_day_lets_others_pass(
    receiver: Receiver, sender: Webhooks, database_url: str
) -> None:
    receiver.fail.append(500)
    old = replace(notice(receiver.url), since=datetime.now(UTC) - timedelta(days=2), attempt=99)
    with pytest.raises(Refused, match="a day"):
        await sender.tell(old)


async def test_one_that_hangs_is_left(
    receiver: Receiver,
    sender: Webhooks,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
) -> None:
    monkeypatch.setattr("adapters.webhooks.sender._LIMIT", aiohttp.ClientTimeout(total=0.2))
    receiver.hang = asyncio.Event()
    with pytest.raises(Unclear, match="in time"):
        await sender.tell(notice(receiver.url))
    receiver.hang.set()


def test_networks_are_read_strictly(database_url: str) -> None:
    with pytest.raises(CannotRun, match="BATON_WEBHOOK_ALLOW"):
        networks("crm.local")


class Names(AbstractResolver):
    """A name server."""

    def __init__(self, *hosts: str) -> None:
        self._hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self._hosts
        ]

    async def close(self) -> None:
        """Nothing is open."""


def notice(url: str) -> Notice:
    now = datetime.now(UTC)
    body = json.dumps({"type": "ping", "timestamp": now.isoformat(), "data": {}}).encode()
    return Notice(id="baton-1-2", url=url, key=b"k" * 32, body=body, since=now)
