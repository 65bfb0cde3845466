"""Named boundaries at which a test can kill the process, to show that nothing is lost there.

`BATON_FAILPOINT=name[:n]` arms one: the process kills itself (SIGKILL) at the n-th passing.
"""

from __future__ import annotations

import os
import signal

from bot.domain.errors import CannotRun

NAMES = {
    "store.before_commit": "a unit of work is done and not yet committed",
    "store.after_commit": "a unit of work is committed and nobody knows yet",
    "console.posted": "what a person wrote stands in the console, not yet taken in",
    "receive.after_commit": "a contact's message is stored, the platform not yet told so",
    "lane.sending": "an effect is marked as sending, the call not yet made",
    "lane.called": "the platform has done what was asked, which is not yet recorded",
    "lane.recorded": "the outcome of a call is committed",
    "agent.answered": "the agent has answered, which is not yet recorded",
    "media.kept": "a file is stored, the message that carries it not yet",
    "privacy.unfiled": "a contact's files are removed, which is not yet recorded",
    "privacy.scrubbed": "the database's own files are clean, which is not yet recorded",
    "jobs.swept": "a batch of due rows was handled and committed",
}


class _Armed:
    """The one boundary at which this process is to die, if any."""

    name = ""
    left = 0


def arm(spec: str) -> None:
    """Arm a failpoint by its `name[:n]`. Raises `CannotRun` for an unknown one."""
    name, _, count = spec.partition(":")
    if name not in NAMES or not (count or "1").isdecimal() or count == "0":
        raise CannotRun(
            problem=f"BATON_FAILPOINT={spec} is no failpoint; `baton check --failpoints` lists them"
        )
    _Armed.name, _Armed.left = name, int(count or 1)


def passing(name: str) -> None:
    """Say that a boundary is being passed."""
    if name != _Armed.name:
        return
    _Armed.left -= 1
    if _Armed.left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
