"""Finding ports that nothing else uses."""

import os
import socket
from collections.abc import Iterator

import pytest

from fototeca.machine.ports import choose_ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_kept_without_a_word() -> None:
    said: list[str] = []
    port = choose_ports("web", {"http": 0}, said.append)["http"]

    assert choose_ports("web", {"http": port}, said.append) == {"http": port}
    assert said == []


def test_a_taken_port_is_replaced_and_its_holder_named(taken: int) -> None:
    said: list[str] = []
    chosen = choose_ports("web", {"http": taken}, said.append)["http"]

    assert chosen != taken
    assert is_free(chosen)
    assert f"port {taken} (http) is taken by" in said[0]
    assert f"pid {os.getpid()}" in said[0]
    assert str(chosen) in said[0]


def test_all_ports_of_a_service_differ() -> None:
    chosen = choose_ports("web", dict.fromkeys("abcdefgh", 0), print)

    assert len(set(chosen.values())) == 8
