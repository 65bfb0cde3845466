"""Secrets at rest: sealed with a key made from BATON_SECRET_KEY."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from bot.domain.errors import BadInput, CannotRun
from bot.domain.webhook import SEALED


class SecretVault:
    """AES-SIV (RFC 5297): authenticated, and needs no nonce that must never come twice."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def seal(self, text: str) -> str:
        made = self._cipher().encrypt(text.encode(), None)
        return SEALED + base64.urlsafe_b64encode(made).decode()

    def unseal(self, sealed: str) -> str:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see _cipher

        try:
            made = base64.urlsafe_b64decode(sealed.removeprefix(SEALED))
            return str(self._cipher().decrypt(made, None).decode())
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise BadInput(
                problem="This secret was sealed with another BATON_SECRET_KEY. Give it anew."
            ) from error

    def derive(self, purpose: str) -> bytes:
        return self._key(purpose).digest()[:32]

    def _cipher(self) -> Any:
        """Only a desk with webhooks pays for loading it."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415

        return AESSIV(self._key("seal").digest())

    def _key(self, purpose: str) -> hmac.HMAC:
        if not self._secret:
            raise CannotRun(problem="Secrets cannot be kept without a key: set BATON_SECRET_KEY.")
        return hmac.new(self._secret.encode(), f"baton\0{purpose}".encode(), hashlib.sha512)
