"""Signing in against an OpenID provider that is none of ours, over real HTTP on the loopback."""

import warnings
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.core.db import session
from lms.core.settings import GroupRole
from lms.signon import provider
from tests.support.make import a_person, a_team
from tests.support.pages import send

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the provider's own libraries say of each other
    from oidc_provider_mock import User, run_server_in_thread


@pytest.fixture
def there(world, monkeypatch):
    """The provider with one person, and the app that knows of it."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    somebody = User(sub="u-1", claims={"preferred_username": "A77", "name": "周敏", "groups": ["trainers"]})
    held = world.extensions["lms_settings"]
    with run_server_in_thread(user_claims=[somebody], require_nonce=True) as server:
        url = f"http://localhost:{server.server_port}"
        world.extensions["lms_settings"] = replace(
            held,
            oidc_issuer=url,
            oidc_client_id="kefu-academy",
            oidc_client_secret="any",
            outbound_private=frozenset({f"localhost:{server.server_port}"}),
            group_roles=(GroupRole(group="trainers", role="trainer", team=""),),
        )
        provider.forget()
        yield url
        world.extensions["lms_settings"] = held
        provider.forget()


def answer_of(address, **form):
    """Do at the provider what its own page's buttons do; return the address to which it leads back."""
    answer = httpx.post(address, data=form, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return urlsplit(answer.headers["location"])


@pytest.mark.filterwarnings("ignore")  # of the provider's libraries, in its own thread
def test_a_person_signs_in_with_a_role_and_out_again_at_a_real_provider(world, client, there):
    a_team()
    person = a_person(no="A77")
    address = client.get("/sso?next=/kb").location
    assert address.startswith(there + "/oauth2/authorize?")
    assert httpx.get(address).status_code == 200
    back = answer_of(address, sub="u-1")
    answer = client.get(f"{back.path}?{back.query}")
    assert (answer.status_code, answer.location) == (302, "/kb")
    assert client.get("/inbox").status_code == 200
    roles = session().scalars(select(RoleGrant.role).where(RoleGrant.person_id == person.id)).all()
    assert roles == ["trainer"]
    assert client.get(f"{back.path}?{back.query}").status_code == 400
    send(client, "/sign-out", "/me")
    page = client.get("/sso/out").text
    assert f"{there}/oauth2/end_session" in page


@pytest.mark.filterwarnings("ignore")
def test_who_says_no_at_a_real_provider_is_told_so_here(world, client, there):
    back = answer_of(client.get("/sso").location, action="deny")
    assert parse_qs(back.query)["error"] == ["access_denied"]
    answer = client.get(f"{back.path}?{back.query}")
    assert answer.status_code == 400
    assert "回到登录页" in answer.text
