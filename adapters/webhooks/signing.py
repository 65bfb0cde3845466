"""Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks (specification 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signed(message_id: str, timestamp: int, body: bytes, key: bytes) -> dict[str, str]:
    """The headers that prove who sent a body, and when."""
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    mark = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{mark}",
    }
