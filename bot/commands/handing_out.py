"""A contact's data as one file, with the files that they sent and were sent."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from dataclasses import dataclass

from bot.commands.registry import File, Response, Shell
from bot.domain.dossier import Dossier, as_data, as_markdown, file_name
from bot.domain.errors import NotFound
from bot.domain.message import in_units

# More is not sent as one file anywhere: the words go without the files then.
_LARGEST = 100 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class HandOut:
    """An errand: files are read and packed after the transaction."""

    dossier: Dossier

    async def run(self, shell: Shell) -> Response:
        media = self.dossier.files
        too_large = sum(file.size for file in media) > _LARGEST
        data: dict[str, bytes] = {}
        missing = []
        for file in () if too_large else media:
            try:
                data[file_name(file)] = await shell.media.load(file.digest or "")
            except NotFound:
                missing.append(file.name)
        packed = await asyncio.to_thread(_packed, self.dossier, data)
        words = f"Everything about {self.dossier.person.name}: data.json for programs, "
        words += f"conversations.md to read, {len(data)} files."
        if too_large:
            total = in_units(sum(file.size for file in media))
            words += f" Their files are {total} and stay out; they are in the media folder."
        if missing:
            words += f" No longer there: {', '.join(missing)}."
        return Response(text=words, files=(File(name="contact.zip", data=packed),))


def _packed(dossier: Dossier, data: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(as_data(dossier), ensure_ascii=False, indent=2)
        archive.writestr("data.json", text)
        archive.writestr("conversations.md", as_markdown(dossier))
        for name, content in data.items():
            archive.writestr(name, content)
    return made.getvalue()
