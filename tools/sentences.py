"""Measure the sentences of the public pages in French: `python tools/sentences.py http://127.0.0.1:8000`.

Reads thirty addresses of a platform that runs, prints the mean number of words of their sentences, and the
longest. A sentence ends with a full stop, a question or an exclamation mark; titles, links alone, labels and
quotations, which others wrote, are not counted.
"""

import argparse
import re
from collections.abc import Iterator
from html import escape
from statistics import mean
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from lxml import html

# Those of a public reader, in the order of the four doors.
ADDRESSES = (
    "/",
    "/carte/",
    "/carte/?ou=Grenoble",
    "/carte/?ou=Vizille&besoin=assistance",
    "/carte/?ou=Die",
    "/carte/?ou=Brest",
    "/aider-un-proche/",
    "/ateliers/",
    "/bilan/",
    "/facile/",
    "/plan-du-site/",
    "/rejoindre/",
    "/benevoles/",
    "/attestation/",
    "/apprendre/",
    "/apprendre/messages-pieges/",
    "/apprendre/messages-pieges/1/",
    "/apprendre/messages-pieges/10/",
    "/apprendre/mots-de-passe/3/",
    "/ma-carte/",
    "/territoires/",
    "/territoires/200043396/",
    "/territoires/200043396/lieux/",
    "/territoires/38185/",
    "/verifier/?q=15 % des adultes de Voiron",
    "/glossaire/",
    "/methodes/",
    "/en-bref/",
    "/confidentialite/",
    "/accessibilite/",
)
BLOCKS = ("p", "li", "dd", "figcaption", "td", "summary", "legend")
UNREAD = "script|style|template|svg|header|footer|nav|blockquote|q|code|pre"
END = re.compile(r"(?<=[.!?…])[\s\u00a0]+(?=[^\W_a-z]|«)")
WORD = re.compile(r"\d+(?:[\s\u00a0\u202f]\d{3}\b|[.,]\d+)*|[^\W_]+(?:['’-][^\W_]+)*")  # « 14 000 » is one
MAX_LISTED = 10


def n_words(sentence: str) -> int:
    return len(WORD.findall(sentence))


def in_text(text: str) -> Iterator[str]:
    """Yield the sentences of a text that has marks, without what no full stop ends."""
    for sentence in END.split(" ".join(html.fromstring(f"<p>{text}</p>").text_content().split())):
        if sentence.rstrip("» )")[-1:] in {".", "!", "?", "…"} and n_words(sentence) > 1:
            yield sentence


def sentences(page: bytes) -> Iterator[str]:
    """Yield the sentences of the main part of a page, each once."""
    root = html.fromstring(page).find(".//main")
    for tag in UNREAD.split("|"):
        for node in list(root.iter(tag)):
            node.drop_tree()
    for node in list(root.iter("br")):
        node.tail = f" {node.tail or ''}"
    for block in root.iter(*BLOCKS):
        if any(child.tag in BLOCKS for child in block.iterdescendants()):
            continue
        yield from in_text(escape(block.text_content()))


def sentences_of(base: str) -> dict[str, list[str]]:
    """Return the sentences of each address; one met twice counts where it is met first."""
    known_sentences, by_address = set[str](), {}
    for address in ADDRESSES:
        request = Request(urljoin(base, address.replace(" ", "%20").replace("%20%%20", "%20%25%20")))
        request.add_header("Accept-Language", "fr")
        with urlopen(request, timeout=120) as answer:
            by_address[address] = [
                sentence
                for sentence in dict.fromkeys(sentences(answer.read()))
                if sentence not in known_sentences
            ]
        known_sentences.update(by_address[address])
    return by_address


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", help="address of a platform that runs")
    by_address = sentences_of(parser.parse_args().base)
    for address, page in by_address.items():
        print(f"{mean(map(n_words, page or [''])):5.1f} words, {len(page):3} sentences  {address}")
    all_sentences = [sentence for page in by_address.values() for sentence in page]
    print(f"{mean(map(n_words, all_sentences)):.1f} words a sentence, {len(all_sentences)} sentences")
    for sentence in sorted(all_sentences, key=n_words, reverse=True)[:MAX_LISTED]:
        print(f"{n_words(sentence):4}  {sentence}")


if __name__ == "__main__":
    main()
