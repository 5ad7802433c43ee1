"""What the company's sign-on has to say when somebody signs out; rooms.py lets it answer."""

from flask import url_for

from lms.accounts.events import SigningOut
from lms.signon import provider


def on_signing_out(question: SigningOut) -> str:
    """Return the page that leads on to the provider's own sign-out, for who has come in through it."""
    return url_for("signon.out") if question.visit and provider.is_set() else ""
