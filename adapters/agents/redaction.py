"""Personal data left out of what a model is sent, and put back into what it says.

One `Redaction` serves one question: its placeholders mean something in that conversation alone.
What is recognised and what is not stands in docs/agent.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from adapters.agents.model import ModelFault
from bot import extras
from bot.domain.desk import Agent

# Where the numbers of those who write in a language are from, when they leave the country out.
_REGIONS = {
    "de": ("DE", "AT", "CH"),
    "en": ("US", "GB"),
    "es": ("ES", "MX"),
    "fr": ("FR", "BE"),
    "it": ("IT",),
    "nl": ("NL",),
    "pt": ("BR", "PT"),
}
_EVERYWHERE = ("US", "GB", "DE", "FR", "ES", "IT", "BR")
# What looks like a number and is none; a text of digits alone would cost seconds.
_MOST_TRIES = 500
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_KINDS = "email|iban|card|id|phone"
_PLACEHOLDER = re.compile(rf"[\[【]\s*({_KINDS})[ _]?(\d{{1,4}})\s*[\]】]", re.IGNORECASE)

Span = tuple[int, int]


class Privacy(Protocol):
    """What happens to others' words on their way to a model and back."""

    def hide(self, text: str) -> str: ...
    def restore(self, text: str) -> str: ...
    def bare(self, text: str) -> str:
        """For a search: what was hidden is left out altogether."""


class Openness:
    """Nothing is hidden."""

    def hide(self, text: str) -> str:
        return text

    restore = bare = hide


class Redaction:
    """Equal values have equal placeholders: `[email 1]`, `[phone 2]`."""

    def __init__(self, languages: Iterable[str] = ()) -> None:
        named = [region for one in languages for region in _REGIONS.get(one, ())]
        self._regions = tuple(dict.fromkeys(named)) or _EVERYWHERE
        self._places: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}

    def hide(self, text: str) -> str:
        # What only looks like a placeholder of ours must not be taken for one.
        text = _PLACEHOLDER.sub(r"(\1 \2)", text)
        parts, at = [], 0
        for (begin, end), kind in sorted(self._found(text).items()):
            parts += [text[at:begin], self._placeholder(kind, text[begin:end])]
            at = end
        return "".join((*parts, text[at:]))

    def restore(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            return self._values.get(f"[{match[1].casefold()} {int(match[2])}]", match[0])

        return _PLACEHOLDER.sub(value, text)

    def bare(self, text: str) -> str:
        return " ".join(_PLACEHOLDER.sub(" ", self.hide(self.restore(text))).split())

    def _found(self, text: str) -> dict[Span, str]:
        """What is personal, where; of two that overlap the one that is surer."""
        found: dict[Span, str] = {}
        for kind, span in _spans(text, self._regions):
            if all(span[1] <= begin or end <= span[0] for begin, end in found):
                found[span] = kind
        return found

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, value.casefold())
        if key not in self._places:
            number = sum(one == kind for one, _ in self._places) + 1
            self._places[key] = f"[{kind} {number}]"
            self._values[self._places[key]] = value
        return self._places[key]


def privacy(persona: Agent) -> Privacy:
    """What the desk wants. Raises `ModelFault` where that cannot be done: then nothing leaves."""
    if not persona.redact:
        return Openness()
    if problem := extras.missing("redaction"):
        raise ModelFault(f"was not asked, as personal data cannot be left out: {problem}")
    return Redaction(persona.languages)


def _spans(text: str, regions: tuple[str, ...]) -> Iterator[tuple[str, Span]]:
    yield from (("email", match.span()) for match in _EMAIL.finditer(text))
    yield from (("iban", span) for match in _IBAN.finditer(text) if (span := _iban(match)))
    yield from (("card", match.span()) for match in _CARD.finditer(text) if _is_card(match[0]))
    yield from (("id", span) for span in _ids(text))
    yield from (("phone", span) for span in _phones(text, regions))


def _iban(match: re.Match[str]) -> Span | None:
    """The longest beginning that is one: the words after it look like more of it."""
    from stdnum import iban  # noqa: PLC0415 - optional

    written = match[0]
    while written and not iban.is_valid(written):
        written = written.rpartition(" ")[0]
    return (match.start(), match.start() + len(written)) if written else None


def _is_card(written: str) -> bool:
    from stdnum import luhn  # noqa: PLC0415 - optional

    return bool(luhn.is_valid(re.sub(r"\D", "", written)))


def _ids(text: str) -> Iterator[Span]:
    """Numbers by which states know people, where they carry a check or an unmistakable form."""
    from stdnum.br import cpf  # noqa: PLC0415 - optional
    from stdnum.es import dni, nie  # noqa: PLC0415
    from stdnum.it import codicefiscale  # noqa: PLC0415
    from stdnum.us import ssn  # noqa: PLC0415

    forms = (
        (r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", cpf),
        (r"\d{3}-\d{2}-\d{4}", ssn),
        (r"\d{8}-?[A-Z]", dni),
        (r"[XYZ]-?\d{7}-?[A-Z]", nie),
        (r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]", codicefiscale),
    )
    for form, kind in forms:
        for match in re.finditer(rf"(?<![\w.-]){form}(?![\w-])", text, re.IGNORECASE):
            if kind.is_valid(match[0]):
                yield match.span()


def _phones(text: str, regions: tuple[str, ...]) -> Iterator[Span]:
    from phonenumbers import PhoneNumberMatcher  # noqa: PLC0415 - optional

    # The longest first: what is half a number here is a whole one there.
    found = (
        (match.start, match.end)
        for region in regions
        for match in PhoneNumberMatcher(text, region, max_tries=_MOST_TRIES)
    )
    yield from sorted(found, key=lambda span: span[0] - span[1])
