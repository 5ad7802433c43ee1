"""Pages and calls of inspections, in both languages, with whatever people type."""

import io
import json
import re
from datetime import UTC, datetime

import pytest

from lms.core import clock, sheets
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import settings
from lms.performance.actions import inspections as actions
from lms.performance.models import Inspection, InspectionFinding, InspectionItem, InspectionSettings
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_duties import a_document
from tests.support.make_inspections import an_item, inspected, later
from tests.support.pages import token

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
JUNK = ["\x00", "9" * 40, "1" * 4500, "²", "-1", "1e999", "长" * 700, "2026-02-31", "<script>", "%00"]
PHONE = "13812345678"
HEAD = "工号,会话号,日期,检查项,得分,红线,原话,质检员"


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def people(world):
    root = a_team("客服中心")
    team = a_team("售后一组", root)
    return {
        "agent": a_person(Role.AGENT, team=team, no="A1001", name="林小满"),
        "lead": a_person(Role.LEAD, team=team, no="L1002", name="组长"),
        "quality": a_person(Role.QUALITY, team=root, no="Q1001", name="苏质检"),
        "other": a_person(Role.QUALITY, team=root, no="Q1002", name="李质检"),
        "trainer": a_person(Role.TRAINER, team=root, no="T1001", name="讲师"),
    }


@pytest.fixture
def quality(client, people):
    sign_in(client, people["quality"])
    return client


def posted(client, path, **form):
    return client.post(path, data={"csrf_token": token(client, "/me"), **form})


def a_file(*lines):
    return "\n".join((HEAD, *lines)).encode()


def previewed(client, data, name="质检.csv"):
    return posted(client, "/inspections/import", file=(io.BytesIO(data), name))


def hidden(page, *names, form="/inspections/import/apply"):
    part = page[page.index(form) :]
    return {name: re.search(rf'name="{name}" value="([^"]*)"', part)[1] for name in names}


LINE = f"A1001,C1,2026-11-20,承诺到货时间,0,,我明天肯定到，打{PHONE},"


def test_a_file_is_shown_before_it_is_taken_in_and_no_number_is_kept_meanwhile(quality):
    an_item("承诺到货时间")
    page = previewed(quality, a_file(LINE)).text
    assert "【手机号1】" in page
    assert PHONE not in page
    assert session().query(Inspection).count() == 0
    kept = [path.read_bytes() for path in settings().uploads.rglob("*") if path.is_file()]
    assert kept
    assert not any(PHONE.encode() in each for each in kept)
    answer = posted(quality, "/inspections/import/apply", **hidden(page, "key", "digest"))
    assert answer.status_code == 303
    assert PHONE not in session().query(InspectionFinding).one().quote
    listed = quality.get("/inspections").text
    assert "林小满" in listed
    assert "承诺到货时间" in listed


def test_the_import_again_says_that_all_is_there(quality):
    an_item("承诺到货时间")
    page = previewed(quality, a_file(LINE)).text
    posted(quality, "/inspections/import/apply", **hidden(page, "key", "digest"))
    again = previewed(quality, a_file(LINE)).text
    assert "都已经导入过" in again
    assert "/inspections/import/apply" not in again


def test_a_workbook_with_titles_above_and_every_reason_by_its_line(quality):
    an_item("承诺到货时间")
    data = sheets.xlsx_bytes("质检", HEAD.split(","), [["Z1", "C1", "2026-02-31", "承诺到货时间", "11", "", "", ""]])
    page = previewed(quality, data, "质检.xlsx").text
    for words in ("第 2 行", "没有这个工号", "日期写成", "满分 10"):
        assert words in page
    assert "/inspections/import/apply" not in page


def test_missing_items_are_made_with_one_click(quality):
    page = previewed(quality, a_file(LINE, "A1001,C2,2026-11-20,首问负责,合格,,,")).text
    assert "首问负责" in page
    page = posted(quality, "/inspections/import/items", **hidden(page, "key", form="/inspections/import/items")).text
    assert session().query(InspectionItem).count() == 2
    assert posted(quality, "/inspections/import/apply", **hidden(page, "key", "digest")).status_code == 303


def test_what_changed_since_the_preview_is_not_done(quality):
    an_item("承诺到货时间")
    page = previewed(quality, a_file(LINE)).text
    values = hidden(page, "key", "digest")
    posted(quality, "/inspections/import/apply", **values)
    assert posted(quality, "/inspections/import/apply", **values).status_code == 409
    assert posted(quality, "/inspections/import/apply", key="../../etc/passwd", digest="").status_code == 409


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"a,b\n1,2", b"PK\x03\x04broken", HEAD.encode()])
def test_files_that_are_no_verdicts(quality, data):
    assert previewed(quality, data).status_code in (200, 400, 422)


def test_an_agent_sees_the_quote_and_appeals(client, people):
    item = an_item("承诺到货时间", lesson=a_document(title="到货时间怎么说"))
    inspection = inspected(as_actor(people["quality"]), people["agent"], item, quote="明天肯定到")
    sign_in(client, people["agent"])
    assert client.get("/inspections").status_code == 302
    assert "承诺到货时间" in client.get("/inspections/mine").text
    path = f"/inspections/{inspection.public_id}"
    page = client.get(path).text
    for words in ("明天肯定到", "到货时间怎么说", "可以申诉", "11月26日"):
        assert words in page or words == "11月26日"
    short = posted(client, f"{path}/appeal", reason="不服")
    assert short.status_code == 422
    assert "不服" in short.text
    assert posted(client, f"{path}/appeal", reason="顾客问的是预售款，页面写着时间。").status_code == 303
    assert posted(client, f"{path}/appeal", reason="顾客问的是预售款，页面写着时间。").status_code == 409
    assert posted(client, f"{path}/answer", answer="我自己改判可以吗").status_code == 403
    sign_in(client, people["other"])
    assert "哪几项判错了" in client.get(path).text
    assert posted(client, f"{path}/answer", answer="").status_code == 422
    answered = posted(client, f"{path}/answer", answer="确实是预售款，改判。", overturn=item.public_id)
    assert answered.status_code == 303
    assert "已改判" in client.get(path).text
    sign_in(client, people["agent"])
    assert "确实是预售款" in client.get(path).text


CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


def test_in_english_only_what_people_wrote_is_chinese(client, people):
    item = an_item("promise", lesson=a_document(title="Lesson"))
    actor = as_actor(people["quality"])
    inspection = inspected(actor, people["agent"], item, conversation="C1", quote="tomorrow")
    reader = a_person(Role.QUALITY, team=a_team("Floor"), name="Reader", locale="en")
    sign_in(client, reader)
    for path in (*PATHS, f"/inspections/{inspection.public_id}", f"/inspections/items/{item.public_id}"):
        with later(4):
            page = re.sub(r"<option.*?</option>|<dd class=\"dim\">.*?</dd>|<dt>.*?</dt>", "", client.get(path).text)
        main = page[page.index("<main") : page.index("</main>")]
        written = {"林小满", "苏质检", "售后一组", "客服中心"}
        assert set(CHINESE.findall(main)) <= written, path


PATHS = (
    "/inspections", "/inspections/mine", "/inspections/loops", "/inspections/items", "/inspections/agreement",
    "/inspections/import",
)  # fmt: skip


def test_the_state_of_each_page(client, people):
    item = an_item("承诺到货时间", lesson=a_document(), red_line=True)
    actor = as_actor(people["quality"])
    inspection = inspected(actor, people["agent"], item, conversation="C1")
    inspected(as_actor(people["other"]), people["agent"], item, conversation="C1")
    inspected(actor, people["agent"], item, "合格", conversation="C2")
    paths = (
        "/inspections", "/inspections/mine", f"/inspections/{inspection.public_id}", "/inspections/loops",
        "/inspections/loops?state=all", "/inspections/items", f"/inspections/items/{item.public_id}",
        "/inspections/agreement", "/inspections/import",
    )  # fmt: skip
    with later(4):
        for who in ("quality", "lead", "agent"):
            sign_in(client, people[who])
            for path in paths:
                for language in ("zh", "en"):
                    answer = client.get(path, headers={"Accept-Language": language}, follow_redirects=True)
                    assert answer.status_code in (200, 403), (who, path)
        sign_in(client, people["quality"])
        assert "今天该复检" in client.get("/inspections/loops").text
        assert "50%" in client.get("/inspections/items").text


def test_lists_are_filtered_sorted_and_exported(quality, people):
    item, other = an_item("承诺到货时间"), an_item("辱骂")
    actor = as_actor(people["quality"])
    inspected(actor, people["agent"], item, conversation="C-1")
    inspected(actor, people["agent"], other, "合格", conversation="C-2")
    for query, there, gone in (
        (f"?item={item.public_id}", "C-1", "C-2"),
        ("?failed=1", "C-1", "C-2"),
        ("?q=C-2", "C-2", "C-1"),
        ("?state=open&period=2026-11&inspector=Q1001", "C-1", "C-9"),
    ):
        page = quality.get(f"/inspections{query}").text
        assert there in page
        assert gone not in page
    assert "C-1" not in quality.get("/inspections?period=2026-10").text
    csv = quality.get("/inspections?format=csv&failed=1").text
    assert "C-1" in csv
    assert "C-2" not in csv
    assert quality.get("/inspections?format=xlsx").data.startswith(b"PK")
    with later(4):
        assert "承诺到货时间" in quality.get("/inspections/items?format=csv").text
        assert "A1001" in quality.get("/inspections/loops?format=csv").text


def test_a_sheet_for_a_second_look_holds_no_verdict(client, people):
    item = an_item("承诺到货时间")
    inspected(as_actor(people["quality"]), people["agent"], item, "3", conversation="C-1", quote="原话一句")
    sign_in(client, people["other"])
    sheet = client.get("/inspections/agreement?again=20&format=csv").text
    assert "C-1" in sheet
    assert "原话一句" not in sheet
    filled = sheet.replace("承诺到货时间,,", "承诺到货时间,合格,")
    page = previewed(client, filled.encode()).text
    assert posted(client, "/inspections/import/apply", **hidden(page, "key", "digest")).status_code == 303
    assert [each.second for each in session().query(Inspection).order_by(Inspection.id)] == [False, True]


def test_items_and_rules_are_set_on_the_page(quality):
    lesson, quiz = a_document(), a_document("quiz")
    form = {
        "name": "承诺到货时间",
        "points": "20",
        "pass_percent": "60",
        "recheck_days": "7",
        "document": str(lesson.id),
    }
    answer = posted(quality, "/inspections/items", **form, recheck=str(quiz.id), red_line="y")
    assert answer.status_code == 303
    item = session().query(InspectionItem).one()
    assert (item.points, item.red_line, item.document_id, item.recheck_id) == (20, True, lesson.id, quiz.id)
    assert posted(quality, "/inspections/items", **form).status_code == 422
    changed = posted(quality, f"/inspections/items/{item.public_id}", **form | {"points": "30"}, active="y")
    assert changed.status_code == 303
    session().expire_all()
    assert session().query(InspectionItem).one().points == 30
    assert posted(quality, "/inspections/rules", appeal_days="5", passes="3").status_code == 303
    assert session().get(InspectionSettings, 1).appeal_days == 5
    assert posted(quality, "/inspections/rules", appeal_days="99", passes="x").status_code == 422


@pytest.mark.parametrize("junk", JUNK)
def test_whatever_is_typed_is_refused_or_answered(quality, people, junk):
    item = an_item("承诺到货时间")
    inspection = inspected(as_actor(people["quality"]), people["agent"], item)
    queries = ("team", "item", "state", "period", "inspector", "q", "failed", "page", "sort", "format", "again")
    for path in (
        "/inspections",
        "/inspections/mine",
        "/inspections/loops",
        "/inspections/items",
        "/inspections/agreement",
    ):
        for name in queries:
            assert quality.get(path, query_string={name: junk}).status_code < 500
    for path in (
        "/inspections/items", f"/inspections/items/{item.public_id}", "/inspections/rules",
        f"/inspections/{inspection.public_id}/appeal", f"/inspections/{inspection.public_id}/answer",
        "/inspections/import/items", "/inspections/import/apply",
    ):  # fmt: skip
        fields = (
            "name", "code", "points", "pass_percent", "recheck_days", "document", "recheck", "appeal_days", "passes",
            "reason", "answer", "overturn", "key", "digest",
        )  # fmt: skip
        assert 300 <= posted(quality, path, **dict.fromkeys(fields, junk)).status_code < 500, path
    assert quality.get(f"/inspections/{'x' * 40}").status_code == 404
    assert (
        previewed(
            quality,
            a_file(f"{junk},C1,2026-11-20,承诺到货时间,{junk},{junk},{junk},").decode().encode("utf-8", "ignore"),
        ).status_code
        < 500
    )


# calls


VERDICT = {"employee_no": "A1001", "conversation": "C1", "day": "2026-11-20", "item": "承诺到货时间", "score": 3}


def sent(client, *items):
    return client.post(
        "/api/v1/inspections",
        data=json.dumps({"items": list(items)}),
        content_type="application/json",
        headers={"X-CSRFToken": token(client, "/me")},
    )


def test_verdicts_come_in_by_a_call_once(quality):
    an_item("承诺到货时间")
    assert sent(quality, VERDICT | {"quote": f"打{PHONE}"}).json == {"added": 1, "unchanged": 0, "masked": 1}
    assert sent(quality, VERDICT).json["unchanged"] == 1
    listed = quality.get("/api/v1/inspections?period=2026-11&failed=true").json
    assert [(each["employee_no"], each["score"], each["state"]) for each in listed["items"]] == [("A1001", 30, "open")]
    assert listed["next"] is None


def test_one_bad_verdict_and_none_is_taken_with_every_reason(quality):
    an_item("承诺到货时间")
    answer = sent(quality, VERDICT, VERDICT | {"employee_no": "Z9", "item": "没有", "conversation": "C2"})
    assert answer.status_code == 422
    assert list(answer.json["error"]["fields"]) == ["items.1"]
    said = answer.json["error"]["fields"]["items.1"]
    assert "没有这个工号" in said
    assert "没有检查项" in said
    assert session().query(Inspection).count() == 0


def test_a_list_goes_on_where_it_ended(quality, people):
    item = an_item("承诺到货时间")
    for number in range(3):
        inspected(as_actor(people["quality"]), people["agent"], item, conversation=f"C{number}")
    first = quality.get("/api/v1/inspections?limit=2").json
    assert (len(first["items"]), first["next"]) == (2, 2)
    rest = quality.get(f"/api/v1/inspections?limit=2&after={first['next']}").json
    assert (len(rest["items"]), rest["next"]) == (1, None)


@pytest.mark.parametrize("junk", [*JUNK, "\ud800", None, 10**40, -1, float("1e308"), True, [], {}])
def test_calls_with_junk(quality, junk):
    an_item("承诺到货时间")
    for name in (*VERDICT, "possible", "red", "quote", "inspector", "comment"):
        assert sent(quality, VERDICT | {name: junk}).status_code < 500, name
    for name in ("period", "state", "failed", "after", "limit"):
        if junk != "\ud800":  # no address can hold it
            assert quality.get("/api/v1/inspections", query_string={name: junk}).status_code < 500


def test_only_inspectors_send_verdicts_and_only_they_see_the_agreement(client, people):
    an_item("承诺到货时间")
    for who in ("agent", "lead", "trainer"):
        sign_in(client, people[who])
        assert sent(client, VERDICT).status_code == 403
        assert client.get("/inspections/agreement").status_code == 403
        assert client.get("/inspections/import").status_code == 403


def test_rules_that_were_set_are_said_on_the_agents_page(client, people):
    actor = as_actor(people["quality"])
    with transaction():
        actions.set_rules(actor, appeal_days=5, passes=2)
    sign_in(client, people["agent"])
    assert "5 天内可以申诉" in client.get("/inspections/mine").text
