"""Test that the second emulator can be reached from this machine only, and keeps nothing from one test to the next."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest_socket

if TYPE_CHECKING:
    from localcloud.ministack import Ministack


def test_it_listens_on_the_loopback_address_only(ministack: Ministack) -> None:
    pytest_socket.enable_socket()
    for address, expected in (
        ("127.0.0.1", True),
        ("127.0.0.2", False),
    ):  # a server for every address has both
        with socket.socket() as probe:
            assert (probe.connect_ex((address, ministack.port)) == 0) is expected


def test_a_reset_deletes_everything(ministack: Ministack) -> None:
    pytest_socket.enable_socket()
    ministack.world.client("sqs").create_queue(QueueName="left")
    ministack.reset()
    assert not ministack.world.client("sqs").list_queues().get("QueueUrls")
