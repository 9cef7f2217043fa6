"""Finding ports on loopback that nothing else uses."""

import socket
from collections.abc import Callable, Mapping

import psutil

Tell = Callable[[str], None]


def choose_ports(service: str, wanted: Mapping[str, int], tell: Tell) -> dict[str, int]:
    """The wanted ports, each replaced by a free one if it is taken (a wanted 0 is any port); `tell` hears of those."""
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        if port and is_free(port) and port not in chosen.values():
            chosen[name] = port
            continue
        chosen[name] = _any_free(set(wanted.values()) | set(chosen.values()))
        if port:
            tell(f"{service}: port {port} ({name}) is taken by {holder(port)}; using {chosen[name]}.")
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """Who listens on the port, as far as this user may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})" if connection.pid else "others"
    except psutil.Error:
        pass
    return "another process"


def _any_free(avoid: set[int]) -> int:
    while True:
        with socket.socket() as attempt:
            attempt.bind(("127.0.0.1", 0))
            port: int = attempt.getsockname()[1]
        if port not in avoid:
            return port
