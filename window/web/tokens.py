"""Passes for the routes: they answer without the pages' sign-in, so each request shows who was signed in when its page was made."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time

_SECRET = secrets.token_bytes(32)
_LASTS_S = 12 * 3600
_revoked: dict[bytes, float] = {}
"""Signatures of the passes of people who have signed out, until they would have ended [s]."""

_lock = threading.Lock()


def issue_token(person_id: str, now_s: float | None = None) -> str:
    """Return a pass of a signed-in person, good for twelve hours or until the server ends."""
    until = int((time.time() if now_s is None else now_s) + _LASTS_S)
    body = f"{until}:{secrets.token_hex(8)}:{person_id}".encode()
    return base64.urlsafe_b64encode(_sign(body) + body).decode()


def person_of_token(token: str, now_s: float | None = None) -> str | None:
    """Return whose pass it is; ``None`` for one that is forged, over, or revoked."""
    found = _read(token)
    if found is None or found[1] < (time.time() if now_s is None else now_s):
        return None
    with _lock:
        return None if found[0] in _revoked else found[2]


def revoke_token(token: str) -> None:
    """Make a pass good for nothing, as when its person signs out."""
    found, now_s = _read(token), time.time()
    if found is None:
        return
    with _lock:
        for old in [one for one, until_s in _revoked.items() if until_s < now_s]:
            del _revoked[old]
        _revoked[found[0]] = found[1]


def seconds_left(token: str) -> float:
    """Return how long a pass is still good; 0 for one that is none."""
    found = _read(token)
    return 0.0 if found is None or person_of_token(token) is None else found[1] - time.time()


def _read(token: str) -> tuple[bytes, float, str] | None:
    """Return signature, end [s] and person of a pass; ``None`` for one that is forged."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
        signature, body = raw[:32], raw[32:]
        until, _, person_id = body.decode().split(":", 2)
        found = signature, float(until), person_id
    except ValueError:
        return None
    return found if hmac.compare_digest(signature, _sign(body)) else None


def _sign(body: bytes) -> bytes:
    return hmac.new(_SECRET, body, hashlib.sha256).digest()
