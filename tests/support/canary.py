"""A token that must not be seen, and the crawl that would find it: pages, JSON and files, and every link on them."""

import io
import re
import secrets
import zipfile
from html import unescape
from urllib.parse import urlsplit

HEAD = "Kz7"
"""How each token begins: what a search is made for, because a page may repeat what was searched."""
MOST_PAGES = 800


class Canary:
    """Tokens by what they stand in: plant("note 1") gives one, seen(text) says which of them are in the text."""

    def __init__(self):
        self.tokens = {}

    def plant(self, where):
        token = self.tokens[where] = f"{HEAD}{secrets.token_hex(6)}"
        return token

    def number(self, where):
        token = self.tokens[where] = str(secrets.randbelow(8 * 10**8) + 10**8)
        return token

    def seen(self, pages):
        return sorted(
            {
                f"{where} at {path}"
                for path, text in pages.items()
                for where, token in self.tokens.items()
                if token in text
            }
        )


def crawled(client, addresses):
    """Return all that this browser can get from these addresses on, by address. Nothing may fail on the way."""
    found, waiting = {}, list(dict.fromkeys(addresses))
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        if path in found:
            continue
        with client.get(path) as answer:
            assert answer.status_code < 500, path
            found[path] = text_of(answer)
        if answer.status_code < 400 and answer.mimetype == "text/html":
            waiting += [href for href in links(found[path]) if href not in found]
    return found


def links(page):
    for href in re.findall(r'(?:href|action|data-[a-z]+)="([^"#]+)', page):
        href = unescape(href)
        if href.startswith("/") and not urlsplit(href).netloc and not href.startswith(("/static", "/bootstrap")):
            yield href


def text_of(answer):
    """Return the body as text; a workbook is unpacked."""
    if answer.data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return answer.data.decode("utf-8", "replace")
