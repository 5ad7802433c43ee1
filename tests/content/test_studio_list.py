"""The list of all documents: whom it lets in, what comes first, what a filter leaves."""

import re
from urllib.parse import unquote

import pytest

from lms.content import actions
from lms.content.forms import NOT_WRITTEN
from lms.content.grammar.findings import Severity
from lms.content.grammar.keywords import Language
from lms.content.kinds import kinds
from lms.content.models import Document
from lms.content.samples import TEMPLATES, sample
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_quiz_text, a_trainer, an_article_text
from tests.support.pages import send


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def titles(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*>(?:<input[^>]*>)?<a href="[^"]+">([^<]+)</a>', page)


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.HR, Role.ADMIN])
def test_only_who_writes_gets_in(client, role):
    sign_in(client, a_person(role))
    assert client.get("/studio").status_code == 403
    assert client.get("/studio/new").status_code == 403


def test_an_empty_studio_offers_the_first_step(client, me):
    page = client.get("/studio").text
    assert "新建第一份" in page
    assert "lms content sync" in page


def test_my_drafts_come_first_and_the_latest_change_next(client, me):
    a_draft(me, an_article_text("我的草稿"), slug="my-draft")
    other = a_trainer()
    a_document(other, an_article_text("早的"), slug="early")
    a_draft(other, an_article_text("别人的草稿"), slug="theirs")
    assert titles(client.get("/studio").text) == ["我的草稿", "别人的草稿", "早的"]


def test_a_sorted_column_puts_nothing_before_it(client, me):
    a_draft(me, an_article_text("丙"), slug="c")
    a_document(me, an_article_text("甲"), slug="a")
    a_document(me, an_article_text("乙"), slug="b")
    assert titles(client.get("/studio?sort=title").text) == sorted("甲乙丙")
    assert titles(client.get("/studio?sort=-title").text) == sorted("甲乙丙", reverse=True)


def test_filters_stand_in_the_address(client, me):
    a_document(me, an_article_text("退货"), slug="after-sales/return")
    a_document(me, a_quiz_text(title="退货小测"), kind="quiz", slug="q")
    a_draft(me, an_article_text("换货"), slug="exchange")
    assert titles(client.get("/studio?kind=quiz").text) == ["退货小测"]
    assert titles(client.get("/studio?q=after-sales").text) == ["退货"]
    assert titles(client.get("/studio?state=draft").text) == ["换货"]
    assert sorted(titles(client.get("/studio?state=published").text)) == ["退货", "退货小测"]
    assert titles(client.get("/studio?kind=nonsense").text) == []


def test_a_search_that_finds_nothing_says_so(client, me):
    a_document(me, slug="a")
    page = client.get("/studio?q=zzz").text
    assert "没有符合条件的内容" in page
    assert "清除筛选" in page


def test_what_is_archived_is_only_found_there(client, me):
    document = a_document(me, an_article_text("旧规定"), slug="old")
    with transaction():
        actions.archive(me, document.id)
    assert titles(client.get("/studio").text) == []
    assert titles(client.get("/studio?state=archived").text) == ["旧规定"]


def test_the_number_of_statements_does_not_grow_with_the_documents(client, me, statements):
    a_draft(me, slug="first")
    client.get("/studio")
    statements.clear()
    client.get("/studio")
    few = len(statements)
    for number in range(12):
        a_document(me, slug=f"more/{number}")
    statements.clear()
    assert len(titles(client.get("/studio").text)) == 13
    assert len(statements) == few


def test_fifty_documents_are_one_page(client, me):
    for number in range(51):
        a_draft(me, an_article_text(f"第{number}份"), slug=f"n{number}")
    assert len(titles(client.get("/studio").text)) == 50
    assert len(titles(client.get("/studio?page=2").text)) == 1
    assert titles(client.get("/studio?page=99").text) == []


# a new one


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_every_kind_begins_with_a_text_that_is_right_but_for_its_links(app, language):
    with app.app_context():
        for kind in (each for name, each in kinds().items() if name not in NOT_WRITTEN):
            parsed = kind.parse(sample(kind.name, language, title="新的", owner="T1001"), f"{kind.folder}/new.md")
            assert [str(f.message) for f in parsed.findings if f.severity is Severity.ERROR] == []
            assert parsed.spec.title == "新的"
            assert parsed.spec.about.owner == "T1001"


TEMPLATE_NAMES = [(kind, name) for kind, names in TEMPLATES.items() for name in names]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(("kind", "name"), TEMPLATE_NAMES)
def test_every_template_is_right_but_for_its_links(app, kind, name, language):
    with app.app_context():
        source = sample(kind, language, title="新的", owner="T1001", template=name)
        parsed = kinds()[kind].parse(source, f"{kinds()[kind].folder}/new.md")
        assert [str(finding.message) for finding in parsed.findings] == []
        assert [str(finding.message) for finding in kinds()[kind].lint(parsed.spec)] == []
        assert parsed.spec.title == "新的"


def test_a_new_document_begins_with_the_chosen_template(client, me):
    send(client, "/studio/new", kind="article:emergency", title="断网", slug="emergency/net", language="zh")
    document = session().query(Document).one()
    assert "触发条件" in client.get("/studio/article/emergency/net/edit").text
    assert document.kind == "article"


def test_a_new_document_opens_in_the_editor_as_a_draft(client, me):
    answer = send(client, "/studio/new", kind="quiz", title="运费险", slug="onboarding/freight", language="zh")
    assert answer.status_code == 303
    assert answer.location == "/studio/quiz/onboarding/freight/edit"
    document = session().query(Document).one()
    assert (document.title, document.state, document.folder) == ("运费险", "draft", "quizzes")
    assert f"负责人: {me.employee_no}" in client.get(answer.location).text


def test_a_taken_address_is_said_at_its_field_and_the_rest_is_kept(client, me):
    a_document(me, an_article_text("退货"), slug="after-sales/return")
    answer = send(client, "/studio/new", kind="article", title="又一份", slug="after-sales/return", language="zh")
    assert answer.status_code == 409
    assert "已是《退货》的" in answer.text
    assert 'value="又一份"' in answer.text


@pytest.mark.parametrize("slug", ["a/edit", "有 空格", "../secret", "a//b", "x" * 201, ".hidden"])
def test_an_address_that_can_not_be_is_refused_with_the_reason(client, me, slug):
    answer = send(client, "/studio/new", kind="article", title="题", slug=slug, language="zh")
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert session().query(Document).count() == 0


@pytest.mark.parametrize(
    ("slug", "found"), [("", "大促-值班-怎么做"), ("after-sales/", "after-sales/大促-值班-怎么做")]
)
def test_without_a_name_in_the_address_the_title_is_the_name(client, me, slug, found):
    answer = send(client, "/studio/new", kind="lesson", title="大促“值班” 怎么做", slug=slug, language="zh")
    assert unquote(answer.location) == f"/studio/lesson/{found}/edit"


def test_a_title_that_looks_like_markup_stays_text(client, me):
    send(client, "/studio/new", kind="article", title="<script>x</script>", slug="x", language="zh")
    assert "<script>x" not in client.get("/studio").text
    assert "<script>x" not in client.get("/studio/article/x/edit").text
