"""Whatever an author writes, and wherever it is shown to another author or a learner, none of it runs."""

import pytest
from playwright.sync_api import expect

from lms.content import actions
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.live import Floor
from tests.support.make import a_person, as_actor
from tests.support.make_content import an_article_text

pytestmark = pytest.mark.browser

HIT = "document.documentElement.dataset.hit=1"
PAYLOADS = [
    f"<script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f"<svg/onload={HIT}>",
    f'"><img src=x onerror={HIT}>',
    f"'><svg onload={HIT}>",
    f"</textarea><script>{HIT}</script>",
    f"</title><script>{HIT}</script>",
    f"</code></li></ol><img src=x onerror={HIT}>",
    f"[x](javascript:{HIT})",
    f"[x](JaVaScRiPt&colon;{HIT})",
    f"[x](data:text/html,<script>{HIT}</script>)",
    f'![x](x" onerror="{HIT})',
    f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    f"<a href='vbscript:{HIT}'>x</a>",
    f"<details open ontoggle={HIT}>",
    f"<input autofocus onfocus={HIT}>",
    f"<math><mtext></mtext><mglyph><style></math><img src=x onerror={HIT}>",
    f"<noscript><p title='</noscript><img src=x onerror={HIT}>'>",
    f"{{{{constructor.constructor('{HIT}')()}}}}",
    f"{{% raw %}}${{{HIT}}}",
    f"\u2028<script>{HIT}</script>",
    f"<x contenteditable onbeforeinput={HIT}>",
    f"<form action=javascript:{HIT}><button>x</button></form>",
    f"<meta http-equiv=refresh content='0;url=javascript:{HIT}'>",
]
GROUPS = [PAYLOADS[start : start + 6] for start in range(0, len(PAYLOADS), 6)]


def quiz_text(group: list[str]) -> str:
    flat = " ".join(group).replace('"', "'").replace("\u2028", " ")
    questions = "\n\n".join(
        f"### {p}\n1. [x] {p}\n    - 解析：{p}\n2. [ ] 别的\n\n> 提示：{p}\n\n> 解析：{p}\n\n"
        f"### ____ {p}\n- 空1：{p}\n\n### {p} 连\n- {p} => {p}\n- 左 => 右"
        for p in group
    )
    front = f'---\n类型: 测验\n摘要: "{flat}"\n标签: ["{flat}"]\n---\n'
    return f"{front}# {' '.join(group)}\n\n## {flat}\n`全部`\n\n{questions}\n"


@pytest.mark.parametrize("group", GROUPS, ids=range(len(GROUPS)))
def test_no_string_of_an_author_runs_on_any_page(floor: Floor, group: list[str]):
    whole = " ".join(group)
    victim = a_person(Role.TRAINER, name="受害")
    attacker = as_actor(a_person(Role.TRAINER, name=whole[:80]))
    body = "\n\n".join(f"## {p}\n{p}\n\n> 话术：{p}\n\n> 内部：{p}" for p in group)
    texts = {"article": an_article_text(whole, body=body), "quiz": quiz_text(group)}
    for kind, text in texts.items():
        with transaction():
            made = actions.create(attacker, kind, "x", text, note=whole[:400])
        with transaction():
            actions.save_draft(attacker, made.document_id, made.revision_id, f"{text}\n{whole}\n", note=whole[:400])
    page = floor.page_of(victim)
    page.on("dialog", lambda dialog: dialog.accept())
    for kind in texts:
        for path in (
            "edit?view=form",
            "edit?view=source",
            "history",
            "diff?old=1&new=2",
            "versions/1",
            "publish",
            "rename",
            "archive",
        ):
            page.goto(f"/studio/{kind}/x/{path}")
            if path == "edit?view=form":
                for place in range(page.locator("button.form-open").count()):
                    page.locator("button.form-open").nth(
                        min(place, page.locator("button.form-open").count() - 1)
                    ).click()
                    expect(page.locator("[data-card]")).to_be_visible()
            if path == "edit?view=source":
                expect(page.locator(".source.is-editing")).to_be_visible()
                page.locator("button[data-plain]").click()
                page.locator("button[data-plain]").click()
                expect(page.locator("[data-count]")).not_to_be_empty()
            assert page.evaluate("document.documentElement.dataset.hit") is None, path
    page.goto("/studio")
    assert page.evaluate("document.documentElement.dataset.hit") is None
    assert session().query(Document).count() == 2
