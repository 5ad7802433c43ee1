"""The one way out: what may be called, what is never called, and what a failing other side can do to us."""

import logging
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lms.core import http
from lms.core.http import Failed, Refused, send
from tests.support.listening import Reply, listening


def good(_):
    return Reply(body={"ok": True})


def addresses(port):
    return [
        f"http://127.0.0.1:{port}/",
        f"http://127.8.9.10:{port}/",
        f"http://127.1:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f000001:{port}/",
        f"http://0x7f.0.0.1:{port}/",
        f"http://0177.0.0.1:{port}/",
        f"http://0.0.0.0:{port}/",
        f"http://localhost:{port}/",
        f"http://LOCALHOST.:{port}/",
        f"http://[::1]:{port}/",
        f"http://[::]:{port}/",
        f"http://[::ffff:127.0.0.1]:{port}/",
        f"http://[::ffff:7f00:1]:{port}/",
        f"http://[64:ff9b::7f00:1]:{port}/",
        f"http://[2002:7f00:1::]:{port}/",
        f"http://①②⑦.⓪.⓪.①:{port}/",
    ]


METADATA = [
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.3.4/",
    "http://192.168.1.1/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
]


def test_no_spelling_of_the_own_machine_is_called():
    with listening(good) as there:
        for url in addresses(there.port):
            with pytest.raises((Refused, Failed)) as refused:
                send("POST", url, json={}, private_allowed=())
            assert refused.value.word in ("private", "address", "name"), url
    assert there.hits == []


@pytest.mark.parametrize("url", METADATA)
def test_no_own_net_and_no_metadata_is_called(url):
    with pytest.raises(Refused, match="private"):
        send("GET", url, private_allowed=())


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://127.0.0.1:25/",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
        "http://",
        "http://user:pw@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://exa mple.com/",
        "http://example.com/\r\nHost: x",
        "http://[::1/",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused(url):
    with pytest.raises(Refused):
        send("GET", url, private_allowed=())


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with listening(good) as there, pytest.raises(Refused, match="private"):
        send(
            "GET",
            f"http://mixed.example:{there.port}/",
            private_allowed=(),
            resolve=lambda *_: ["93.184.215.14", "127.0.0.1"],
        )
    assert there.hits == []


def test_a_name_is_looked_up_once_so_a_second_answer_can_not_lead_elsewhere():
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    with listening(good) as there, pytest.raises(Refused):
        send("GET", f"http://rebind.example:{there.port}/", private_allowed=(), resolve=rebinding, timeout=1)
    assert (asked, there.hits) == (["rebind.example"], [])


def test_the_connection_goes_to_the_address_that_was_checked():
    with listening(good) as there:
        name = f"chat.corp.lan:{there.port}"
        answer = send("GET", f"http://{name}/x", private_allowed={name}, resolve=lambda *_: ["127.0.0.1"])
    assert answer.json() == {"ok": True}
    assert there.hits[0].headers["Host"] == name


def test_what_the_installation_allows_is_allowed_on_that_port_alone():
    with listening(good) as there, listening(good) as other:
        assert send("GET", there.url, private_allowed={there.place}).is_good
        with pytest.raises(Refused):
            send("GET", other.url, private_allowed={there.place})
    assert other.hits == []


def test_metadata_is_never_called_whatever_is_allowed():
    with pytest.raises(Refused):
        send("GET", "http://169.254.169.254/", private_allowed={"169.254.169.254:80"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status):
    with listening(good) as secret, listening(lambda _: Reply(status, headers={"Location": secret.url})) as there:
        answer = send("POST", there.url, json={}, private_allowed={there.place, secret.place})
    assert (answer.status, answer.is_good, secret.hits) == (status, False, [])


def test_no_proxy_of_the_environment_sees_anything(monkeypatch):
    with listening(good) as proxy, listening(good) as there:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert send("GET", there.url, private_allowed={there.place}).is_good
    assert (len(there.hits), proxy.hits) == (1, [])


def test_a_call_ends_in_time_whether_nothing_comes_or_one_byte_after_the_other():
    for reply in (Reply(wait=30), Reply(body=b"x" * 500, slowly=0.05)):
        with listening(lambda _, reply=reply: reply) as there, pytest.raises(Failed, match="timeout"):
            send("GET", there.url, private_allowed={there.place}, timeout=0.4)


def test_headers_that_never_end_are_cut_off_in_time():
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Failed, match="timeout"):
            send("GET", f"http://{place}/", private_allowed={place}, timeout=0.3)


def test_an_answer_without_end_is_cut_off():
    with (
        listening(lambda _: Reply(body=b"x" * (http.MOST_BYTES + 1))) as there,
        pytest.raises(Failed, match="too_large"),
    ):
        send("GET", there.url, private_allowed={there.place})


def test_what_is_packed_is_not_unpacked():
    bomb = b"\x1f\x8b\x08\x00" + b"\x00" * 60
    with listening(lambda _: Reply(body=bomb, headers={"Content-Encoding": "gzip"})) as there:
        assert send("GET", there.url, private_allowed={there.place}).body == bomb


def test_each_way_to_fail_has_its_word():
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Failed, match="refused"):
        send("GET", f"http://{closed}/", private_allowed={closed})
    with listening(lambda _: Reply(cut=True)) as there:
        with pytest.raises(Failed, match="broken"):
            send("GET", there.url, private_allowed={there.place})
        with pytest.raises(Failed, match="tls"):
            send("GET", there.url.replace("http:", "https:"), private_allowed={there.place})
    with pytest.raises(Failed, match="name"):
        send("GET", "http://nobody.invalid/", private_allowed=())


@pytest.mark.parametrize(("body", "word"), [(b"<html>", 1), (b"[1]", 1), (b"\xff", 1), (b"[" * 100_000, 1)])
def test_garbage_is_no_answer(body, word):
    with listening(lambda _: Reply(body=body)) as there, pytest.raises(Failed, match="unreadable"):
        send("GET", there.url, private_allowed={there.place}).json()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None), ("-5", None), ("9" * 30, 86_400), ("", None)],
)
def test_retry_after_is_a_number_or_a_date_and_never_more_than_a_day(header, seconds):
    with listening(lambda _: Reply(429, headers={"Retry-After": header})) as there:
        assert send("GET", there.url, private_allowed={there.place}).retry_after == seconds


@pytest.mark.parametrize("reply", [Reply(500), Reply(cut=True), Reply(body=b"x" * (http.MOST_BYTES + 1))])
def test_no_secret_stands_in_a_log_or_an_error(caplog, reply):
    caplog.set_level(logging.DEBUG)
    said = ""
    with listening(lambda _: reply) as there:
        try:
            send(
                "POST",
                there.url,
                json={"a": "canary-b"},
                params={"access_token": "canary-q"},
                headers={"Authorization": "canary-h"},
                private_allowed={there.place},
            )
        except Failed as error:
            logging.getLogger("lms").exception("a job failed")
            said = repr(error)
    assert "canary" not in said + caplog.text


def test_a_certificate_of_nobody_is_no_connection(tmp_path):
    """Signed by itself; and the name is checked, because the context says so."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "one.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(plain + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as there:

        def shake() -> None:
            with suppress(OSError), context.wrap_socket(there.accept()[0], server_side=True) as talk:
                talk.recv(1)

        thread = threading.Thread(target=shake, daemon=True)
        thread.start()
        port = there.getsockname()[1]
        with pytest.raises(Failed, match="tls"):
            send("GET", f"https://localhost:{port}/", private_allowed={f"localhost:{port}"})
        thread.join(10)
    assert (http.trusted().check_hostname, http.trusted().verify_mode) == (True, ssl.CERT_REQUIRED)
