"""Links when documents move, copies, and words replaced: only what has to change does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.grammar.inline import find_links, resolve
from lms.content.rules.copying import as_copy
from lms.content.rules.links import rebased, redirected
from lms.content.rules.replacing import hits, replaced
from tests.support.ending import ENDS

folders = st.lists(st.sampled_from(["a", "b", "售后", "c c"]), max_size=3).map(
    lambda parts: "/".join(["courses", *parts])
)
paths = st.builds(lambda folder, name: f"{folder}/{name}.md", folders, st.sampled_from(["x", "y", "退货"]))
lines = st.sampled_from(
    ["# 题", "", "一段 *字*", "`[代码](x.md)`", "见 [甲](x.md#节) 和 ![图](files/k.png)", "[外](https://a.cn)"]
)
sources = st.lists(lines, min_size=1, max_size=8).map("\n".join)


def targets(source, path):
    return [
        resolve(path, link.target) for line in source.split("\n") for link in find_links(line) if not link.is_external
    ]


@given(sources, paths, paths)
def test_a_moved_document_leads_where_it_led(source, old, new):
    assert targets(rebased(source, old, new), new) == targets(source, old)


@given(sources, paths, paths)
def test_moving_back_leads_to_the_same_places(source, old, new):
    there = rebased(source, old, new)
    assert targets(rebased(there, new, old), old) == targets(source, old)


@given(sources, paths, paths, paths)
def test_only_links_to_the_moved_one_are_redirected(source, path, old, new):
    before, after = targets(source, path), targets(redirected(source, path, old, new), path)
    assert after == [new if target == old else target for target in before]


def test_a_link_keeps_its_heading_its_title_and_the_rest_of_its_line():
    source = '前 [甲](x.md#节 "说明") 后\r\n'
    assert rebased(source, "courses/a/d.md", "courses/d.md") == '前 [甲](a/x.md#节 "说明") 后\r\n'


def test_code_is_no_link():
    source = "```\n[甲](x.md)\n```\n"
    assert rebased(source, "courses/a/d.md", "courses/d.md") == source


def test_a_space_in_a_path_is_written_so_that_markdown_reads_it():
    assert "(a%20b/x.md)" in rebased("[甲](x.md)", "courses/a b/d.md", "courses/d.md")


def test_only_the_first_title_is_the_copys():
    assert (
        as_copy("# 旧\n\n```\n# 不是标题\n```\n", "courses/a.md", "courses/b.md", "新")
        == "# 新\n\n```\n# 不是标题\n```\n"
    )


def test_ids_stay_with_the_original_and_other_chips_are_copied():
    source = "# 旧\n\n## 节\n`id:k3f9qz` `按下单日`\n\n### 题\n`2分` `id:a2b3c4`\n"
    assert as_copy(source, "q/a.md", "q/b.md") == "# 旧\n\n## 节\n`按下单日`\n\n### 题\n`2分` \n"


def test_an_id_is_nobodys_word():
    assert hits("`id:k3f9qz` k3f9qz", "k3f9qz")[0].before.endswith("`id:k3f9qz` ")
    assert replaced("`id:k3f9qz`", "k3f9qz", "xxxxxx") == "`id:k3f9qz`"


@given(sources, st.sampled_from(["见", "x", "甲", "题"]))
def test_replacing_and_finding_count_the_same(source, words):
    assert len(hits(source, words, same_case=True)) == source.count(words)
    assert replaced(source, words, words, same_case=True) == source


def test_line_ends_stay():
    assert replaced("甲\r\n乙甲\n甲", "甲", "丙") == "丙\r\n乙丙\n丙"


@pytest.mark.parametrize("line", ["[a](b.md) " * 60_000, "`id:abcdef` " * 50_000, "a" * 600_000])
@ENDS
def test_one_long_line_takes_time_by_its_length_and_not_by_its_square(line):
    rebased(line, "kb_content/a.md", "kb_content/x/a.md")
    replaced(line, "a", "b")
