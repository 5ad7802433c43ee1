"""An article as a form: its sections as cards, the days on which one holds as fields."""

import pytest

from lms.content.form import Applied
from lms.core.errors import Invalid
from lms.kb.form import FORM
from tests.support.make_forms import fields_of

TEXT = """---
类型: 知识
---
# 退货

## 时效
`id:abc123`

七天。

## 大促
`生效:2026-11-01..2026-11-20` `按下单日`

> 话术：{昵称}您好。
"""


def act(do: str, values: dict[str, list[str]] | None = None) -> Applied:
    return FORM.apply(TEXT, "kb_content/a.md", do, fields_of(values or {}))


def ref(title: str) -> str:
    return next(part.ref for part in FORM.view(TEXT, "", dict).parts if part.title == title)


def card(title: str, body: str, first: str = "", last: str = "", by: str = "") -> dict[str, list[str]]:
    values = {
        "type": "section", "ref": ref(title), "title": title, "body": body, "first": first, "last": last, "by": by,
    }  # fmt: skip
    return {f"card-{name}": [value] for name, value in values.items()}


def test_the_days_of_a_section_are_fields():
    assert act(f"open:{ref('大促')}").open.card.extra == {
        "first": "2026-11-01",
        "last": "2026-11-20",
        "by": "by-order-day",
    }


def test_other_days_rewrite_the_line_of_settings_alone():
    values = card("大促", "> 话术：{昵称}您好。", "2026-11-01", "2026-11-30", "by-payment-day")
    assert act("card:", values).source == TEXT.replace(
        "`生效:2026-11-01..2026-11-20` `按下单日`", "`生效:2026-11-01..2026-11-30` `按付款日`"
    )


def test_days_are_added_beside_the_id_which_stays():
    values = card("时效", "七天。", "2026-12-01", "", "by-receipt-day")
    assert "`生效:2026-12-01..` `按签收日` `id:abc123`" in act("card:", values).source


def test_a_section_that_holds_always_loses_its_days():
    assert "生效" not in act("card:", card("大促", "> 话术：{昵称}您好。")).source


@pytest.mark.parametrize(
    ("first", "last", "by", "field"),
    [
        ("2026-11-20", "2026-11-01", "by-order-day", "card-last"),
        ("2026-11-20", "", "", "card-by"),
        ("", "", "by-order-day", "card-first"),
        ("morgen", "", "by-order-day", "card-first"),
    ],
)
def test_days_that_say_nothing_are_told_at_their_field(first, last, by, field):
    with pytest.raises(Invalid) as refused:
        act("card:", card("大促", "文", first, last, by))
    assert field in refused.value.fields
