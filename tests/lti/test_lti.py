"""Another learning platform leads people here by LTI 1.3 and gets their marks back; nobody else gets in."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jwt
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content.models import Document, Slug
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.points import ONE_POINT
from lms.home.outgoing import ways_out
from lms.lti import platform as talking
from lms.lti.actions import platforms as acting
from lms.lti.actions.platforms import Draft
from lms.lti.jobs import forget_launches, tell_scores
from lms.lti.models import LtiNonce, LtiPlatform, LtiScore
from lms.lti.rules.launch import Expected, NotBelieved, read
from lms.lti.rules.scores import later, score, scores_of
from lms.quizzes.events import QuizGraded, QuizRegraded
from lms.records.actions import append, lock_people
from lms.records.events import DocumentCompleted, Verb
from tests.support.listening import Reply, listening
from tests.support.lti import AGS, CLAIM, CLIENT, DEEP, DEPLOYMENT, ISSUER, Moodle, begun
from tests.support.make import a_person, a_team, an_actor, sign_in
from tests.support.make_duties import a_document
from tests.support.platforms import chosen

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    talking.forget()
    with clock.frozen(NOON):
        yield


@pytest.fixture
def moodle(world):
    there = Moodle(at=int(NOON.timestamp()))
    with listening(there) as listener, chosen(world, outbound_private=frozenset({listener.place})):
        there.base, there.hits, there.academy = listener.url, listener.hits, world
        yield there


def registered(moodle, **more):
    admin = an_actor(Role.ADMIN)
    with transaction():
        public_id = acting.keep(admin, Draft(**moodle.registration(**more))).public_id
    moodle.tool_keys = moodle.academy.test_client().get("/lti/jwks.json").json
    return public_id


def name_of(document):
    slug = session().scalar(select(Slug.slug).where(Slug.document_id == document.id, Slug.is_current))
    return f"{document.kind}:{slug}"


def launched(client, moodle, *, state="", sign=None, **claims):
    known, nonce = begun(client)
    made = moodle.claims(nonce, **claims)
    token = sign(made) if sign else moodle.signed(made)
    return client.post("/lti/launch", data={"id_token": token, "state": state or known})


def me(client):
    return client.get("/me").text


def result(person, document, earned, *, passed=True, fact=QuizGraded, at=NOON, **more):
    """Let a graded attempt stand in the log and be told, as the quizzes do."""
    points = {"earned": earned * ONE_POINT, "possible": 100 * ONE_POINT}
    with transaction():
        lock_people([person.id])
        append(
            None,
            person.id,
            Verb.GRADED,
            document_id=document.id,
            revision_id=document.published_id,
            source="quiz",
            passed=passed,
            ref=f"{earned}",
            **points,
        )
        emit(
            fact(
                person_id=person.id,
                document_id=document.id,
                attempt_id="a" * 32,
                passed=passed,
                at=at,
                **points,
                **more,
            )
        )


# Coming here


def test_a_link_leads_to_its_document_signed_in(world, moodle):
    a_person(no="A77", name="王小明")
    quiz = a_document("quiz")
    registered(moodle)
    client = world.test_client()
    answer = launched(client, moodle, document=name_of(quiz))
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].endswith(name_of(quiz).split(":")[1])
    assert "王小明" in me(client)
    assert moodle.wrong == []


def test_the_cookie_of_a_launch_survives_the_way_back_from_another_site(world, moodle):
    registered(moodle)
    with chosen(world, base_url="https://academy.example.com"):
        answer = world.test_client().get(
            "/lti/login", query_string={"iss": ISSUER, "login_hint": "42", "client_id": CLIENT}
        )
    [cookie] = [value for name, value in answer.headers if name == "Set-Cookie" and "lms_lti_" in value]
    assert {"Secure", "HttpOnly", "SameSite=None"} <= {each.strip() for each in cookie.split(";")}
    assert "redirect_uri=https%3A%2F%2Facademy.example.com%2Flti%2Flaunch" in answer.headers["Location"]


def test_in_a_frame_a_new_window_is_offered(world, moodle):
    registered(moodle)
    answer = world.test_client().get(
        "/lti/login",
        query_string={"iss": ISSUER, "login_hint": "42", "client_id": CLIENT, "x": "<script>"},
        headers={"Sec-Fetch-Dest": "iframe"},
    )
    assert answer.status_code == 200
    assert 'target="_blank"' in answer.text
    assert f"frame-ancestors 'self' {moodle.base}" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in answer.text.replace("<script src", "")


def test_a_platform_may_begin_by_post(world, moodle):
    registered(moodle)
    answer = world.test_client().post("/lti/login", data={"iss": ISSUER, "login_hint": "42", "client_id": CLIENT})
    assert answer.status_code == 302


def test_the_second_time_the_account_there_is_known_whatever_the_number_says(world, moodle):
    a_person(no="A77", name="王小明")
    quiz = a_document("quiz")
    registered(moodle)
    launched(world.test_client(), moodle, document=name_of(quiz))
    client = world.test_client()
    answer = launched(client, moodle, document=name_of(quiz), **{f"{CLAIM}/custom": {"document": name_of(quiz)}})
    assert answer.status_code == 303
    assert "王小明" in me(client)


def test_a_link_remembers_its_document(world, moodle):
    a_person(no="A77")
    a_person(no="A78")
    quiz = a_document("quiz")
    registered(moodle)
    launched(world.test_client(), moodle, document=name_of(quiz))
    assert launched(world.test_client(), moodle, number="A78").status_code == 303


@pytest.mark.parametrize(
    ("registration", "claims", "status", "word"),
    [
        ({}, {"number": "nobody"}, 403, "没有认出您是谁"),
        ({}, {"number": ""}, 403, "没有认出您是谁"),
        ({"person_by": "email"}, {"email": "other@example.com"}, 403, "没有认出您是谁"),
        ({}, {"number": "BOSS"}, 403, "请在学院登录"),
        ({}, {"number": "GONE"}, 403, "账号已停用"),
        ({}, {"document": "quiz:no/such"}, 404, "还没有选内容"),
        ({}, {"document": "quiz:\0"}, 404, "还没有选内容"),
    ],
)
def test_who_is_unknown_or_stays_here_is_told_why(world, moodle, registration, claims, status, word):
    a_person(no="A77")
    a_person(Role.ADMIN, no="BOSS")
    a_person(no="GONE", active=False)
    quiz = a_document("quiz")
    registered(moodle, **registration)
    client = world.test_client()
    answer = launched(client, moodle, **{"document": name_of(quiz), **claims})
    assert (answer.status_code, word in answer.text) == (status, True)
    assert client.get("/me").status_code == 302  # nobody is signed in


def test_people_are_found_by_mail_where_the_registration_says_so(world, moodle):
    a_person(no="Z1", name="李雷", email="Wang@Example.com")
    registered(moodle, person_by="email")
    client = world.test_client()
    assert launched(client, moodle, document=name_of(a_document("quiz"))).status_code == 303
    assert "李雷" in me(client)


def test_unknown_people_are_entered_where_the_registration_says_so(world, moodle):
    team = a_team()
    registered(moodle, team=team.code)
    client = world.test_client()
    assert launched(client, moodle, number="N900", document=name_of(a_document("quiz"))).status_code == 303
    person = session().scalars(select(Person).where(Person.employee_no == "N900")).one()
    assert (person.name, person.team_id) == ("王小明", team.id)
    assert launched(world.test_client(), moodle, number="bad number!", sub="x").status_code == 403


# Hostile launches


def test_a_launch_is_taken_once(world, moodle):
    a_person(no="A77")
    quiz = a_document("quiz")
    registered(moodle)
    client = world.test_client()
    state, nonce = begun(client)
    kept = {cookie.key: cookie.value for cookie in client._cookies.values() if "lms_lti_" in cookie.key}
    token = moodle.signed(moodle.claims(nonce, document=name_of(quiz)))
    assert client.post("/lti/launch", data={"id_token": token, "state": state}).status_code == 303
    again = world.test_client()
    for name, value in kept.items():
        again.set_cookie(name, value, path="/lti/launch")
    answer = again.post("/lti/launch", data={"id_token": token, "state": state})
    assert (answer.status_code, "已经用过了" in answer.text) == (400, True)
    stranger = world.test_client().post("/lti/launch", data={"id_token": token, "state": state})
    assert (stranger.status_code, "没有带回登录凭据" in stranger.text) == (400, True)


def none_alg(claims):
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"x"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}."


HOSTILE = (
    ({"aud": "somebody"}, "不是发给学院的"),
    ({"aud": [CLIENT, "other"]}, "不是发给学院的"),
    ({"aud": [CLIENT, "other"], "azp": "other"}, "不是发给学院的"),
    ({"azp": "other"}, "不是发给学院的"),
    ({"aud": 7}, "不是发给学院的"),
    ({"iss": "https://evil.example.com"}, "不是登记过的平台"),
    ({"exp": NOON.timestamp() - 61}, "已过期"),
    ({"exp": "soon"}, "已过期"),
    ({"exp": 1e999}, "已过期"),
    ({"exp": ...}, "已过期"),
    ({"iat": NOON.timestamp() + 3_600}, "已过期"),
    ({"iat": NOON.timestamp() - 7_200}, "已过期"),
    ({"nonce": "other"}, "对不上"),
    ({"nonce": ...}, "对不上"),
    ({f"{CLAIM}/deployment_id": "dep-2"}, "Deployment"),
    ({f"{CLAIM}/deployment_id": ["dep-1"]}, "Deployment"),
    ({f"{CLAIM}/version": "1.1"}, "不是 LTI 1.3"),
    ({f"{CLAIM}/message_type": "Other"}, "看不懂"),
    ({f"{CLAIM}/resource_link": "x"}, "看不懂"),
    ({f"{CLAIM}/resource_link": {"id": "x" * 700}}, "看不懂"),
    ({"sub": ...}, "没有说您是谁"),
    ({"sub": "a\0b"}, "没有说您是谁"),
    ({"sub": 12}, "没有说您是谁"),
)


def test_what_is_wrong_in_a_launch_is_said_and_nobody_gets_in(world, moodle):
    a_person(no="A77")
    quiz = a_document("quiz")
    registered(moodle)
    for change, word in HOSTILE:
        client = world.test_client()
        answer = launched(client, moodle, document=name_of(quiz), **change)
        assert (answer.status_code, word in answer.text) == (400, True), change
        assert client.get("/me").status_code == 302


def test_what_is_not_signed_by_the_platform_is_refused(world, moodle):
    a_person(no="A77")
    quiz = a_document("quiz")
    registered(moodle)
    stranger = jwk.RSAKey.generate_key(2048, private=True)
    shared = jwk.OctKey.import_key(b"secret secret secret secret secret secret")
    for sign in (
        none_alg,
        lambda claims: moodle.signed(claims, key=stranger),
        lambda claims: moodle.signed(claims, kid="unknown"),
        lambda claims: moodle.signed(claims, alg="HS256", key=shared),
        lambda claims: moodle.signed(claims)[:-9] + "AAAAAAAAA",
        lambda claims: moodle.signed(claims).split(".")[0],
        lambda claims: "",
        lambda claims: "é" * 10,
        lambda claims: "x" * 70_000,
        lambda claims: "W10.W10.W10",
    ):
        client = world.test_client()
        answer = launched(client, moodle, document=name_of(quiz), sign=sign)
        assert (answer.status_code, "签名不对" in answer.text) == (400, True)
        assert client.get("/me").status_code == 302


def test_a_launch_of_another_browser_or_state_is_refused(world, moodle):
    a_person(no="A77")
    registered(moodle)
    mine, theirs = world.test_client(), world.test_client()
    state, nonce = begun(theirs)
    begun(mine)
    token = moodle.signed(moodle.claims(nonce, document=name_of(a_document("quiz"))))
    for wrong in (state, "", "²", "x" * 700, "../..", "\0"):
        answer = mine.post("/lti/launch", data={"id_token": token, "state": wrong})
        assert answer.status_code == 400
    with clock.frozen(NOON + timedelta(minutes=11)):
        assert "已过期" in theirs.post("/lti/launch", data={"id_token": token, "state": state}).text
    answer = theirs.post("/lti/launch", data={"error": "login_required", "state": state})
    assert "没有让您进来" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"iss": ISSUER},
        {"iss": "https://evil.example.com", "login_hint": "1"},
        {"iss": "\0", "login_hint": "1"},
        {"iss": ISSUER, "login_hint": "1", "client_id": "other"},
        {"iss": "x" * 700, "login_hint": "²"},
    ],
)
def test_a_beginning_by_nobody_we_know_is_refused(world, moodle, query):
    registered(moodle)
    assert world.test_client().get("/lti/login", query_string=query).status_code == 400


def test_a_renewed_key_is_fetched_and_an_unreachable_one_explained(world, moodle):
    a_person(no="A77")
    quiz = a_document("quiz")
    registered(moodle)
    assert launched(world.test_client(), moodle, document=name_of(quiz)).status_code == 303
    moodle.renew()
    talking.ASKED, before = 0.0, talking.ASKED
    try:
        assert launched(world.test_client(), moodle, document=name_of(quiz)).status_code == 303
    finally:
        talking.ASKED = before
    talking.forget()
    moodle.serving = False
    answer = launched(world.test_client(), moodle, document=name_of(quiz))
    assert (answer.status_code, "公钥取不到" in answer.text) == (503, True)


def test_a_paused_platform_lets_nobody_in(world, moodle):
    a_person(no="A77")
    public_id = registered(moodle)
    admin = an_actor(Role.ADMIN)
    with transaction():
        acting.switch(admin, public_id, active=False)
    answer = world.test_client().get("/lti/login", query_string={"iss": ISSUER, "login_hint": "1", "client_id": CLIENT})
    assert answer.status_code == 400


# Marks


def seated(world, moodle, kind="quiz", number="A77", **more):
    person, document = a_person(no=number), a_document(kind)
    registered(moodle)
    assert launched(world.test_client(), moodle, number=number, document=name_of(document), **more).status_code == 303
    return person, session().get_one(Document, document.id)


def test_marks_go_back_the_best_one_each_later_than_the_last(world, moodle):
    person, quiz = seated(world, moodle)
    result(person, quiz, 60, passed=False)
    assert tell_scores() == 1
    result(person, quiz, 90)
    result(person, quiz, 70, fact=QuizRegraded, passed_before=True)
    assert tell_scores() == 1  # only the newest goes out
    assert moodle.wrong == []
    assert [mark["scoreGiven"] for mark in moodle.told] == [60, 90]
    assert moodle.marks["user-A77"]["scoreMaximum"] == 100
    assert moodle.marks["user-A77"]["gradingProgress"] == "FullyGraded"
    assert len([hit for hit in moodle.hits if hit.path == "/token"]) == 1  # a token serves until it ends


def test_what_waits_for_its_marker_is_told_without_a_mark(world, moodle):
    person, quiz = seated(world, moodle)
    result(person, quiz, 40, passed=None)
    tell_scores()
    assert moodle.marks["user-A77"]["gradingProgress"] == "PendingManual"
    assert "scoreGiven" not in moodle.marks["user-A77"]


def test_a_lesson_that_is_done_is_all_of_it(world, moodle):
    person, lesson = seated(world, moodle, "lesson")
    with transaction():
        emit(DocumentCompleted(person_id=person.id, document_id=lesson.id, revision_id=None, at=NOON))
    tell_scores()
    assert moodle.marks["user-A77"]["scoreGiven"] == 100


def test_who_had_finished_before_coming_has_the_mark_at_once(world, moodle):
    person, quiz = a_person(no="A77"), a_document("quiz")
    quiz = session().get_one(Document, quiz.id)
    result(person, quiz, 88)
    registered(moodle)
    launched(world.test_client(), moodle, document=name_of(quiz))
    assert tell_scores() == 1
    assert moodle.marks["user-A77"]["scoreGiven"] == 88


def test_without_a_line_item_or_the_right_to_tell_nothing_is_told(world, moodle):
    for more in ({AGS: ...}, {AGS: {"lineitem": f"{moodle.base}/lineitems/7", "scope": []}}, {AGS: {"lineitem": 7}}):
        person, quiz = a_person(), a_document("quiz")
        if not session().scalars(select(LtiPlatform)).all():
            registered(moodle)
        launched(world.test_client(), moodle, number=person.employee_no, document=name_of(quiz), **more)
        result(person, session().get_one(Document, quiz.id), 60)
    assert tell_scores() == 0


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(500), "http 500"),
        (Reply(429, headers={"Retry-After": "60"}), "busy 429"),
        (Reply(cut=True), "broken"),
        (Reply(302), "http 302"),
    ],
)
def test_a_mark_that_was_not_taken_is_told_again(world, moodle, reply, answer):
    person, quiz = seated(world, moodle)
    moodle.replies.append(reply)
    result(person, quiz, 60)
    assert tell_scores() == 0
    [row] = session().scalars(select(LtiScore).execution_options(populate_existing=True)).all()
    assert (row.state, row.answer) == ("waiting", answer)
    with clock.frozen(NOON + timedelta(minutes=2)):
        assert tell_scores() == 1
    assert moodle.marks["user-A77"]["scoreGiven"] == 60


def test_a_token_that_was_taken_back_is_renewed_at_once(world, moodle):
    person, quiz = seated(world, moodle)
    result(person, quiz, 60)
    tell_scores()
    moodle.tokens.clear()
    result(person, quiz, 80)
    assert tell_scores() == 1
    assert moodle.marks["user-A77"]["scoreGiven"] == 80


def test_what_the_platform_refuses_waits_for_the_administrator(world, moodle):
    person, quiz = seated(world, moodle)
    moodle.replies.append(Reply(422))
    result(person, quiz, 60)
    assert tell_scores() == 0
    client = world.test_client()
    sign_in(client, a_person(Role.ADMIN))
    assert [(way.name, way.dead) for way in ways_out()] == [("内部 Moodle", 1)]
    page = client.get("/settings/lti?state=dead").text
    assert "对方服务器出错" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/settings/lti/scores", data={"csrf_token": token, "one": "\0²"}).status_code == 303
    assert client.post("/settings/lti/scores", data={"csrf_token": token}).status_code == 303
    assert tell_scores() == 1


def test_old_launches_and_marks_are_forgotten(world, moodle):
    person, quiz = seated(world, moodle)
    result(person, quiz, 60)
    tell_scores()
    with clock.frozen(NOON + timedelta(days=31)):
        assert forget_launches() == 2
    assert session().scalars(select(LtiNonce)).all() == []


# Choosing


def test_a_teacher_there_chooses_and_the_platform_gets_it_signed(world, moodle):
    a_person(no="A77")
    quiz = a_document("quiz")
    registered(moodle)
    client = world.test_client()
    state, nonce = begun(client)
    token = moodle.signed(moodle.choosing(nonce))
    answer = client.post("/lti/launch", data={"id_token": token, "state": state})
    assert answer.headers["Location"].endswith("/lti/choose")
    page = client.get("/lti/choose").text
    assert name_of(quiz) in page
    form = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
    for wrong in ([], ["quiz:no/such"], ["\0"], [name_of(quiz), name_of(a_document("lesson"))]):
        assert client.post("/lti/choose", data={**form, "document": wrong}).status_code == 422
    answer = client.post("/lti/choose", data={**form, "document": [name_of(quiz)]})
    assert f"form-action 'self' {moodle.base};" in answer.headers["Content-Security-Policy"]
    signed = re.search(r'name="JWT" value="([^"]+)"', answer.text)[1]
    found = jwt.decode(signed, jwk.KeySet.import_key_set(moodle.tool_keys), ["RS256"]).claims
    assert (found["iss"], found["aud"]) == (CLIENT, ISSUER)
    assert found[f"{CLAIM}/message_type"] == "LtiDeepLinkingResponse"
    assert found[f"{CLAIM}/deployment_id"] == DEPLOYMENT
    assert found[f"{DEEP}/data"] == "op=321"
    [item] = found[f"{DEEP}/content_items"]
    assert item["type"] == "ltiResourceLink"
    assert item["custom"] == {"document": name_of(quiz)}
    assert item["lineItem"]["scoreMaximum"] == 100
    assert client.get("/lti/choose").status_code == 400  # it is done


def test_choosing_without_being_asked_leads_nowhere(world, moodle):
    client = world.test_client()
    sign_in(client, a_person())
    assert client.get("/lti/choose").status_code == 400


def test_a_return_address_that_is_none_is_refused(world, moodle):
    a_person(no="A77")
    registered(moodle)
    for settings in ({}, "x", {"deep_link_return_url": "javascript:alert(1)", "accept_types": ["ltiResourceLink"]}):
        client = world.test_client()
        state, nonce = begun(client)
        made = moodle.choosing(nonce, **{f"{DEEP}/deep_linking_settings": settings})
        assert client.post("/lti/launch", data={"id_token": moodle.signed(made), "state": state}).status_code == 400


# Registering


def test_the_administrator_registers_changes_and_forgets(world, moodle):
    client = world.test_client()
    sign_in(client, a_person(Role.ADMIN))
    page = client.get("/settings/lti").text
    form = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
    empty = client.post("/settings/lti", data=form)
    assert empty.status_code == 422
    assert empty.text.count('role="alert"') >= 7
    junk = dict.fromkeys(moodle.registration(), "²" * 700 + "\x00")
    assert client.post("/settings/lti", data={**form, **junk, "team": "x"}).status_code == 422
    assert client.post("/settings/lti", data={**form, **moodle.registration()}).status_code == 303
    assert client.post("/settings/lti", data={**form, **moodle.registration()}).status_code == 422  # there is one
    [one] = session().scalars(select(LtiPlatform)).all()
    address = f"/settings/lti/{one.public_id}"
    assert ISSUER in client.get(address).text
    changed = client.post(address, data={**form, **moodle.registration(name="考试平台"), "do": "keep"})
    assert changed.status_code == 303
    assert "考试平台" in client.get("/settings/lti").text
    for do in ("off", "on", "remove"):
        assert client.post(address, data={**form, "do": do}).status_code == 303
    assert client.get(address).status_code == 404
    assert world.test_client().get("/lti/config.json").json["oidc_initiation_url"].endswith("/lti/login")


def test_a_platform_with_people_and_marks_can_be_forgotten(world, moodle):
    person, quiz = seated(world, moodle)
    result(person, quiz, 60)
    [one] = session().scalars(select(LtiPlatform)).all()
    admin = an_actor(Role.ADMIN)
    with transaction():
        acting.remove(admin, one.public_id)
    assert session().scalars(select(LtiScore)).all() == []


# Rules


EXPECTED = Expected(issuer=ISSUER, client_id=CLIENT, deployments=(DEPLOYMENT,), nonce="n")
PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
ANY = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@given(
    st.dictionaries(
        st.sampled_from([*Moodle(at=int(NOON.timestamp())).claims("n"), "azp", f"{DEEP}/deep_linking_settings"]), ANY
    )
)
def test_no_claim_whatever_breaks_the_reading(change):
    with clock.frozen(NOON):
        made = {**Moodle(at=int(NOON.timestamp())).claims("n"), **change}
    try:
        launch = read(made, EXPECTED, int(NOON.timestamp()), "employee_no")
    except NotBelieved:
        return
    assert launch.subject


@given(st.lists(st.integers(0, 10_000)))
def test_times_of_marks_grow_by_at_least_a_millisecond(times):
    last, told = None, []
    for each in times:
        last = later(NOON + timedelta(microseconds=each), last)
        told.append(score("x", 1, 1, last)["timestamp"])
    assert told == sorted(set(told))


def test_scores_stand_before_the_query_of_a_line_item():
    assert scores_of("https://a.cn/l/7/lineitem?type_id=1") == "https://a.cn/l/7/lineitem/scores?type_id=1"
    assert scores_of("https://a.cn/l/7/") == "https://a.cn/l/7/scores"
