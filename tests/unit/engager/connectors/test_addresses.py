"""Which addresses may be called."""

from ipaddress import ip_network

import pytest

from services.engager.connectors.addresses import Addresses, AddressRefused


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "localhost",
        "LOCALHOST",
        "0.0.0.0",  # noqa: S104 - to be refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::ffff:0:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[2001::1]",
        "[2002:7f00:1::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff0e::1]",
    ],
)
async def test_what_is_no_place_on_the_internet_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        await Addresses().check(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700:4700::1111]"])
async def test_what_is_public_may_be_called(host: str) -> None:
    await Addresses().check(f"https://{host}/hook")


async def test_networks_that_are_allowed_may_be_called_and_others_not() -> None:
    addresses = Addresses(allowed=[ip_network("10.0.0.0/8"), ip_network("::1/128")])

    await addresses.check("https://10.1.2.3/hook")
    await addresses.check("https://[::1]/hook")
    with pytest.raises(AddressRefused):
        await addresses.check("https://192.168.1.1/hook")


async def test_a_name_that_nobody_knows_yet_may_be_called() -> None:
    await Addresses().check(f"https://{'x' * 64}.invalid/hook")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://8.8.8.8/", "must begin with https://"),
        ("ftp://8.8.8.8/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("//8.8.8.8/", "must begin with https://"),
        ("https://", "must name a host, and a port of 1 to 65535 if any"),
        ("https:///hook", "must name a host, and a port of 1 to 65535 if any"),
        ("https://8.8.8.8:0/", "must name a host, and a port of 1 to 65535 if any"),
        ("https://8.8.8.8:99999/", "must name a host, and a port of 1 to 65535 if any"),
        ("https://me:secret@8.8.8.8/", "must have no user, no password and no fragment"),
        ("https://8.8.8.8/#there", "must have no user, no password and no fragment"),
        ("https://[::1/", "must be an address"),
        ("https://8.8.8.8/\x00", "must be an address"),
        ("https://exa mple/", "must name a host, and a port of 1 to 65535 if any"),
    ],
)
async def test_a_form_that_is_wrong_is_told(url: str, problem: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        await Addresses().check(url)

    assert str(refused.value) == problem


def test_http_is_called_where_the_settings_allow_it() -> None:
    assert Addresses(allow_http=True).read("http://8.8.8.8/").scheme == "http"
