"""Passes for the routes: they answer without the pages' sign-in, so each request shows who was signed in when its page was made."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

_SECRET = secrets.token_bytes(32)
_LASTS_S = 12 * 3600
_revoked: dict[str, float] = {}
"""Passes of people who have signed out, until they would have ended [s]."""


def issue_token(person_id: str, now_s: float | None = None) -> str:
    """Return a pass of a signed-in person, good for twelve hours or until the server ends."""
    until = int((time.time() if now_s is None else now_s) + _LASTS_S)
    body = f"{until}:{secrets.token_hex(8)}:{person_id}".encode()
    return base64.urlsafe_b64encode(_sign(body) + body).decode()


def person_of_token(token: str, now_s: float | None = None) -> str | None:
    """Return whose pass it is; ``None`` for one that is forged, over, or revoked."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
        signature, body = raw[:32], raw[32:]
        until, _, person_id = body.decode().split(":", 2)
        is_over = int(until) < (time.time() if now_s is None else now_s)
    except ValueError:
        return None
    return None if is_over or token in _revoked or not hmac.compare_digest(signature, _sign(body)) else person_id


def revoke_token(token: str) -> None:
    """Make a pass good for nothing, as when its person signs out."""
    now_s, left_s = time.time(), seconds_left(token)
    for old in [one for one, until_s in _revoked.items() if until_s < now_s]:
        del _revoked[old]
    if left_s > 0:
        _revoked[token] = now_s + left_s


def seconds_left(token: str) -> float:
    """Return how long a pass is still good; 0 for one that is none."""
    if person_of_token(token) is None:
        return 0.0
    return float(base64.urlsafe_b64decode(token.encode())[32:].decode().partition(":")[0]) - time.time()


def _sign(body: bytes) -> bytes:
    return hmac.new(_SECRET, body, hashlib.sha256).digest()
