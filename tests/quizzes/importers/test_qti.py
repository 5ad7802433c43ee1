import pytest

from lms.core.errors import Unreadable
from lms.questions.spec import Kind
from lms.quizzes.importers import qti
from tests.support.banks import QTI, choices, declared, interaction, item, package


def one(source: str):
    taken = qti.read(source.encode())
    assert not taken.refused, str(taken.refused[0].reason)
    return taken.questions[0].question, [str(note) for note in taken.questions[0].notes]


def why(source: str) -> str:
    return str(qti.read(source.encode()).refused[0].reason)


def test_a_package_is_read_in_the_order_of_its_manifest():
    taken = qti.read(package())
    kinds = [Kind.SINGLE, Kind.MULTIPLE, Kind.FILL_IN, Kind.ORDERING, Kind.MATCHING]
    assert [each.question.kind for each in taken.questions] == kinds
    assert taken.questions[0].where.label == "items/one.xml 退货"
    assert [each.where.label for each in taken.refused] == ["items/spot.xml 退货"]


def test_an_item_brings_its_picture_its_remarks_and_its_explanation():
    taken = qti.read(package())
    (target,) = taken.pictures
    question = taken.questions[0].question
    assert question.stem.source == f"签收后**几天**？\n\n![快递面单]({target})\n\n请选："
    assert question.shape.options[0].note.source == "太短"
    assert question.explanation.source == "见规定"


def test_an_item_alone_has_no_picture_beside_it():
    assert "不在文件里" in why(QTI["one.xml"])


def test_marks_by_mapping_are_shares_and_marks_by_the_key_are_all_or_nothing():
    assert one(QTI["several.xml"])[0].shape.half_if_incomplete
    whole = QTI["several.xml"].replace("map_response", "match_correct")
    assert not one(whole)[0].shape.half_if_incomplete


def test_order_and_pairs_are_those_of_the_key():
    assert [step.body.text for step in one(QTI["order.xml"])[0].shape.steps] == ["Check", "Refund"]
    assert one(QTI["match.xml"])[0].shape.key == ("r1", "r2")
    assert len(one(QTI["match.xml"])[0].shape.right) == 3


def test_a_whole_number_that_is_typed_is_a_number():
    body = '<p>满 <textEntryInteraction responseIdentifier="RESPONSE"/> 元</p>'
    question, _ = one(item(declared("99", base="integer"), body))
    assert (question.kind, question.stem.source) == (Kind.NUMERIC, "满 （ ） 元")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (item("", "<p>说明</p>"), "没有作答的地方"),
        (item(declared("1"), interaction("hotspot", "")), "作答方式“hotspotInteraction”"),
        (item(declared("Z"), interaction("choice", choices("甲", "乙"))), "对不上"),
        (item("", interaction("choice", choices("甲", "乙"))), "没有声明正确答案"),
        (item(declared("A"), interaction("choice", choices("甲", "乙")) * 2), "有 2 处作答"),
        (item(declared("A"), "<p><math>x</math></p>" + interaction("choice", choices("甲", "乙"))), "公式"),
        (item(declared("A", card="ordered"), interaction("order", choices("甲", "乙"))), "每个步骤各一次"),
    ],
)
def test_what_can_not_be_taken_is_refused_with_how_to_mend_it(source, reason):
    assert reason in why(source)


@pytest.mark.parametrize("root", ["questestinterop", "qti-assessment-item", "assessmentTest", "html"])
def test_another_kind_of_file_is_refused_as_a_whole(root):
    with pytest.raises(Unreadable):
        qti.read(f"<{root}/>".encode())


def test_what_a_computer_adds_by_itself_is_not_looked_at():
    more = package(**{"__MACOSX/items/._one.xml": b"\x00\x05\x16\x07", "items/.DS_Store": b"\x00"})
    assert qti.read(more) == qti.read(package())
