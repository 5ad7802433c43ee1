"""The pages of gaps: who may see and do what, what the forms do, what a file counts."""

import io
from datetime import date

import openpyxl
import pytest

from lms.core.access import Role
from lms.core.db import session
from lms.core.errors import TooLarge
from lms.core.here import today
from lms.kb.models import Gap, GapAsker, GapMiss
from lms.kb.rules.gap_file import plan
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.make_kb import a_gap, a_shop, counted, missed_by, the_gap
from tests.support.pages import send, token

LIST, IMPORT = "/kb/care/gaps", "/kb/care/gaps/import"


@pytest.fixture
def trainer(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return person


def page(client, path=LIST):
    return client.get(path).get_data(as_text=True)


def act(client, gap, do, **values):
    return send(client, f"{LIST}/{gap.public_id}", do=do, **values)


def test_an_agent_does_not_get_in(client):
    sign_in(client, a_person(Role.AGENT))
    assert client.get(LIST).status_code == 403


def test_an_inspector_sees_gaps_but_neither_names_nor_buttons(client):
    missed_by("改地址", *(a_person(Role.AGENT, name="林小满") for _ in range(3)))
    counted()
    sign_in(client, a_person(Role.QUALITY))
    shown = page(client, f"{LIST}/{the_gap().public_id}")
    assert "改地址" in shown
    assert "林小满" not in shown
    assert 'name="do"' not in shown
    assert client.post(f"{LIST}/{the_gap().public_id}", data={"csrf_token": token(client, "/me")}).status_code == 403


def test_an_empty_list_says_what_will_be_here(client, trainer):
    assert "现在没有缺口" in page(client)


def test_the_list_shows_the_weightiest_first_with_words_for_its_bars(client, trainer):
    a_gap("什么时候发", count=2)
    a_gap("改地址", count=9)
    shown = page(client)
    assert shown.index(">改地址<") < shown.index(">什么时候发<")
    assert shown.count('<svg class="trend"') == 2


def test_the_list_is_exported_as_it_is_shown(client, trainer):
    a_gap("=改地址", count=9)
    answer = client.get(f"{LIST}?format=csv").get_data().decode("utf-8-sig").splitlines()
    assert answer[0].startswith("缺口,近 28 天,近 7 天")
    assert answer[1].startswith("'=改地址,9,9")


def test_taking_writing_and_the_editor_follow_on_each_other(client, trainer):
    gap = a_gap("改地址")
    assert act(client, gap, "take").status_code == 303
    assert "苏岩在处理" in page(client, f"{LIST}/{gap.public_id}")
    answer = act(client, gap, "write", title="发货前改地址", folder="after-sales")
    assert answer.status_code == 303
    assert "/studio/article/after-sales/" in answer.location
    assert "改地址" in page(client, answer.location)
    assert "接着写" in page(client, f"{LIST}/{gap.public_id}")


def test_an_article_that_is_not_there_is_told_at_the_gap(client, trainer):
    answer = act(client, a_gap("改地址"), "link", slug="nowhere")
    assert answer.status_code == 422
    assert "没有这条知识" in answer.get_data(as_text=True)


def test_linking_closes(client, trainer):
    a_document(a_trainer(), an_article_text("修改订单"), slug="orders/alter")
    assert act(client, a_gap("改地址"), "link", slug="orders/alter").status_code == 303
    assert "已有答案" in page(client, f"{LIST}/{the_gap().public_id}")


def test_what_is_wrong_in_a_form_is_said(client, trainer):
    gap = a_gap("改地址")
    assert "请写为什么不算缺口" in act(client, gap, "dismiss", reason=" ").get_data(as_text=True)
    assert "请写一个名字" in act(client, gap, "rename", title=" ").get_data(as_text=True)
    assert act(client, gap, "unknown").status_code == 404


def test_merging_leads_to_the_other_gap(client, trainer):
    one, two = a_gap("改地址"), a_gap("什么时候发")
    answer = act(client, one, "merge", into=two.public_id)
    assert answer.location.endswith(two.public_id)
    assert "已合并到" in page(client, f"{LIST}/{one.public_id}")


def test_candidates_can_be_made_a_gap(client, trainer):
    missed_by("税票", a_person(Role.AGENT))
    counted()
    assert "税票" in page(client, f"{LIST}?state=candidates")
    assert send(client, f"{LIST}/open", page=f"{LIST}?state=candidates", words="税票").status_code == 303
    assert the_gap().title == "税票"


def test_an_agent_asks_and_comes_back_to_the_search(client):
    person = a_person(Role.AGENT)
    sign_in(client, person)
    answer = send(client, "/kb/ask", page="/me", q="改地址")
    assert answer.status_code == 303
    assert answer.location.startswith("/kb?q=")
    assert session().query(GapAsker.person_id).scalar() == person.id


def test_asking_leads_to_no_other_host(client):
    sign_in(client, a_person(Role.AGENT))
    answer = send(client, "/kb/ask", page="/me", q="改地址", next="https://evil.example/")
    assert answer.location.startswith("/kb?q=")


def test_script_in_words_stays_text(client, trainer):
    a_gap("<script>alert(1)</script>")
    for shown in (page(client), page(client, f"{LIST}/{the_gap().public_id}")):
        assert "<script>alert" not in shown


# files

DAY = "{day}"


def csv_of(day, *lines, head="原因,店铺,次数,日期", encoding="utf-8"):
    return "\r\n".join([head, *lines]).replace("{day}", day.isoformat()).encode(encoding)


def csv(*lines, **more):
    return csv_of(today(), *lines, **more)


def upload(client, data, kind="contact", name="reasons.csv"):
    return client.post(
        IMPORT,
        data={"csrf_token": token(client, IMPORT), "kind": kind, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def hidden(shown, name):
    return shown.split(f'name="{name}" value="')[1].split('"')[0]


def taken(client, data, kind="contact", **more):
    """Upload, look, apply; return the answer."""
    shown = upload(client, data, kind).get_data(as_text=True)
    values = {"key": hidden(shown, "key"), "digest": hidden(shown, "digest"), "kind": kind, **more}
    return client.post(f"{IMPORT}/apply", data={"csrf_token": token(client, IMPORT), **values})


def kept():
    session().expire_all()
    return sorted((row.source, row.words, row.shop, row.count) for row in session().query(GapMiss))


def test_reasons_are_counted_by_shop_and_day_and_become_gaps(client, trainer):
    shop = a_shop("天猫旗舰店", "tmall")
    answer = taken(client, csv(f"改地址,天猫旗舰店,12,{DAY}", f"改地址,tmall,3,{DAY}", f"税票,,1,{DAY}"))
    assert answer.status_code == 303
    assert kept() == [("contact", "改地址", shop.code, 15), ("contact", "税票", "", 1)]
    assert the_gap().title == "改地址"


def test_the_same_file_twice_counts_once(client, trainer):
    data = csv(f"改地址,,12,{DAY}")
    taken(client, data)
    assert taken(client, data).status_code == 303
    assert kept() == [("contact", "改地址", "", 12)]


def test_nothing_is_written_before_it_was_seen(client, trainer):
    assert upload(client, csv(f"改地址,,12,{DAY}")).status_code == 200
    assert kept() == []


def test_what_an_article_answers_is_not_counted(client, trainer):
    a_document(a_trainer(), an_article_text("修改订单", 别名="[改地址]"))
    shown = upload(client, csv(f"能不能改地址,,5,{DAY}", f"税票,,1,{DAY}")).get_data(as_text=True)
    assert "已有答案的，不记" in shown
    assert "1 种说法还没有知识" in shown


def test_numbers_of_customers_are_masked_before_they_are_kept(client, trainer):
    taken(client, csv(f"13812345678 什么时候发,,5,{DAY}"))
    assert kept()[0][1] == "***什么时候发"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("改地址,,-3,{day}", "次数“-3”"),
        ("改地址,,1.5,{day}", "次数“1.5”"),
        ("改地址,,很多,{day}", "次数“很多”"),
        ("改地址,,0,{day}", "次数“0”"),
        ("改地址,,999999999999,{day}", "次数“999999999999”"),
        ("改地址,,3,2026-02-30", "日期“2026-02-30”"),
        ("改地址,,3,昨天", "日期“昨天”"),
        ("改地址,,3,2999-01-01", "还没到"),
        ("改地址,,3,1999-01-01", "太久以前"),
        ("改地址,,3,", "没有写日期"),
        ("改地址,没有的店,3,{day}", "没有店铺“没有的店”"),
        (",,3,{day}", "没有写原因"),
    ],
)
def test_each_wrong_row_is_named_with_its_reason(client, trainer, line, said):
    shown = upload(client, csv(line, f"税票,,1,{DAY}")).get_data(as_text=True)
    assert "第 2 行" in shown
    assert said in shown


def test_one_wrong_row_refuses_all_unless_only_the_right_ones_are_wanted(client, trainer):
    data = csv(f"改地址,,-3,{DAY}", f"税票,,2,{DAY}")
    assert taken(client, data).status_code == 422
    assert kept() == []
    assert taken(client, data, partial="1").status_code == 303
    assert kept() == [("contact", "税票", "", 2)]


def test_a_plan_that_is_no_longer_the_one_shown_is_refused(client, trainer):
    shown = upload(client, csv(f"改地址,,12,{DAY}")).get_data(as_text=True)
    a_document(a_trainer(), an_article_text("改地址"))
    values = {"key": hidden(shown, "key"), "digest": hidden(shown, "digest"), "kind": "contact"}
    answer = client.post(f"{IMPORT}/apply", data={"csrf_token": token(client, IMPORT), **values})
    assert answer.status_code == 409
    assert kept() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_encoding_that_chinese_excel_writes_is_read(client, trainer, encoding):
    assert "1 种说法还没有知识" in upload(client, csv(f"改地址,,12,{DAY}", encoding=encoding)).get_data(as_text=True)


def test_other_names_of_columns_in_any_order_are_known(client, trainer):
    data = csv(f"{DAY},12,改地址,x", head="咨询日期,咨询量,来电原因,备注")
    shown = upload(client, data).get_data(as_text=True)
    assert "1 种说法还没有知识，共 12 次" in shown
    assert "这些列不认识，没有用到：备注" in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "请先选一个文件|文件是空的"),
        ("店铺,次数\r\n天猫,3".encode(), "缺少列：原因"),
        ("原因,次数\r\n改地址,3".encode(), "缺少列：日期"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "不是表格文件|文字编码"),
        (b"PK\x03\x04broken", "."),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_its_reason(client, trainer, data, said):
    answer = upload(client, data)
    assert answer.status_code in (400, 422)
    assert any(each in answer.get_data(as_text=True) for each in said.split("|"))


def test_a_workbook_is_read_too(client, trainer):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["原因", "店铺", "次数", "日期"])
    book.active.append(["改地址", None, 7, today()])
    book.save(out)
    assert "共 7 次" in upload(client, out.getvalue(), name="x.xlsx").get_data(as_text=True)


def test_fifty_thousand_rows_are_taken_and_one_more_is_not():
    lines = [f"原因{number % 700},,1,{DAY}" for number in range(50_000)]
    day = date(2026, 11, 22)
    taken = plan(csv_of(day, *lines), "contact", shops={}, names=["别的"], today=day)
    assert (len(taken.missing), taken.total) == (700, 50_000)
    with pytest.raises(TooLarge, match="50000"):
        plan(csv_of(day, *lines, f"多一行,,1,{DAY}"), "contact", shops={}, names=[], today=day)


def test_comments_are_counted_as_ratings_and_long_ones_cut(client, trainer):
    comment = "客服也说不清能不能开专用发票，等了很久没有人回" + "很" * 100
    taken(client, csv(f"{comment},,1,{DAY}", head="评价内容,店铺,次数,评价时间"), kind="rating")
    source, words, _, count = kept()[0]
    assert (source, count, len(words)) == ("rating", 1, 60)


def test_a_comment_that_names_an_article_is_answered(client, trainer):
    a_document(a_trainer(), an_article_text("专用发票"))
    data = csv(f"客服也说不清能不能开专用发票,,1,{DAY}", head="评价内容,店铺,次数,评价时间")
    assert "没有要导入的" in upload(client, data, "rating").get_data(as_text=True)


def test_the_empty_sheet_can_be_filled_in_and_read_again(client, trainer):
    data = client.get(f"{IMPORT}?format=xlsx").get_data()
    assert "共 12 次" in upload(client, data, name="x.xlsx").get_data(as_text=True)


def test_only_authors_import(client):
    sign_in(client, a_person(Role.QUALITY))
    assert client.get(IMPORT).status_code == 403
    assert session().query(Gap).count() == 0
