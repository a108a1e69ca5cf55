"""serve: the portal, and the office unless told otherwise."""

from __future__ import annotations

import os
import socket
from datetime import date
from typing import Annotated

import typer

from goodstanding.cli.frame import app, parse_day, say, the_home
from goodstanding.core.errors import AddressTaken
from goodstanding.home import ENVIRONMENT, Home

PUBLIC_ONLY = "GOODSTANDING_PUBLIC_ONLY"
DAY = "GOODSTANDING_DAY"


@app.command("serve")
def serve_command(
    public_only: Annotated[bool, typer.Option("--public-only", help="Serve the portal alone.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    on: Annotated[
        date | None, typer.Option(parser=parse_day, help="Show the register as on this day: an archive.")
    ] = None,
) -> None:
    """Serve the public register, and the office beside it."""
    serve(the_home(), public_only=public_only, port=port, host=host, on=on)


def serve(
    home: Home, *, public_only: bool = False, port: int = 8000, host: str = "127.0.0.1", on: date | None = None
) -> None:
    """Serve an installation until interrupted.

    Args:
        on: The day the portal takes for today; ``None`` follows the clock.
    Raises:
        HomeMissing: There is no installation, and the office was asked for too.
        AddressTaken: Host and port are not free.
    """
    if not public_only:
        _ = home.rulebook_digest
    _check_address(host, port)
    os.environ[ENVIRONMENT] = str(home.path)
    os.environ[PUBLIC_ONLY] = "1" if public_only else "0"
    os.environ[DAY] = "" if on is None else on.isoformat()
    from granian.constants import Interfaces
    from granian.server import Server

    shown = f"[{host}]" if ":" in host else host
    say(f"Public register: http://{shown}:{port}/")
    if not public_only:
        say(f"Office:          http://{shown}:{port}/office/")
    say("Stop with Ctrl-C.")
    Server(
        "goodstanding.serving:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_access=False,
    ).serve()


def _check_address(host: str, port: int) -> None:
    """Refuse an address in use: the server itself would restart its worker over and over."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise AddressTaken(
            asked=f"To serve on {host}, port {port}.",
            found=f"{error.strerror or error}.",
            wants="An address of this machine and a port nobody listens on.",
            next_step="Choose another --port or --host, or stop what listens there.",
        ) from None
