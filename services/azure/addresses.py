"""Which network addresses a picture may be fetched from: those of the public internet."""

from ipaddress import IPv6Address, ip_address, ip_network

_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # the Azure host itself
        "192.0.0.0/24",
        "100.64.0.0/10",
        "::/96",  # an IPv4 address inside an IPv6 one, as in the next three
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
    )
)


def is_public(address: str) -> bool:
    """Whether an address, as the resolver gives it, is one of the public internet's.

    `ipaddress.is_global` alone calls multicast, the Azure host and several ways to write 127.0.0.1 global.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    inside = any(found in network for network in _NOT_PUBLIC)
    return found.is_global and not found.is_multicast and not inside
