"""The journeys read a page once it is complete, however slowly it comes."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

HEAD = b"<!doctype html><title>Lente</title><a href='/lente'>Suite</a><ul><li>une</li>"
# More than a browser keeps to itself before it shows anything of a page.
FILL = b"<!--" + b" " * 70_000 + b"-->"


class SlowPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(HEAD + FILL)
        self.wfile.flush()
        if self.path == "/lente":
            time.sleep(0.5)
        self.wfile.write(b"<li>deux</li></ul>")

    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture
def slow() -> Iterator[str]:
    """The address of a site whose pages come in two halves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowPage)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "read",
    [
        lambda page: page.locator("li").count(),
        lambda page: len(page.locator("li").all()),
        lambda page: len(page.inner_text("ul").split()),
        lambda page: page.evaluate("document.querySelectorAll('li').length"),
    ],
    ids=["count", "all", "inner_text", "evaluate"],
)
def test_what_a_press_leads_to_is_read_once_it_is_whole(chromium, slow, read):
    page = chromium.new_page()
    page.goto(slow)
    page.get_by_role("link", name="Suite").click()
    assert read(page) == 2
    page.close()
