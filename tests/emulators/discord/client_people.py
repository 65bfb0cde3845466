"""Acting as people from a test."""

from collections.abc import Sequence
from typing import Any

from tests.emulators.discord.client_base import Bot, Caller, File, packed
from tests.emulators.discord.constants import Json


class PeopleClient(Caller):
    """Messages, threads, reactions."""

    async def post(
        self,
        user: str,
        channel: str,
        content: str = "",
        *,
        files: Sequence[File] = (),
        reply_to: str | None = None,
        forward: Json | None = None,
        stickers: Sequence[str] = (),
        voice: bool = False,
        flags: int = 0,
    ) -> Json:
        """``forward``: channel_id and message_id of the message passed on."""
        answer: Json = await self.do(
            "post",
            user=user,
            channel=channel,
            content=content,
            files=packed(files),
            reply_to=reply_to,
            forward=forward,
            stickers=list(stickers),
            voice=voice,
            flags=flags,
        )
        return answer

    async def dm_channel(self, user: str, bot: Bot) -> str:
        return str((await self.do("dm", user=user, bot=bot.user_id))["id"])

    async def dm(self, user: str, bot: Bot, content: str = "", **more: Any) -> Json:
        """Write to the bot directly."""
        return await self.post(user, await self.dm_channel(user, bot), content, **more)

    async def edit(self, user: str, channel: str, message: str, content: str) -> Json:
        answer: Json = await self.do(
            "edit", user=user, channel=channel, message=message, content=content
        )
        return answer

    async def unfurl(self, channel: str, message: str, url: str) -> Json:
        """A link's preview: MESSAGE_UPDATE without an edit."""
        answer: Json = await self.do("unfurl", channel=channel, message=message, url=url)
        return answer

    async def delete(self, user: str, channel: str, message: str) -> None:
        await self.do("delete", user=user, channel=channel, message=message)

    async def bulk_delete(self, user: str, channel: str, messages: Sequence[str]) -> None:
        await self.do("bulk_delete", user=user, channel=channel, messages=list(messages))

    async def react(self, user: str, channel: str, message: str, emoji: str) -> None:
        await self.do("react", user=user, channel=channel, message=message, emoji=emoji)

    async def forum_post(
        self, user: str, forum: str, title: str, content: str, *, tags: Sequence[str] = ()
    ) -> str:
        """The new thread's id; its first message has the same."""
        answer = await self.do(
            "forum_post", user=user, channel=forum, title=title, content=content, tags=list(tags)
        )
        return str(answer["id"])

    async def start_thread(
        self,
        user: str,
        channel: str,
        name: str,
        *,
        message: str | None = None,
        private: bool = False,
    ) -> str:
        answer = await self.do(
            "start_thread", user=user, channel=channel, name=name, message=message, private=private
        )
        return str(answer["id"])

    async def change_thread(self, user: str, thread: str, **change: Any) -> None:
        """archived, locked, name, applied_tags."""
        await self.do("change_thread", user=user, thread=thread, change=change)


class OfferClient(Caller):
    """Commands, buttons, selects, modals, menus: what the bot offers.

    Each answers with the interaction as it was answered: ``acknowledged``, ``callback_type``,
    ``message``, ``ephemeral``, ``modal``, ``choices``, ``followups``.
    """

    async def slash(
        self,
        user: str,
        channel: str,
        command: str,
        *,
        files: dict[str, File] | None = None,
        bot: Bot | None = None,
        **options: Any,
    ) -> Json:
        """``command`` with its subcommands: "ticket claim". The interaction as it was answered."""
        answer: Json = await self.do(
            "slash",
            user=user,
            channel=channel,
            command=command,
            options=options,
            files={name: file.packed() for name, file in (files or {}).items()},
            bot=bot and bot.application_id,
        )
        return answer

    async def autocomplete(
        self, user: str, channel: str, command: str, focused: str, typed: str = "", **options: Any
    ) -> list[Json]:
        """The choices offered while ``focused`` is typed."""
        answer = await self.do(
            "autocomplete",
            user=user,
            channel=channel,
            command=command,
            focused=focused,
            options={**options, focused: typed},
        )
        return list(answer["choices"] or [])

    async def click(
        self, user: str, channel: str, message: str, custom_id: str, *, wait: bool = True
    ) -> Json:
        answer: Json = await self.do(
            "click", user=user, channel=channel, message=message, custom_id=custom_id, wait=wait
        )
        return answer

    async def choose(
        self, user: str, channel: str, message: str, custom_id: str, *values: str
    ) -> Json:
        answer: Json = await self.do(
            "choose",
            user=user,
            channel=channel,
            message=message,
            custom_id=custom_id,
            values=list(values),
        )
        return answer

    async def submit(
        self,
        opened: Json,
        *,
        files: dict[str, Sequence[File]] | None = None,
        wait: bool = True,
        **values: Any,
    ) -> Json:
        """Fill in the modal that the interaction ``opened`` shows; fields by custom_id."""
        answer: Json = await self.do(
            "submit",
            interaction=opened["id"],
            values=values,
            files={name: packed(items) for name, items in (files or {}).items()},
            wait=wait,
        )
        return answer

    async def menu(self, user: str, channel: str, command: str, message: str) -> Json:
        """A context-menu command on a message."""
        answer: Json = await self.do(
            "menu", user=user, channel=channel, command=command, message=message
        )
        return answer

    async def interaction(self, begun: Json) -> Json:
        """How it stands by now: followups, messages filled in later."""
        answer: Json = await self.do("interaction", interaction=begun["id"])
        return answer
