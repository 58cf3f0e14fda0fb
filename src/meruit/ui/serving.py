"""How both processes that show pages are served: waitress, one process, on the loopback address by default."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType


def serve(port: int, name: str, *, threads: int, largest: int = 26_214_400) -> None:
    """Serve the settings module of the environment until SIGTERM or Ctrl-C; a request larger than `largest` is cut."""
    import django
    from django.core.handlers.wsgi import WSGIHandler
    from waitress import create_server

    django.setup()
    host = os.environ.get("MERUIT_HOST", "127.0.0.1")
    signal.signal(signal.SIGTERM, _end)
    try:
        server = create_server(
            WSGIHandler(),
            host=host,
            port=port,
            threads=threads,
            ident=None,
            max_request_body_size=largest,
            clear_untrusted_proxy_headers=True,
            **_proxy(),
        )
    except OSError as error:
        sys.exit(f"{name} cannot listen on {host}:{port}: {error.strerror or error}.")
    print(f"{name} listens on {host}:{port}.", file=sys.stderr, flush=True)
    server.run()


def _proxy() -> dict[str, object]:
    """The proxy of a public address is on this machine, and tells the scheme."""
    from django.conf import settings

    if not settings.ADDRESSES.public:
        return {}
    return {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": {"x-forwarded-proto"}}


def _end(sign: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
