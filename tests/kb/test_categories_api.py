"""The categories of articles over the API: who approves what is written in one, whether its pages are marked."""

from lms.core.access import Role
from tests.support.calling import caller, wrong
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, an_article_text


def test_categories_are_set_together_or_not_at_all(world, client):
    team, call = a_team("公司"), caller(client)
    trainer, agent = a_person(Role.TRAINER, team=team), a_person(team=team)
    a_document(as_actor(trainer), an_article_text("七天无理由", "## 时效\n48 小时"), slug="after-sales/return-7d")
    status, found = call(trainer, "GET", "/kb/categories")
    plain = {"folder": "after-sales", "reviewer": None, "watermark": False}
    assert (status, found["items"]) == (200, [plain])
    wanted = {"folder": "after-sales", "reviewer": trainer.employee_no, "watermark": True}
    assert call(trainer, "PUT", "/kb/categories", {"items": [wanted]})[1]["items"] == [wanted]
    assert call(trainer, "PUT", "/kb/categories", {"items": []})[1]["items"] == [wanted]
    bad = [plain, {"folder": "none", "reviewer": agent.employee_no, "watermark": True}]
    status, answer = call(trainer, "PUT", "/kb/categories", {"items": bad})
    assert (status, wrong(answer)) == (422, ["items.1.folder", "items.1.reviewer"])
    assert call(trainer, "GET", "/kb/categories")[1]["items"] == [wanted]
    assert call(trainer, "PUT", "/kb/categories", {"items": [plain]})[1]["items"] == [plain]
    assert call(agent, "PUT", "/kb/categories", {"items": [plain]})[0] == 403
