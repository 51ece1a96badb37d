"""A small OpenID provider on this machine: lets whoever is set in at once."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "window", "a-secret-of-the-test"


@dataclass(kw_only=True)
class Provider:
    """
    The provider.

    Attributes
    ----------
    issuer
        Its address.
    claims
        What it says of the next person who comes.
    n_signed_out
        How many have signed out there.
    """

    issuer: str
    claims: Mapping[str, object] = field(default_factory=dict)
    n_signed_out: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"}))
    _codes: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def metadata_url(self) -> str:
        """Address of its description."""
        return f"{self.issuer}/.well-known/openid-configuration"

    def app(self) -> Starlette:
        """Return its routes."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
                Route("/logout", self._logout),
            ]
        )

    def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code" or "openid" not in asked["scope"].split():
            return PlainTextResponse("bad request", status_code=400)
        code = secrets.token_urlsafe()
        now = int(time.time())
        self._codes[code] = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", status_code=302)

    async def _token(self, request: Request) -> Response:
        claims = self._codes.pop(str((await request.form())["code"]), None)
        if claims is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        return JSONResponse({"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def _logout(self, request: Request) -> Response:
        self.n_signed_out += 1
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], status_code=302)


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def provider_running() -> Iterator[Provider]:
    """Run a provider while the context is open."""
    port = free_port()
    provider = Provider(issuer=f"http://127.0.0.1:{port}")
    running = uvicorn.Server(uvicorn.Config(provider.app(), host="127.0.0.1", port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        for _ in range(200):
            if running.started:
                break
            time.sleep(0.05)
        yield provider
    finally:
        running.should_exit = True
        thread.join(timeout=10)
