"""Where the links of a page land: the element that an address names after its « # »."""

import re
from urllib.parse import urljoin

LINK = re.compile(r'\bhref="([^"]*#[^"]+)"')


def broken_anchors(client, page: str, within: str = "<main") -> set[str]:
    """Return the addresses of the links of a page that name an element which the page they lead to lacks."""
    page_by_address: dict[str, str] = {}
    lost = set()
    for href in {
        each.replace("&amp;", "&")
        for each in LINK.findall(_read(client, page, page_by_address).split(within)[1])
    }:
        address, _, anchor = urljoin(page, href).partition("#")
        if address.startswith("/") and f'id="{anchor}"' not in _read(client, address, page_by_address):
            lost.add(href)
    return lost


def _read(client, address: str, page_by_address: dict[str, str]) -> str:
    if address not in page_by_address:
        page_by_address[address] = client.get(address).content.decode()
    return page_by_address[address]
