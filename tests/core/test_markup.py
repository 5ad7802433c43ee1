"""Markdown becomes safe HTML that is stored once and shown to each reader in their language."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from lms.core.errors import Unreadable
from lms.core.markup import Shown, localise, render, resolve, shown, why_refused
from lms.core.markup_tree import HeadingIds, heading_id
from tests.support.ending import ENDS


def html(markdown: str) -> str:
    return str(render(markdown, link=lambda target: f"kb/{target}"))


@pytest.mark.parametrize("written", ["**注意：**请核实", "**“退款”**说明", "这是**重要的。**请"])
def test_chinese_bold_next_to_punctuation_is_bold(written: str):
    assert "<strong>" in html(written)
    assert "**" not in html(written)


def test_a_heading_keeps_chinese_in_its_id():
    assert '<h2 id="处理步骤">' in html("## 处理步骤")


def test_the_second_heading_of_the_same_name_gets_its_own_id():
    ids = HeadingIds()
    assert [ids.id_of(name) for name in ("时效", "时效", "时效_1", "时效")] == ["时效", "时效_1", "时效_1_1", "时效_2"]


def test_heading_id_ignores_spaces_and_marks_as_links_do():
    assert heading_id("怎么 对顾客说？") == "怎么-对顾客说"


def test_raw_html_is_shown_not_run():
    assert "<script" not in html("<script>alert(1)</script>\n\n<b onclick=x>b</b>")
    assert "&lt;b onclick=x&gt;" in html("<b onclick=x>b</b>")


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "JaVaScript:alert(1)", "java&#115;cript:alert(1)", "//evil.example", "\\\\evil.example",
        "data:text/html;base64,xx", "vbscript:x", "/\\evil.example", " javascript:x", "lms:kb/a.md",
    ],
)  # fmt: skip
def test_a_dangerous_link_keeps_its_text_and_loses_its_address(target: str):
    made = html(f"[看这里]({target})")
    assert "看这里" in made
    assert not re.search(r'(href|src)="(?!lms:kb/)', made)


def test_a_link_out_tells_nothing_about_us():
    assert 'rel="noopener noreferrer"' in html("[百科](https://example.com)")


def test_a_document_link_is_kept_as_a_reference_and_resolved_when_shown():
    stored = html("[时效](return-7d.md#时效)")
    assert 'href="lms:kb/return-7d.md#时效"' in stored
    assert resolve(stored, lambda reference: "/kb/1" if reference == "kb/return-7d.md#时效" else None) == Markup(
        '<p><a href="/kb/1">时效</a></p>'
    )


def test_a_link_to_what_the_reader_may_not_see_is_plain_text():
    assert "href" not in resolve(html("[时效](x.md)"), lambda reference: None)


def test_an_address_cannot_break_out_of_its_attribute():
    assert '"><b>' not in resolve(html("[a](x.md)"), lambda reference: '"><b>')


def test_a_link_to_a_heading_of_the_same_page_finds_its_id():
    assert f'href="#{"%E6%97%B6%E6%95%88"}"' in html("[看](#时效)")


def test_a_script_is_a_box_with_copy_button_and_slots():
    made = localise(html("> 话术：**{昵称}您好**，订单 {订单号}"), lambda message: message)
    assert '<div class="script"><div class="script-head">话术<button' in made
    assert '<p class="script-text"><strong><span class="slot">昵称</span>您好</strong>' in made


def test_scripts_in_a_row_are_variants_of_their_own():
    assert html("> 话术：一\n\n> 话术：二").count('class="script"') == 2


def test_an_internal_note_has_no_copy_button():
    made = html("> 内部：先问组长")
    assert 'class="internal"' in made
    assert "copy" not in made


def test_any_other_quote_is_a_quote():
    assert "<blockquote>" in html("> 解释：这不是话术")


def test_stored_html_has_no_words_of_a_language_and_localise_fills_them():
    stored = html("> 话术：好")
    assert "复制" not in stored
    assert "Copy" in localise(stored, lambda message: {"复制": "Copy"}.get(message, message))


def test_shown_fills_words_and_addresses():
    made = shown(html("> 话术：见[这里](a.md)"), lambda reference: "/" + reference, lambda message: message)
    assert "话术" in made
    assert 'href="/kb/a.md"' in made


def test_a_box_is_labelled_by_the_text_of_its_item():
    made = html("- [x] 核对订单\n- [ ] 道歉")
    assert re.search(r"<label><input[^>]*checked[^>]*> 核对订单</label>", made)
    assert made.count("<label>") == 2


def test_a_box_of_a_loose_item_is_labelled_too():
    assert "<p><label><input" in html("- [ ] 一\n\n- [ ] 二")


def test_a_table_scrolls_in_its_own_box_and_aligns_without_style():
    made = html("| 类目 | 金额 |\n|---|--:|\n| 定制 | 3 |")
    assert made.startswith('<div class="table-scroll" tabindex="0"><table class="table-plain">')
    assert 'align="right"' in made
    assert "style" not in made


def test_fenced_code_keeps_its_text():
    assert html("```text\n**a** <b>\n```") == '<pre><code class="language-text">**a** &lt;b&gt;\n</code></pre>'


def test_front_matter_and_comments_are_not_shown():
    made = html("---\n类型: 知识\n---\n一<!-- 甲 -->二\n\n<!-- 乙\n\n丙 -->\n\n三")
    assert made == "<p>一二</p><p>三</p>"


def test_absurd_input_is_refused_with_a_reason():
    for absurd in ("字" * 2_000_001, "[" * 5_000, "[](" * 5_000, "*a" * 30_000, "![" * 5_000, "\n" * 60_001):
        assert why_refused(absurd) is not None
        with pytest.raises(Unreadable):
            render(absurd)


def test_a_long_list_or_article_is_not_absurd():
    assert why_refused("- [x] 保证今天到 | 一定到\n" * 30_000) is None
    assert why_refused(("第一句。" * 4_000 + "\n\n") * 20) is None


@pytest.mark.parametrize(
    "piece", ["- a\n", "1. x\n\n", "> a\n\n", "# a\n", "a\n---\n", "![\n\n", "<!-- ", "```x\n", "***\n", "a  \n"]
)
@ENDS
def test_half_a_megabyte_of_one_thing_is_rendered_or_refused(piece: str):
    source = piece * min(500_000 // len(piece), 29_000)
    if why_refused(source) is None:
        render(source)


ATTACKS = st.lists(
    st.sampled_from(
        ["<", ">", '"', "'", "[a](", ")", "javascript:", "onerror=", "<img src=x ", "](", "`", "> 话术：", "{", "}",
         "\n", "- [x] ", "| a | b |\n|---|---|\n", "&#106;", "//", "lms:", "data-say", "![", "<!--", "-->",
         "\x02", "\x03", "*"]
    )
    | st.text(max_size=6),
    max_size=15,
).map("".join)  # fmt: skip


class Tags(HTMLParser):
    """What a browser would make of a text: every element with its attributes."""

    def __init__(self, made: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(made)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def harmless(made: str) -> bool:
    """Return whether nothing in it runs, handles an event or leads anywhere but to our own or a plain address."""
    return all(
        tag not in {"script", "iframe", "svg", "style", "button", "form", "object"}
        and not any(name.startswith("on") for name in attributes)
        and all(
            re.match(r"(lms:|#|https?://|mailto:|tel:)", value)
            for name, value in attributes.items()
            if name in {"href", "src"}
        )
        for tag, attributes in Tags(made).found
    )


@pytest.mark.parametrize(
    "made",
    ["<script>", '<a href="javascript:x">', '<img src=x onerror="y">', '<a href="//evil">', "<p onclick=x>", "<svg>"],
)
def test_the_check_below_sees_what_would_do_harm(made):
    assert not harmless(made)


@settings(max_examples=400, deadline=None)
@given(ATTACKS)
@example('[a]("[a](<img src=x ')
def test_no_source_makes_a_script_a_handler_or_a_foreign_address(source: str):
    assert harmless(str(render(source, link=lambda target: f"kb/{target}")))


FILM = '<p class="file"><a href="lms:kb/a.mp4">看</a>'


@pytest.mark.parametrize("written", ["[看](a.mp4)", "[看](a.mp4) `看完80%`", "[看](a.mp4)【看完80%】", "> [看](a.mp4)"])
def test_a_link_to_a_film_alone_in_its_paragraph_is_marked(written: str):
    assert FILM in html(written)


@pytest.mark.parametrize(
    "written", ["先[看](a.mp4)", "[看](a.mp4)。", "[看](a.md)", "[看](https://x.cn/a.mp4)", "[a](a.mp4) [b](b.mp4)"]
)
def test_any_other_link_stays_a_link(written: str):
    assert 'class="file"' not in html(written)


def pictured(html: str) -> str:
    return str(resolve(html, {}.get, {"courses/a/files/x.png": Shown(address="/files/x.png", width=3, height=2)}.get))


def test_a_picture_gets_its_address_and_its_size():
    html = render("![一 > 二](files/x.png)", link=lambda target: f"courses/a/{target}")
    assert pictured(html) == '<p><img alt="一 &gt; 二" loading="lazy" src="/files/x.png" width="3" height="2"></p>'


@pytest.mark.parametrize("target", ["files/none.png", "https://elsewhere.example/x.png", "data:image/png;base64,x"])
def test_a_picture_that_is_not_here_is_its_words(target: str):
    html = render(f'![<b>&"一"]({target})', link=lambda target: f"courses/a/{target}")
    assert pictured(html) == '<p><span class="no-picture">&lt;b&gt;&amp;&quot;一&quot;</span></p>'
