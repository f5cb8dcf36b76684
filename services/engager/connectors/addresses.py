"""Which addresses may be called: of the public internet only, unless the settings allow more (SSRF).

A name says nothing about where it leads, and may lead elsewhere the next moment. So the addresses that it stands for
now are looked up here, each is checked, and the connection goes to one of these very addresses: see network.py.
"""

import asyncio
import re
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_LOOK_UPS_AT_ONCE = 32
_LOOK_UP_SECONDS = 5.0

# What Python 3.11 calls global, and isn't a place on the internet; with where it leads.
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's machines' host: a public address that is only theirs
        "192.0.0.0/24",  # protocols' own (RFC 6890); Oracle's metadata stand there
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "::/96",  # IPv4, written as IPv6 (RFC 4291, 2.5.5.1)
        "::ffff:0:0/96",  # the same, mapped (RFC 4291, 2.5.5.2)
        "::ffff:0:0:0/96",  # the same, translated (RFC 2765)
        "64:ff9b::/96",  # the same by NAT64 (RFC 6052)
        "64:ff9b:1::/48",  # the same, of a local kind (RFC 8215)
        "2001::/23",  # protocols' own, Teredo among them (RFC 2928, RFC 4380)
        "2002::/16",  # IPv4 by 6to4 (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "fec0::/10",  # sites' own, as it was (RFC 3879)
    )
)


class AddressRefused(Exception):
    """An address may not be called. The text says why to whoever set it, and not where a name leads."""


class Addresses:
    """The judge of addresses. `allowed` are networks that may be called though they aren't public."""

    def __init__(self, *, allow_http: bool = False, allowed: Sequence[Network] = ()) -> None:
        self._schemes = {"https", "http"} if allow_http else {"https"}
        self._allowed = tuple(allowed)
        # Its own threads, as a name server that doesn't answer holds one for long.
        self._threads = ThreadPoolExecutor(_LOOK_UPS_AT_ONCE, thread_name_prefix="names")

    async def check(self, url: str) -> None:
        """Raise AddressRefused for what may not be called as things are. A name that nobody knows yet may be."""
        read = self.read(url)
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                await self.resolve(read.raw_host.decode("ascii"))
        except (OSError, TimeoutError):
            return

    def read(self, url: str) -> httpx.URL:
        """A URL of a form that may be called. Raises AddressRefused."""
        try:
            read = httpx.URL(url)
        except httpx.InvalidURL:
            raise AddressRefused("must be an address") from None
        if read.scheme not in self._schemes:
            raise AddressRefused(f"must begin with {' or '.join(f'{scheme}://' for scheme in sorted(self._schemes))}")
        if not _HOST.fullmatch(read.raw_host) or not 0 < (443 if read.port is None else read.port) < 2**16:
            raise AddressRefused("must name a host, and a port of 1 to 65535 if any")
        if read.userinfo or read.fragment:
            raise AddressRefused("must have no user, no password and no fragment")
        return read

    async def resolve(self, host: str) -> list[str]:
        """All addresses of a host, each checked. Raises AddressRefused, and OSError for a name that nobody knows."""
        addresses = await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host)
        if not all(self._may_be_called(address) for address in addresses):
            raise AddressRefused("leads to a network that may not be called")
        return [str(address) for address in addresses]

    def _may_be_called(self, address: Address) -> bool:
        return _is_public(address) or any(address in network for network in self._allowed)


def _look_up(host: str) -> list[Address]:
    # As bytes: Python would encode a text by rules of its own, which fail in other ways.
    found = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    return [ip_address(place[0]) for *_, place in found]


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)
