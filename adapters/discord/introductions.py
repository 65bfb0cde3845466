"""Whom the desk names, people and roles, is looked up once, to have a name before they act."""

from __future__ import annotations

import logging
import re

import discord

from adapters.discord import incoming
from adapters.discord.places import ROLE
from bot.domain.identity import Person, local_id, workspace_of
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
_MENTION = re.compile(r"(?<![&\d])(?:<@!?|discord:\d+/)(\d+)")


async def introduce(store: Store, client: discord.Client) -> None:
    await _roles(store, client)
    for one in await store.read(_strangers):
        guild = client.get_guild(int(local_id(workspace_of(one))))
        if guild is None:
            continue
        try:
            member = await guild.fetch_member(int(local_id(one)))
        except discord.HTTPException as error:
            log.warning("%s of the desk is not found on Discord: %s", one, error)
            continue
        await store.transact(_meet, incoming.person(member, workspace_of(one)))


async def _roles(store: Store, client: discord.Client) -> None:
    for one in await store.read(_unnamed_roles):
        guild = client.get_guild(int(local_id(workspace_of(one))))
        role = guild.get_role(int(local_id(one))) if guild else None
        if role is not None:
            await store.transact(_meet, Person(id=one, name=role.name))


async def meet(store: Store, guild: discord.Guild, words: str) -> None:
    """Whoever is mentioned in some words, and was not seen before."""
    space = incoming.workspace(guild.id)
    for one in dict.fromkeys(_MENTION.findall(words)):
        if await store.read(_seen, f"{space}/{one}"):
            continue
        try:
            member = await guild.fetch_member(int(one))
        except discord.HTTPException as error:
            log.info("%s is not found on Discord: %s", one, error)
            continue
        await store.transact(_meet, incoming.person(member, space))


def _seen(tx: Tx, person: str) -> bool:
    return tx.people.seen(person)


def _strangers(tx: Tx) -> list[str]:
    named = [one for one in tx.desk.get().attendants if one.startswith("discord:")]
    unknown = [one for one in named if tx.people.get(one).name == local_id(one)]
    return [one for one in unknown if local_id(one).isdecimal()]


def _unnamed_roles(tx: Tx) -> list[str]:
    desk = tx.desk.get()
    named = [one for team in desk.teams for one in (*team.people, *team.notify)]
    roles = [
        one for one in dict.fromkeys(named) if one.startswith(ROLE) and local_id(one).isdecimal()
    ]
    return [one for one in roles if not tx.people.seen(one)]


def _meet(tx: Tx, person: Person) -> None:
    tx.people.put(person)
