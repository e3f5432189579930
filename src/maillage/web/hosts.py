"""Hosts of addresses: public, or inside the network of whoever serves the platform."""

import ipaddress

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(host: str) -> bool:
    """Return True for a public host, by its name or its IP: an IPv6 by the IPv4 that it leads to. No name is
    resolved.

    >>> [is_public(host) for host in ("1.1.1.1", "10.0.0.7", "64:ff9b::7f00:1", "2002:7f00:1::")]
    [True, False, False, False]
    >>> [is_public(host) for host in ("exemple.fr", "localhost", "serveur.local")]
    [True, False, False]
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local"))
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            within = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return within.is_global
    return address.is_global and not address.is_multicast
