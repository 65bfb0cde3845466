"""What a desk must not contradict. Pure: every problem in words for an admin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import snippets, webhook
from bot.domain.desk import DIRECT, Budget, Channel, Desk, Hours, Rule, Shift, Team
from bot.domain.escalation import compiles
from bot.domain.hours import WEEKDAYS, parse_shift
from bot.domain.identity import is_group, local_id, platform_of

_PLATFORMS = ("slack:", "discord:")
_ID = re.compile(r"(?:slack|slack-group|discord|discord-role):[^/\s]+/[^/\s]+|console:\S+")
_LONGEST_NAME = 60
_KNOWN = {"slack", "discord", "console"}


def problems(desk: Desk) -> tuple[str, ...]:
    """Everything that is wrong with a desk; empty when it can be used."""
    teams = {team.name for team in desk.teams}
    found = [
        *_twice("team", (team.name for team in desk.teams)),
        *_twice("rule", (rule.name for rule in desk.rules)),
        *_twice("snippet", (snippet.name for snippet in desk.snippets)),
    ]
    found += _long("team", (team.name for team in desk.teams))
    found += _long("rule", (rule.name for rule in desk.rules))
    for one in desk.webhooks:
        called = one.name or one.url
        found += [f'webhook "{called}": {problem}' for problem in webhook.problems(one)]
    if not found:
        found += _twice("webhook", (one.label for one in desk.webhooks))
    for team in desk.teams:
        found += [f'team "{team.name}": {problem}' for problem in _team(team, teams)]
    for channel in desk.channels:
        found += [f'channel "{channel.channel}": {one}' for one in _channel(desk, channel, teams)]
    found += _people(desk)
    found += _shared(desk)
    found += _ids(desk)
    for snippet in desk.snippets:
        found += [f'snippet "{snippet.name}": {one}' for one in snippets.problems(snippet)]
    found += [f"agent, budget: {problem}" for problem in _budget(desk.agent.budget)]
    for rule in desk.rules:
        found += [f'rule "{rule.name}": {problem}' for problem in _rule(desk, rule, teams)]
    return tuple(found)


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f'{what} "{name}" is there {count} times; names must differ'


def _long(what: str, names: Iterable[str]) -> Iterator[str]:
    """A name has to fit on a button and in a list, on every platform."""
    for name in names:
        if len(name) > _LONGEST_NAME:
            yield f'{what} "{name[:_LONGEST_NAME]}…": a name has {_LONGEST_NAME} characters at most'


def _team(team: Team, teams: set[str]) -> Iterator[str]:
    if not team.name.strip() or any(char.isspace() for char in team.name):
        yield "a team's name is one word without spaces"
    yield from _workspace(team.workspace)
    if not team.channel.strip() or team.channel == DIRECT:
        yield "a team works in a channel of its own"
    if team.backup and team.backup not in teams and not _is_somebody(team.backup):
        yield f'backup "{team.backup}" is no team, and no id of a group or a person'
    if team.backup == team.name:
        yield "a team cannot be its own backup"
    if team.capacity < 1:
        yield "capacity must be at least 1"
    silent = team.inactivity
    if silent.warn_after and silent.close_after and silent.warn_after >= silent.close_after:
        yield "inactivity: warn_after must be shorter than close_after"
    for words in (silent.warnings, silent.closings, team.out_of_hours_in, team.rating_text_in):
        yield from (
            f'"{one}" is no language; write it as en, pt' for one in words if not _is_code(one)
        )
    yield from _hours(team)
    yield from _shifts(team)


def _people(desk: Desk) -> Iterator[str]:
    """Of who is who: a person is linked once, and a group is no person."""
    for person in desk.people:
        if len(set(person.ids)) < 2:  # noqa: PLR2004 - one id is linked with nothing
            yield f"person {', '.join(person.ids)}: a link needs two different ids"
        for one in person.ids:
            if not _is_person(one):
                yield f'person "{one}": this is no person\'s id; write slack:T0001/U0ALICE'
    ids = Counter(one for person in desk.people for one in set(person.ids))
    for one, count in ids.items():
        if count > 1:
            yield f'"{one}" is linked as {count} different persons'


def _shared(desk: Desk) -> Iterator[str]:
    """A thread, and whoever writes in it, has to belong to one team."""
    places: dict[tuple[str, str], list[str]] = {}
    for team in desk.teams:
        places.setdefault((team.workspace, team.channel), []).append(team.name)
    for (_, channel), names in places.items():
        if len(names) > 1 and len(set(names)) > 1:
            yield f"teams {', '.join(names)} share the channel {channel}; give each one its own"


def _ids(desk: Desk) -> Iterator[str]:
    """Whoever is named is named by an id of a platform."""
    called = [(team.notify, *team.notify_for.values()) for team in desk.teams]
    pinged = [one for named in called for each in named for one in each]
    sent_to = [rule.attendant for rule in desk.rules if rule.attendant]
    for one in dict.fromkeys((*desk.attendants, *pinged, *sent_to)):
        if not _ID.fullmatch(one):
            yield f'"{one}" is nobody\'s id; write it as slack:T0001/U0ALICE or discord:900/77'


def _is_code(language: str) -> bool:
    """ISO 639-1."""
    return len(language) == 2 and language.isascii() and language.islower()  # noqa: PLR2004


def _is_person(one: str) -> bool:
    return not is_group(one) and _is_somebody(one)


def _is_somebody(one: str) -> bool:
    """Whether an id is a person's, a group's or a role's."""
    return platform_of(one) in _KNOWN and bool(local_id(one))


def _hours(team: Team) -> Iterator[str]:
    if team.hours is None:
        return
    if not _is_zone(team.hours.timezone):
        yield f'hours: "{team.hours.timezone}" is no time zone; write it as Europe/Berlin'
    yield from _week("hours", team.hours)


def _shifts(team: Team) -> Iterator[str]:
    for number, shift in enumerate(team.shift, start=1):
        where = f"shift number {number}"
        if shift.timezone and not _is_zone(shift.timezone):
            yield f'{where}: "{shift.timezone}" is no time zone; write it as Europe/Berlin'
        if not shift.members:
            yield f"{where}: it has no members"
        strangers = [one for one in shift.members if one not in team.people and _is_person(one)]
        if strangers and not any(map(is_group, team.people)):
            yield f"{where}: {', '.join(strangers)} is not in the team"
        yield from _week(where, shift)


def _week(where: str, week: Hours | Shift) -> Iterator[str]:
    shifts = [shift for day in WEEKDAYS for shift in getattr(week, day)]
    if not shifts:
        yield f"{where}: there is no shift in the whole week"
    for shift in shifts:
        try:
            parse_shift(shift)
        except ValueError as error:
            yield f"{where}: {error}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _budget(budget: Budget) -> Iterator[str]:
    for name in (field.name for field in fields(budget)):
        value = getattr(budget, name)
        if value is not None and not (isfinite(value) and value > 0):
            yield f"{name} must be more than 0; leave it out for no limit"
    limited = budget.contact_cost is not None or budget.desk_cost is not None
    if limited and (budget.price_read is None or budget.price_written is None):
        yield "a limit of the cost needs price_read and price_written, per million tokens"


def _channel(desk: Desk, channel: Channel, teams: set[str]) -> Iterator[str]:
    yield from _workspace(channel.workspace)
    if channel.team and channel.team not in teams:
        yield f'"{channel.team}" is no team'
    if not teams:
        yield "no team is there to hand over to"
    if channel.channel != DIRECT and desk.team_at(channel.workspace, channel.channel):
        yield "is a team's channel too, so the team's notes would reach contacts"


def _rule(desk: Desk, rule: Rule, teams: set[str]) -> Iterator[str]:
    if rule.team and rule.team not in teams:
        yield f'"{rule.team}" is no team'
    if rule.team and rule.attendant:
        yield "goes to a team or to an attendant, not to both"
    if rule.attendant and not desk.teams_of(rule.attendant):
        yield f"{rule.attendant} is in no team"
    when = rule.when
    if when.regex and (problem := compiles(when.regex)):
        yield problem
    if when.attempts is not None and when.attempts < 1:
        yield "attempts must be at least 1"
    conditions = (when.asks_for_human, when.agent_decides, when.agent_failed, when.sentiment)
    if not any((*when.keyword, when.regex, when.attempts, *conditions)):
        yield "has no condition, so it would never match"


def _workspace(workspace: str) -> Iterator[str]:
    if workspace != "console" and not workspace.startswith(_PLATFORMS):
        yield f'workspace "{workspace}" is unknown; write slack:T0001, discord:900 or console'


def uses(desk: Desk, team: str) -> tuple[str, ...]:
    """What else on the desk names a team, in words."""
    return (
        *(f"rule {one.name}" for one in desk.rules if one.team == team),
        *(f"channel {one.channel}" for one in desk.channels if one.team == team),
        *(f"team {one.name}, as its backup" for one in desk.teams if one.backup == team),
    )
