"""Banks of questions as other systems export them: written by us, shaped like the real thing, Chinese and English."""

import io
import zipfile
from base64 import b64decode, b64encode

from tests.support.make_files import a_picture

GIFT = r"""// question: 0  name: Switch category to $course$/top/售后
$CATEGORY: $course$/top/售后/退货

// [id:k3f9qz] [tag:退货] [tag:难度2] [tag:2分]
::退货时效::[markdown]签收后**几天**内可以无理由退货？{
	~3 天#太短，这是催付的时限
	=7 天#对
	~%0%15 天
	~30 天
	####见《退货规定》第二条。\n\n从签收次日算起。
}

::R-02::哪些情况要让顾客拍照？（多选）{
	~%50%外包装破损
	~%50%少件、发错
	~%-100%顾客改主意
}

::R-03::七天无理由退货，运费一律由商家承担。{FALSE#质量问题才由商家承担#}

退款一般 {=48 =四十八 =两天#也可以} 小时到账。

::R-05::满多少元包邮？{#99:0.5}
::R-06 范围::[html]<p>标准时效是<b>几天</b>？&nbsp;</p>{#3..5}

::R-07::把话和场景配起来\:{
	=顾客生气 -> 先道歉
	=顾客催单 -> 查物流
	= -> 请他等等
	####先处理情绪，再处理事情。
}

::R-08::[html]<p>顾客说：&ldquo;你们<em>到底</em>发不发？&rdquo;</p><p>怎么回？</p>{####要先道歉}

下面三道题都是售前的。

$CATEGORY: $course$/top/售前

::K-01::功率是 2200W 的水壶，一壶水要多久？ {~1 分钟 =4 分钟#1\=1 升 ~10 分钟}

::K-02::The kettle is made of {~plastic =stainless steel ~glass}.
"""

GIFT_EN = r"""// Customer service, returns
::Return window::How many days does a customer have to return goods?{
  ~3 days#Too short.
  =7 days#Right!
  ~%-50%30 days
}

::Colon\: and braces::Type \{0\} means \#1 \~ a template.{T}

::Who pays?::Who pays the postage of a faulty item?{=the shop =shop =%50%the courier}

::Not a question::Read the policy first.

::Broken::What comes first? {=apologise ~argue

::Essay::Write a short reply to an angry customer.{}
"""

AIKEN = """退货运费由谁承担？
A. 一律由买家
B. 一律由商家
C. 质量问题由商家，其他由买家
ANSWER: C

签收后几天内可以退货？（七天无理由）
Ａ．3 天
Ｂ、7 天
C) 30 天
答案：B

没有答案的题？
A. 甲
B. 乙

下一题正常吗？
A. 正常
B. 不正常
ANSWER: A
"""

AIKEN_EN = """What comes first when a customer is angry?
A. Explain the rules
B. Apologise
C) Close the ticket
ANSWER: B

Which colour is the return label?
A. Red
B. Blue
ANSWER: E
"""

_PICTURE = b64encode(a_picture()).decode()


def moodle(*questions: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>\n").encode()


def asked(kind: str, words: str, inside: str, *, name: str = "题", grade: str = "1.0000000") -> str:
    return f"""<question type="{kind}">
    <name><text>{name}</text></name>
    <questiontext format="html"><text><![CDATA[{words}]]></text></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <defaultgrade>{grade}</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    {inside}
  </question>"""


def answer(fraction: str, words: str, feedback: str = "") -> str:
    return f"""<answer fraction="{fraction}" format="html"><text><![CDATA[{words}]]></text>
      <feedback format="html"><text><![CDATA[{feedback}]]></text></feedback></answer>"""


CATEGORY = """<question type="category"><category><text>$course$/top/售后/退货</text></category>
    <info format="moodle_auto_format"><text></text></info><idnumber></idnumber></question>"""
MOODLE = moodle(
    "<!-- question: 0  -->",
    CATEGORY,
    f"""<question type="multichoice">
    <name><text>退货时效</text></name>
    <questiontext format="html"><text><![CDATA[<p dir="ltr">签收后<strong>几天</strong>内可以退货？</p>
<p><img src="@@PLUGINFILE@@/%E9%9D%A2%E5%8D%95%201.png" alt="快递面单" width="300" /></p>]]></text>
<file name="面单 1.png" path="/" encoding="base64">{_PICTURE}</file></questiontext>
    <generalfeedback format="html"><text><![CDATA[<p>见<a href="https://example.com/r">《退货规定》</a></p>]]></text>
    </generalfeedback>
    <defaultgrade>2.0000000</defaultgrade><hidden>0</hidden><idnumber>k3f9qz</idnumber>
    <single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>回答正确</text></correctfeedback>
    {answer("0", "<p>3 天</p>", "<p>太短</p>")}
    {answer("100", "<p>7 天</p>")}
    <tags><tag><text>退货</text></tag><tag><text>难度2</text></tag></tags>
    <hint format="html"><text><![CDATA[<p>想想无理由</p>]]></text></hint>
  </question>""",
    asked(
        "multichoice",
        "<p>哪些要拍照？</p>",
        "<single>false</single>" + answer("50", "破损") + answer("50", "少件") + answer("-100", "改主意"),
    ),
    asked("truefalse", "<p>运费一律由商家承担</p>", answer("0", "true", "不对") + answer("100", "false")),
    asked("shortanswer", "退款到账要几小时？", "<usecase>0</usecase>" + answer("100", "48") + answer("100", "四十八")),
    asked(
        "numerical",
        "<p>满多少包邮？</p>",
        answer("100", "99").replace("</answer>", "<tolerance>0.5</tolerance></answer>")
        + "<units><unit><multiplier>1</multiplier><unit_name>元</unit_name></unit></units>",
    ),
    asked(
        "matching",
        "<p>配起来</p>",
        "".join(
            f'<subquestion format="html"><text><![CDATA[{left}]]></text><answer><text>{right}</text></answer></subquestion>'
            for left, right in (("<p>生气</p>", "先道歉"), ("<p>催单</p>", "查物流"), ("", "请他等等"))
        ),
    ),
    asked("essay", "<p>怎么回？</p>", '<graderinfo format="html"><text><![CDATA[<p>先道歉</p>]]></text></graderinfo>'),
    asked(
        "ordering",
        "<p>按处理顺序排</p>",
        "<gradingtype>ALL_OR_NOTHING</gradingtype>" + answer("1.0", "核实") + answer("2.0", "道歉"),
    ),
    asked("cloze", "<p>先 {1:SHORTANSWER:=核实~=核对} 订单，再 {1:SA:=退款}</p>", ""),
    asked(
        "ddwtos",
        "<p>先 [[1]] 再 [[3]]</p>",
        "".join(f"<dragbox><text>{word}</text><group>1</group></dragbox>" for word in ("核实", "拖延", "退款")),
    ),
    asked("calculated", "<p>{a} + {b} 是多少？</p>", answer("100", "{a}+{b}")),
    asked(
        "multichoice", "<p>图在别处 <img src='https://example.com/a.png'></p>", answer("100", "甲") + answer("0", "乙")
    ),
)
MOODLE_EN = moodle(
    asked(
        "multichoice",
        "<p>What comes <em>first</em>?</p>",
        "<single>true</single>" + answer("100", "Apologise") + answer("0", "Argue") + answer("33.33333", "Explain"),
        name="First words",
    ),
    asked(
        "multichoice",
        "<p>Pick all that need a photo.</p>",
        "<single>false</single>" + "".join(answer("33.33333", each) for each in ("a", "b", "c")) + answer("-20", "d"),
        grade="0.3333333",
    ),
    asked("gapselect", "<p>Always [[2]] first.</p>", "".join(
        f"<selectoption><text>{word}</text><group>1</group></selectoption>" for word in ("argue", "listen")
    )),
)  # fmt: skip


def declared(
    *right: str, card: str = "single", base: str = "identifier", more: str = "", name: str = "RESPONSE"
) -> str:
    values = "".join(f"<value>{each}</value>" for each in right)
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{card}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse>{more}</responseDeclaration>"
    )


def item(declaration: str, body: str, more: str = "", template: str = "match_correct") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" title="退货" adaptive="false"
    timeDependent="false">
  {declaration}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
  <itemBody>{body}</itemBody>
  <responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{template}"/>
  {more}</assessmentItem>"""


def sides(*words: str, start: str = "A") -> str:
    names = [chr(ord(start) + place) for place in range(len(words))]
    return "".join(
        f'<simpleAssociableChoice identifier="{name}" matchMax="1">{each}</simpleAssociableChoice>'
        for name, each in zip(names, words, strict=True)
    )


def choices(*words: str) -> str:
    names = [chr(ord("A") + place) for place in range(len(words))]
    return "".join(
        f'<simpleChoice identifier="{n}">{each}</simpleChoice>' for n, each in zip(names, words, strict=True)
    )


def interaction(kind: str, inside: str, **more: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<{kind}Interaction responseIdentifier="RESPONSE"{attributes}>{inside}</{kind}Interaction>'


QTI = {
    "one.xml": item(
        declared("B"),
        '<p>签收后<strong>几天</strong>？</p><p><img src="../img/label.png" alt="快递面单"/></p>'
        + interaction(
            "choice",
            "<prompt>请选：</prompt>"
            '<simpleChoice identifier="A">3 天<feedbackInline identifier="A">太短</feedbackInline></simpleChoice>'
            '<simpleChoice identifier="B">7 天</simpleChoice>',
            maxChoices="1",
        ),
        '<modalFeedback identifier="x" showHide="show"><p>见规定</p></modalFeedback>',
    ),
    "several.xml": item(
        declared(
            "A", "B", card="multiple",
            more='<mapping defaultValue="0"><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="1"/>'
            '<mapEntry mapKey="C" mappedValue="-2"/></mapping>',
        ),
        interaction("choice", "<prompt>哪些要拍照？</prompt>" + choices("破损", "少件", "改主意"), maxChoices="0"),
        template="map_response",
    ),
    "typed.xml": item(
        declared("48", base="string", more='<mapping><mapEntry mapKey="48" mappedValue="1"/></mapping>')
        + declared("银行卡", base="string", name="R2"),
        '<p>退款 <textEntryInteraction responseIdentifier="RESPONSE"/> 小时，'
        '到 <textEntryInteraction responseIdentifier="R2"/></p>',
    ),
    "order.xml": item(
        declared("B", "A", card="ordered"),
        interaction("order", "<prompt>Put them in order</prompt>" + choices("Refund", "Check")),
    ),
    "match.xml": item(
        declared("A X", "B Y", card="multiple", base="directedPair"),
        interaction(
            "match",
            f"<prompt>配起来</prompt><simpleMatchSet>{sides('生气', '催单')}</simpleMatchSet>"
            f"<simpleMatchSet>{sides('先道歉', '查物流', '请他等等', start='X')}</simpleMatchSet>",
        ),
    ),
    "spot.xml": item(declared("1"), interaction("hotspot", "<prompt>点一下</prompt>")),
}  # fmt: skip


def package(**more: bytes) -> bytes:
    """Return the items as a zip with a manifest, a picture and what else is asked for, by name."""
    out = io.BytesIO()
    resources = "".join(
        f'<resource identifier="r{n}" type="imsqti_item_xmlv2p1" href="items/{name}"/>' for n, name in enumerate(QTI)
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("imsmanifest.xml", f"<manifest><resources>{resources}</resources></manifest>")
        for name, source in QTI.items():
            packed.writestr(f"items/{name}", source)
        packed.writestr("img/label.png", b64decode(_PICTURE))
        for name, data in more.items():
            packed.writestr(name, data)
    return out.getvalue()


SAMPLES: dict[str, tuple[bytes, ...]] = {
    "gift": (
        GIFT.encode(),
        GIFT_EN.encode(),
        GIFT.encode("gb18030"),
        b"\xef\xbb\xbf" + GIFT.replace("\n", "\r\n").encode(),
    ),
    "aiken": (AIKEN.encode(), AIKEN_EN.encode(), AIKEN.encode("gb18030"), AIKEN.encode("utf-16")),
    "moodlexml": (MOODLE, MOODLE_EN),
    "qti": (*(source.encode() for source in QTI.values()), package()),
}
"""By the name of the format."""
