"""What is written in the studio of the demo: whole documents, and lines that go into shipped ones."""

from pathlib import Path

EAST = "logistics/east-warehouse"
ENTERPRISE = "presale/enterprise-quote"
GIFTS = "presale/livestream-gifts"
PEAK_CHECK = "peak/rules-check"


def document(name: str) -> str:
    """Return the source of a document that is written in the course of the story."""
    return (Path(__file__).parent / "documents" / f"{name}.md").read_text("utf-8")


# What is put into shipped documents; with two, in front of which line it goes.
K2_NOTICE = (
    "\n> 内部：{day}起，天猫旗舰店问底座异响的会话从 3 条涨到 41 条。"
    "质检结论出来前，先登记批次号和视频，不判断原因、不答应换新，组长 16 点统一答复。\n"
)
PRICE_ERROR_LESSON = (
    "\n> 内部：实战演练里最容易漏的是第二步，31 人里 14 人没有报“活动表的价”。"
    "报的时候三样一起：现在的价、活动表的价、几点看到的。\n"
)
FREIGHT_RULE = ("- 顾客自己寄的，不走垫付", "- 改约取件时间的，原来的垫付仍然有效，不用重新申请。\n")
FREIGHT_IN_FILE = ("- 顾客自己寄的，不走垫付", "- 同一单分两次上门取件的，只垫付第一次。\n")
PRICE_HINT = "\n> 内部：大促后第一周价保咨询会多一倍，先看付款日，再看是不是同一规格。\n"
OUTAGE_DRAFT = "\n## 备用线路\n工作台切到备用线路后，未发出的消息不会补发，逐条重发。切换步骤等信息部确认后补在这里。\n"
TEXTILES_LINK = "羽绒被怎么洗，见[羽绒被洗护](../../../kb_content/products/down-quilt.md)。\n\n"
FREIGHT_ON_DELIVERY = (
    "\n> 内部：顾客已经寄了到付件的，先联系仓库收下，再登记“到付”，运费按责任结算，不让包裹退来退去。\n"
)
FREIGHT_UNSAVED = "\n仓库拒收退回的，先问清是到付还是超重，再决定谁重新寄。\n"

SEARCHES = (
    ("改地址", 14),
    ("价保", 11),
    ("退货运费", 9),
    ("运费险没到账", 8),
    ("发票", 6),
    ("四件套尺寸", 6),
    ("K2 底座响", 5),
    ("刻字能退吗", 5),
    ("差评", 4),
    ("满减怎么算", 4),
    ("优惠卷", 3),
    ("以旧换新", 3),
    ("上门安装", 2),
    ("蒸汽拖把", 2),
)
"""What is typed into the search of the knowledge base in a fortnight, and how often; the last ones find nothing."""
IN_VAIN = ("华东仓什么时候发", "爆仓改地址", "华东仓改地址", "爆仓什么时候发")
"""What 57 searches asked while the warehouse was full, before there was an article."""
