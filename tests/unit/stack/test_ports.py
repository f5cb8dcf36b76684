"""The ports."""

import os
import socket
from dataclasses import replace

import psutil
import pytest

from cli.stack.ports import Ports
from cli.stack.problems import StackError


def test_free_ports_are_free_and_all_different() -> None:
    ports = Ports.free()

    ports.check()

    assert len(set(vars(ports).values())) == len(vars(ports))


def test_taken_port_names_its_holder_and_its_setting() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        ports = replace(Ports.free(), resolver_metrics=holder.getsockname()[1])

        with pytest.raises(StackError) as caught:
            ports.check()

    assert str(caught.value).startswith(f"Port {ports.resolver_metrics} is taken by {psutil.Process().name()}")
    assert f"(process {os.getpid()})" in str(caught.value)
    assert "ATELIER_RESOLVER_METRICS_PORT" in str(caught.value)


def test_zero_is_no_port() -> None:
    replace(Ports.free(), gateway_metrics=0, resolver_metrics=0).check()


def test_port_given_twice_names_both_settings() -> None:
    ports = Ports.free()

    with pytest.raises(StackError, match="ATELIER_GATEWAY_PORT and ATELIER_RESOLVER_PORT"):
        replace(ports, resolver=ports.gateway).check()
