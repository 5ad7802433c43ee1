import pytest

from lms.core import xml
from lms.core.errors import TooLarge, Unreadable


def code(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        xml.read(data)
    return refused.value.code


def test_what_is_well_formed_is_read_without_its_comments():
    root = xml.read("<?xml version='1.0'?><!-- a --><quiz>\n<a>甲</a><!-- b --></quiz>".encode())
    assert [(each.tag, each.text, each.sourceline) for each in root] == [("a", "甲", 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb2312", "gb18030", "utf-16"])
def test_the_encoding_is_what_the_file_says(encoding):
    assert xml.read(f'<?xml version="1.0" encoding="{encoding}"?><a>退款</a>'.encode(encoding)).text == "退款"


def test_a_mark_at_the_start_counts_more_than_what_is_said():
    assert xml.read("\ufeff<?xml version='1.0' encoding='gbk'?><a>退款</a>".encode()).text == "退款"


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b"<!doctype a><a/>",
        b"<?xml version='1.0'?>\n<?pi?><!-- x -->\n<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<!DOCTYPE a><a/>".encode("utf-16"),
    ],
)
def test_a_document_type_is_refused(data):
    assert code(data) in ("document_type", "broken_xml")


def test_a_document_type_inside_a_text_is_only_text():
    assert xml.read(b"<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"


def test_an_entity_that_nobody_declared_is_named():
    with pytest.raises(Unreadable, match="第 2 行有 XML 不认识的实体"):
        xml.read(b"<a>\n&nbsp;</a>")


def test_an_inclusion_is_refused_and_its_name_alone_is_not():
    used = f'<a xmlns:xi="{xml.INCLUSION}"><xi:include href="file:///etc/passwd"/></a>'
    assert code(used.encode()) == "inclusion"
    assert xml.read(f'<a xmlns:xi="{xml.INCLUSION}"/>'.encode()).tag == "a"


def test_depth_is_bounded_below_what_the_parser_bears():
    assert xml.read(b"<a>" * xml.DEEPEST + b"</a>" * xml.DEEPEST).tag == "a"
    assert code(b"<a>" * (xml.DEEPEST + 1) + b"</a>" * (xml.DEEPEST + 1)) == "too_deep"
    with pytest.raises(Unreadable, match="套得太深"):
        xml.read(b"<a>" * 100_000)


@pytest.mark.parametrize("data", [b"", b"a", b"<a>", b"<a></b>", b"\xff\xfe\x00", b"<a>\x00</a>", b"<a b=<>/>"])
def test_what_is_broken_is_refused(data):
    assert code(data) in ("broken_xml", "encoding")


def test_an_encoding_in_which_things_hide_is_refused():
    assert code(b"<?xml version='1.0' encoding='utf-7'?><a/>") == "encoding"


def test_what_is_too_large_is_refused_before_it_is_parsed():
    with pytest.raises(TooLarge):
        xml.read(b"<a>" + b"x" * 50 + b"</a>", most_bytes=50)
    with pytest.raises(TooLarge):
        xml.read(b"<a>" + b"<b/>" * xml.MOST_TAGS + b"</a>")
