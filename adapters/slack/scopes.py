"""What the app asks of a workspace, and why; `manifest.yml` and docs/slack.md say the same."""

from __future__ import annotations

SCOPES = {
    "channels:history": "read what contacts write in connected public channels, also after a pause",
    "channels:join": "enter the public channels that an admin connects",
    "channels:read": "know channels by their names, and whether outsiders can read them",
    "chat:write": "post cards, relay messages, answer commands",
    "chat:write.customize": "show contacts and attendants with their own name and picture",
    "commands": "slash commands, buttons' modals and the message shortcut",
    "files:read": "take over the files that contacts and attendants attach",
    "files:write": "hand files on, and take them back when a reply is deleted",
    "groups:history": "the same as channels:history, in private channels",
    "groups:read": "the same as channels:read, for private channels",
    "im:history": "read what contacts write in direct messages",
    "im:read": "find direct messages that came while Baton was away",
    "im:write": "send exports and warnings to one person",
    "reactions:read": "understand a 👍 under a reply as thanks",
    "usergroups:read": "name user groups as teams and notify them",
    "users:read": "show names and pictures, and know the workspace's owner",
}
EVENTS = (
    "app_home_opened",
    "channel_archive",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_left",
    "group_unarchive",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "subteam_updated",
    "tokens_revoked",
)


def missing(granted: frozenset[str]) -> list[str]:
    """The permissions that the app lacks; none when Slack did not say which it has."""
    return sorted(set(SCOPES) - granted) if granted else []
