"""What is pasted from Word, WPS, Excel and pages becomes clean Markdown of our own format."""

import re
from html import escape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.agree import disagreements
from lms.content.grammar.blocks import scan
from lms.content.grammar.traps import traps
from lms.content.importers.html import MOST_CHARACTERS, read
from lms.content.importers.markdown import written
from lms.core.errors import TooLarge
from lms.core.markup import render
from lms.questions.word_paste import find_typed

FIXTURES = Path(__file__).parent / "fixtures"
LOST = {  # pictures and other objects that did not come along
    "feed-article": (1, 2),
    "feishu-document": (1, 0),
    "google-docs": (1, 0),
    "hostile-page": (3, 1),
    "web-page": (1, 1),
    "word-2016-pictures": (1, 0),
    "yuque-document": (1, 1),
}


def markdown(html: str, pictures: dict[int, str] | None = None, *, top: int = 2) -> str:
    return written(read(html).pieces, pictures, top=top)


def names() -> list[str]:
    return sorted(path.stem for path in FIXTURES.glob("*.html"))


def pasted(name: str) -> str:
    found = read((FIXTURES / f"{name}.html").read_text("utf-8"))
    return written(found.pieces, {n: f"![{p.words}](files/p{n}.{p.suffix})" for n, p in enumerate(found.pictures)})


def problems(made: str) -> list[str]:
    """Return what the grammar finds in it below a title. Middle dots stay: the editor offers to make chips of them."""
    source = f"---\n类型: 知识\n---\n# 标题\n\n引言\n\n{made}"
    blocks = scan(source)
    return [
        str(each.message) for each in (*traps(source, blocks), *disagreements(source, blocks)) if each.code != "C121"
    ]


@pytest.mark.parametrize("name", names())
def test_a_fragment_becomes_the_markdown_beside_it(name):
    assert pasted(name) == (FIXTURES / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", names())
def test_nothing_of_a_fragment_is_misread(name):
    assert problems(pasted(name)) == []


@pytest.mark.parametrize("name", names())
def test_what_did_not_come_along_is_counted(name):
    found = read((FIXTURES / f"{name}.html").read_text("utf-8")).left_out
    assert (found.pictures, found.objects) == LOST.get(name, (0, 0))


def test_there_are_at_least_twenty_fragments():
    assert len(names()) >= 20


# A callout is more than its HTML, and a picture needs its address.
ALIKE = [name for name in names() if not re.search("files/|话术：|内部：", pasted(name))]


@pytest.mark.parametrize("name", ALIKE)
def test_a_fragment_survives_its_own_rendering(name):
    made = pasted(name)
    assert markdown(str(render(made))) == made


WORDS = st.text(alphabet="退货ab12 *_`\\[]()<>#+-.!|~&;{}=:：（）【】“\n\t\u00a0\u3000x√、1.①％/$^'\"é😀—", max_size=14)
TYPED = st.sampled_from(
    ["1. ", "- ", "+ ", "# ", "#售后", "[x] ", "1、[x] 甲", "［√］", "---", "***", "```", "~~~", "<!-- a -->", "<b>", "</div>",
     "[a](b)", "![x](http://a/b.png)", "&nbsp;", "&lt;", "____", "_a_", "__b__", "`x`", "|a|b|", "> q", "==", "话术：",
     "【限时60秒】", "C#", "A. ", "答案：B", "](x）", "javascript:alert(1)", "1.[x]", "- [√] ", "<https://x.y>", "\\", "\\*",
     "1)", "12. 3", "2、乙", "* * *", "_ _ _", "<script>", "style=", "**a**"]
)  # fmt: skip
TEXT = st.lists(WORDS | TYPED, max_size=4).map("".join).map(escape)
TAGS = st.sampled_from(
    ["p", "div", "b", "i", "span style='font-weight:700'", "em", "code", "section", "h1", "h2", "h4", "li", "ul", "ol",
     "blockquote", "a href='https://a.com/x?utm_source=1'", "a href='javascript:1'", "td", "sub", "pre", "script", "style"]
)  # fmt: skip


def element(inner):
    def made(tag, held):
        return f"<{tag}>{''.join(held)}</{tag.split()[0]}>"

    cells = st.lists(st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=3)
    table = cells.map(
        lambda rows: (
            f"<table>{''.join('<tr>' + ''.join(f'<td>{c}</td>' for c in row) + '</tr>' for row in rows)}</table>"
        )
    )
    items = st.lists(inner, max_size=3).map(lambda held: "".join(f"<li>{each}</li>" for each in held))
    rest = st.sampled_from(["<br>", "<hr>", "<img src='https://x.y/z.png'>", "<img src=x onerror=alert(1)>"])
    return (
        st.builds(made, TAGS, st.lists(inner, max_size=4))
        | table
        | st.builds(made, st.sampled_from(["ul", "ol"]), items.map(lambda held: [held]))
        | rest
    )


HTML = st.lists(st.recursive(TEXT, element, max_leaves=12), max_size=5).map("".join)


@given(HTML)
def test_whatever_is_pasted_is_read_as_it_is_written(html):
    assert problems(markdown(html)) == []


@given(HTML)
def test_nothing_that_runs_or_is_fetched_comes_along(html):
    made = markdown(html)
    shown = BeautifulSoup(str(render(made)), "html.parser").find_all(True)
    assert {each.name for each in shown}.isdisjoint({"script", "style", "img", "iframe", "object", "embed", "svg"})
    assert not [name for each in shown for name in each.attrs if name.startswith("on")]
    assert not [each for each in shown if str(each.get("href", "")).lower().lstrip().startswith(("javascript", "data"))]
    assert "<script" not in made.lower()


@given(HTML)
def test_markdown_of_its_own_rendering_is_the_same(html):
    made = markdown(html)
    if not re.search("话术|script：", made):
        assert markdown(str(render(made))) == made


def test_the_highest_heading_fits_below_the_title():
    assert markdown("<h1>甲</h1><h2>乙</h2>") == "## 甲\n\n### 乙\n"
    assert markdown("<h3>甲</h3>") == "### 甲\n"
    assert markdown("<h1>甲</h1><h2>乙</h2>", top=1) == "# 甲\n\n## 乙\n"


def test_questions_of_a_word_file_stay_as_the_conversion_expects_them():
    lines = list(enumerate(pasted("word-2016-questions").split("\n"), start=1))
    ((first, second),) = find_typed(lines)
    assert (first.caption, first.options, first.answer) == ("单选题", ["3 天", "7 天"], "B")
    assert second.options == ["商家", "顾客"]


def test_a_picture_that_comes_along_is_handed_out_with_its_bytes():
    found = read('<p><img alt="二维码" src="data:image/jpeg;base64,AAEC"></p>')
    (picture,) = found.pictures
    assert (picture.data, picture.suffix, picture.words) == (b"\x00\x01\x02", "jpg", "二维码")
    assert written(found.pieces) == ""
    assert written(found.pieces, {0: "![二维码](files/a.jpg)"}) == "![二维码](files/a.jpg)\n"


def test_a_page_can_not_name_a_picture_that_it_did_not_bring():
    assert read('<img src="lms-picture:0">').left_out.pictures == 1


def test_a_line_alone_under_a_heading_is_no_setting():
    assert markdown("<h2>甲</h2><p>【必读】</p>") == "## 甲\n\n**【必读】**\n"
    assert markdown("<h2>甲【必读】</h2>") == "## 甲（必读）\n"


def test_an_address_keeps_nothing_that_follows_people():
    made = markdown('<a href="https://user:pw@a.com/x?utm_source=1&amp;id=2&amp;spm=a.b#c">甲</a>')
    assert made == "[甲](https://a.com/x?id=2#c)\n"


def test_too_much_is_refused_before_it_is_parsed():
    with pytest.raises(TooLarge):
        read("x" * (MOST_CHARACTERS + 1))


def test_elements_nested_ten_thousand_deep_are_read():
    assert markdown("<div>甲" * 10_000).count("甲") == 10_000
    assert "甲" in markdown("<table><tr><td>甲" * 3_000)


def test_a_long_paragraph_is_parted_where_a_sentence_ends():
    made = markdown(f"<p>{'这是一句话。' * 3_000}</p>")
    assert max(map(len, made.split("\n"))) <= 6_000
    assert all(line.endswith("。") for line in made.split("\n") if line)
