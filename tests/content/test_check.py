"""All files of a repository are read at once; what cannot be read is told, nothing raises."""

from hypothesis import given
from hypothesis import strategies as st

from lms.content.check import MAX_BYTES, check, is_document
from lms.content.grammar.keywords import Word
from lms.content.wordlists.spec import parse as parse_words
from lms.drills.parse import parse as parse_drill

PARSERS = {Word.DRILL: parse_drill, Word.WORDS: parse_words}
DRILL = (
    "---\n类型: 演练\n顾客: 小雨\n---\n# 演练\n\n## 开场\n> 小雨：在吗\n\n- [在](#核实)\n\n## 核实订单\n`结局:通过`\n"
)


def findings(**files: str | bytes) -> list[str]:
    data = {
        f"courses/{name}.md": content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }
    return [str(finding.message) for _, finding in check(data, PARSERS).findings]


def test_a_renamed_scene_is_offered_under_its_new_name():
    assert findings(a=DRILL) == ["第 10 行：没有“核实”这个场景，是否“核实订单”？"]


def test_a_file_that_is_no_text_is_told_so():
    assert findings(a=b"\x89PNG\0\0") == ["这不是文本文件，请检查是否放错了文件。"]
    assert findings(a=b"\xff\xff\xff\xff") == ["这不是文本文件，请检查是否放错了文件。"]


def test_a_file_of_another_encoding_is_told_so():
    assert findings(a="类型: 演练".encode("gbk")) == ["文件不是 UTF-8 编码，像是 GBK，请另存为 UTF-8。"]


def test_a_file_that_is_too_large_is_told_so():
    assert findings(a=b"a" * (MAX_BYTES + 1)) == ["文件超过 6 MB，请拆成几份。"]


def test_a_byte_order_mark_is_no_problem():
    assert findings(a=b"\xef\xbb\xbf" + DRILL.replace("#核实", "#核实订单").encode()) == []


def test_an_unknown_kind_gets_the_nearest_one():
    assert findings(a="---\n类型: 演习\n---\n# a\n") == ["第 2 行：没有“演习”这种类型，是否“演练”？可用：演练、词表。"]


def test_a_file_without_kind_is_told_so():
    assert findings(a="---\n标题: a\n---\n") == ["第 1 行：缺少属性“类型”。"]
    assert "缺少属性" in findings(a="# a\n")[0]


def test_links_between_files_are_checked_and_pictures_count():
    source = "---\n类型: 词表\n词表: 同义词\n---\n# 一\n\n见[二](b.md#二)和![图](a.png)，[三](c.md)\n"
    files = {
        "courses/a.md": source.encode(),
        "courses/b.md": "---\n类型: 词表\n词表: 同义词\n---\n# 二\n".encode(),
        "courses/a.png": b"\x89",
    }
    assert [finding.code for _, finding in check(files, PARSERS).findings] == ["C140"]


def test_a_readme_is_no_content():
    assert not is_document("courses/README.md")
    assert is_document("courses/readme-first/a.md")


@given(st.binary(max_size=200), st.text(max_size=100))
def test_no_file_can_stop_a_check(data: bytes, words: str):
    check({"courses/a.md": data, "courses/b.md": f"---\n类型: 演练\n---\n{words}".encode()}, PARSERS)
