"""Mail by SMTP, the other way out of the house. Nothing else may speak SMTP.

A letter's headers are made by the library from single lines, so that no name, title or address can add one. The key
becomes the Message-ID: a letter that went out twice, because its answer was lost, is one for the reader's program.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from lms.core import clock
from lms.core.here import settings
from lms.core.http import trusted
from lms.core.trouble import Trouble

SECONDS = 15.0
"""How long one step of the talk with the mail server may take."""


PLAIN = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")
"""An address and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to one person. key: the same letter has the same. unsubscribe: where they choose what they get."""

    to: str
    name: str
    subject: str
    text: str
    html: str
    key: str
    unsubscribe: str = ""


class Post:
    """A connection to the mail server."""

    def __init__(self, server: smtplib.SMTP, sender: Address) -> None:
        self._server = server
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Hand one letter over. Raises Trouble; of a lasting one the address is at fault."""
        message = written(letter, self._sender)
        to = message["To"].addresses[0].addr_spec
        try:
            self._server.send_message(message, from_addr=self._sender.addr_spec, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()), (550, b""))
            raise Trouble("recipient", _said(code, said), lasting=code >= 500, whole=code == 421) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Trouble("recipient", "SMTPUTF8", lasting=True) from error  # an address in Chinese letters
        except smtplib.SMTPResponseException as error:
            detail = _said(error.smtp_code, error.smtp_error)
            raise Trouble("mail", detail, whole=error.smtp_code in (421, 454) or error.smtp_code // 100 != 5) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Trouble(_word(error), whole=True) from error


def _said(code: int, said: bytes | str) -> str:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(words.split())[:200]}"


def _word(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, smtplib.SMTPException) or not isinstance(error, OSError) or isinstance(error, ConnectionError):
        return "broken"
    return "name"


@contextmanager
def post() -> Iterator[Post]:
    """Open a connection to LMS_MAIL_URL. Raises Trouble."""
    parts = urlsplit(settings().mail_url)
    sender = address(settings().mail_from)
    if not parts.hostname or sender is None:
        raise Trouble("setting", "LMS_MAIL_URL, LMS_MAIL_FROM", whole=True)
    starttls = parse_qs(parts.query).get("starttls", ["0"])[0] in ("1", "true", "yes")
    server: smtplib.SMTP
    try:
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=SECONDS, context=trusted())
        else:
            server = smtplib.SMTP(parts.hostname, parts.port or (587 if starttls else 25), timeout=SECONDS)
        try:
            if starttls:
                server.starttls(context=trusted())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
    except smtplib.SMTPAuthenticationError as error:
        raise Trouble("auth", str(error.smtp_code), whole=True) from None  # what it says may quote the name
    except (smtplib.SMTPException, OSError) as error:
        raise Trouble(_word(error), whole=True) from error
    try:
        yield Post(server, sender)
    finally:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def address(written_as: str) -> Address | None:
    """Return an address with or without a name, as `Name <who@where>`; None where it is none."""
    if any(character in written_as for character in "\r\n\0"):
        return None
    name, spec = parseaddr(written_as)
    user, _, domain = spec.rpartition("@")
    if not user or ("." not in domain and domain != "localhost"):
        return None
    try:
        return Address(display_name=_line(name), username=user, domain=domain)
    except (ValueError, MessageError, IndexError):
        return None


def written(letter: Letter, sender: Address) -> EmailMessage:
    """Return the letter as a message, text first, then HTML. Raises Trouble for an address that is none."""
    to = address(letter.to) if PLAIN.fullmatch(letter.to) else None
    if to is None:
        raise Trouble("recipient", "", lasting=True)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = Address(display_name=_line(letter.name), username=to.username, domain=to.domain)
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter.key}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _line(text: str) -> str:
    """Return the text as one line without control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:200]
