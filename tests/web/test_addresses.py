"""Addresses are remembered, and are the same as if they were built each time."""

from flask import url_for


def test_a_remembered_address_belongs_to_its_mount(app):
    with app.test_request_context("/"):
        bare = url_for("accounts.person", employee_no="A 1")
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/training"}):
        mounted = url_for("accounts.person", employee_no="A 1")
    assert (bare, mounted) == ("/people/A%201", "/training/people/A%201")


def test_one_and_true_are_not_taken_for_each_other(app):
    with app.test_request_context("/"):
        assert url_for("kb.index", n=1) == "/kb?n=1"
        assert url_for("kb.index", n=True) == "/kb?n=True"


def test_an_address_from_within_a_room_is_that_rooms_own(app):
    with app.test_request_context("/people"):
        people = url_for(".me")
    with app.test_request_context("/courses"):
        assert (people, url_for(".index")) == ("/me", "/courses")


def test_an_anchor_and_another_host_are_kept_apart(app):
    with app.test_request_context("/", base_url="http://one.example"):
        assert url_for("home.index", _anchor="a") == "/#a"
        assert url_for("home.index", _external=True) == "http://one.example/"
    with app.test_request_context("/", base_url="http://two.example"):
        assert url_for("home.index", _external=True) == "http://two.example/"
