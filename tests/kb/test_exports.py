"""What leaves the house for chat tools and bots: nothing internal, nothing run out, no formula, nothing restricted."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms.cli import main
from lms.core import clock
from lms.core.access import Role
from lms.kb import queries
from lms.kb.exports import faq_csv, scripts_csv
from lms.kb.rules.exporting import Places, faq_rows, script_rows, written
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text

TODAY = date(2026, 11, 22)
BODY = (
    "## 时效\n七天内申请。\n\n> 内部：保密一句。\n\n"
    "## 怎么说\n同意：\n\n> 话术：{昵称}，订单{订单号}可以退。\n\n"
    "## 往年\n`生效:2025-11-01..2025-11-20` `按下单日`\n\n十天。\n\n> 话术：往年的。\n\n"
    "## 将来\n`生效:2099-01-01..` `按下单日`\n\n三十天。\n\n> 话术：将来的。\n"
)


def article(title: str = "退货", body: str = BODY, slug: str = "after-sales/return", **front: str):
    return a_document(a_trainer(), an_article_text(title, body, **front), slug=slug)


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_script_goes_out_with_its_category_and_code(world):
    article(标签="[售后]", 别名="[怎么退, 想退货]")
    assert script_rows(queries.exported(), Places.BRACES, TODAY) == [
        ("售后", "退货-同意", "{昵称}，订单{订单号}可以退。")
    ]


def test_what_has_run_out_or_not_begun_is_no_script(world):
    article()
    words = "".join(row[2] for row in script_rows(queries.exported(), Places.BRACES, TODAY))
    assert "往年的" not in words
    assert "将来的" not in words


def test_the_same_wording_goes_out_once(world):
    article()
    article("换货", "## 说\n> 话术：{昵称}，订单{订单号}可以退。", slug="x/exchange")
    assert len(script_rows(queries.exported(), Places.BRACES, TODAY)) == 1


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (Places.BRACES, "{昵称}好"),
        (Places.HASHES, "#昵称#好"),
        (Places.SQUARE, "【昵称】好"),
        (Places.DOLLAR, "${昵称}好"),
    ],
)
def test_a_place_to_fill_in_is_written_as_the_tool_has_it(places: Places, words: str):
    assert written("{昵称}好", places) == words


def test_questions_are_the_sections_and_the_aliases_belong_to_the_first(world):
    article(别名="[怎么退, 想退货]")
    found = faq_rows(queries.exported(), TODAY)
    assert [(row[0], row[1]) for row in found] == [("退货", "怎么退|想退货"), ("退货：怎么说", ""), ("退货：将来", "")]
    assert found[0][2] == "七天内申请。"
    assert str(found[2][3]) == "2099-01-01 至 …，按下单日"


def test_no_answer_holds_what_is_internal_or_has_run_out(world):
    article()
    data = faq_csv(queries.exported()).decode("utf-8-sig") + scripts_csv(queries.exported(), Places.BRACES).decode()
    assert "保密一句" not in data
    assert "往年的" not in data


def test_an_answer_says_until_when_it_is_confirmed(world):
    with clock.frozen(clock.now().replace(year=2026, month=11, day=22, hour=4)):
        article("普通", "## 说明\n照办。", 复审周期="90天")
    assert faq_rows(queries.exported(), TODAY)[0][3] == "2027-02-20"


@pytest.mark.parametrize("start", ["=1+1", "@cmd", "-2+3", "+86", "\t=1"])
def test_no_cell_is_run_as_a_formula(world, start: str):
    article("退货", f"## 说\n> 话术：{start}，您好", slug="x/a")
    cell = table(scripts_csv(queries.exported(), Places.BRACES))[1][2]
    assert cell.startswith("'") or not cell.lstrip().startswith(("=", "@", "-", "+"))


def test_restricted_articles_are_left_out_unless_asked_for(world):
    article("赔付", "## 说\n> 话术：保密话术。", slug="x/limits", 可见="[质检]")
    assert queries.exported() == []
    assert [each.title for each in queries.exported(restricted=True)] == ["赔付"]


def test_an_article_with_the_tag_internal_stays_in_the_house_unless_asked_for(world):
    article("赔付", slug="x/limits", 标签="[售后, 内部]")
    assert queries.exported() == []
    assert queries.restricted_count() == len(queries.exported(restricted=True)) == 1


@pytest.fixture
def trainer(client: FlaskClient) -> FlaskClient:
    sign_in(client, a_person(Role.TRAINER))
    return client


def test_the_page_shows_how_many_go_out_and_gives_the_files(trainer: FlaskClient):
    article(标签="[售后]")
    article("赔付", "## 说\n> 话术：保密话术。", slug="x/limits", 可见="[质检]")
    page = trainer.get("/kb/export").get_data(as_text=True)
    assert "共 1 条" in page
    assert "的 1 条知识" in page
    assert "保密话术" not in page
    answer = trainer.get("/kb/export?file=scripts&places=hashes")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="scripts-')
    assert table(answer.data) == [["分组", "编码", "内容"], ["售后", "退货-同意", "#昵称#，订单#订单号#可以退。"]]
    assert "保密话术" in trainer.get("/kb/export?file=scripts&restricted=1").get_data(as_text=True)
    assert trainer.get("/kb/export?file=scripts&folder=nowhere").get_data(as_text=True).count("\n") == 1


def test_only_who_edits_content_exports(client: FlaskClient):
    for role in (Role.AGENT, Role.LEAD, Role.QUALITY):
        sign_in(client, a_person(role))
        assert client.get("/kb/export?file=scripts").status_code == 403


def test_the_commands_write_the_same_files(world, tmp_path: Path):
    article(标签="[售后]")
    runner = world.test_cli_runner()
    for command, headers in (
        ("export-scripts", ["分组", "编码", "内容"]),
        ("export-faq", ["问", "相似问", "答", "有效期"]),
    ):
        target = tmp_path / f"{command}.csv"
        result = runner.invoke(main, ["kb", command, str(target)], obj=world)
        assert result.exit_code == 0, result.output
        assert table(target.read_bytes())[0] == headers
