"""What is written in the studio of the demo: whole documents, and lines that go into shipped ones."""

from pathlib import Path

EAST = "logistics/east-warehouse"
EAST_TITLE = "华东仓积压：发货与改地址口径"
FREIGHT = "logistics/freight-insurance"
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
PRICE_RULE = (
    "平台自己提供价保的",
    "用店铺红包付掉的那部分，和店铺券一样先分摊，不算顾客的实付。\n\n"
    "> 内部：大促后第一周价保咨询会多一倍，先看付款日，再看是不是同一规格。\n\n",
)
PRICE_EXAMPLE = ("## 申请步骤", "- 例五：标价 299 元，用店铺红包 30 元，实付 269 元，页面价 259 元，退 10 元。\n\n")
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

REASONS = (
    ("以旧换新怎么办理", "天猫旗舰店", (2, 3, 2, 4, 3)),
    ("买家想改收货地址", "京东旗舰店", (9, 11, 14, 12, 8)),
    ("退货运费谁出", "抖音店", (6, 7, 5, 8, 6)),
)
"""Why customers wrote on five days, as the desk counts it; the first is in no article."""
HELPED = (
    "orders/change-address",
    "after-sales/return-7d",
    "logistics/freight-insurance",
    "scripts/apology",
    "after-sales/refund-time",
    "presale/discount-order",
    "products/kettle-k2",
)
NO_HELP = (
    ("logistics/remote-areas", "missing", "没写海南岛内的加价"),
    ("logistics/remote-areas", "missing", "海南怎么算"),
    ("presale/membership", "unclear", ""),
    ("after-sales/compensation-limits", "outdated", "额度好像是上个月的"),
    ("presale/invoice", "hard_to_find", ""),
)
"""Articles that did not help, why, and what was written beside it."""

PROPOSED = (
    "orders/change-address",
    "拦截失败的，当场改走快递改寄；",
    "拦截失败的，当场改走快递改寄，并把快递答复的时间（一般当天）告诉顾客；",
    "顾客最常追问的就是“什么时候知道改没改成”，我们一直没写。",
)
NOT_TAKEN = (
    "presale/invoice",
    "申请之后 **3 个工作日**内",
    "申请之后 **1 个工作日**内",
    "最近财务开得很快，都是第二天就到。",
)
WHY_NOT = "财务答复：承诺仍按 3 个工作日，开得快是因为月中票少。写短了，月底就会变成投诉。"
WAITS = (
    "logistics/signed-not-received",
    "| 快递柜、代收点 | 有没有取件通知？ | 柜里，通知没收到 |",
    "| 快递柜、代收点 | 有没有取件通知？手机号换过吗？ | 柜里，通知发到了旧号码 |",
    "这周三单都是顾客换了手机号，取件码发到旧号上。",
)
"""Who proposes it stands in sharing.py: the article, what stands there, what should, and why."""
SHARED_TITLE = "顾客要求送货上门怎么答"
SHARED_WHY = "这两周问了十几次，每个人答得都不一样。"
ASKED = "顾客用店铺红包付了 30 元，这 30 元算不算实付？今天两单都卡在这里。"
ANSWERED = "不算，和店铺券一样先分摊。已经补进正文，见“差价怎么算”例五。"
NEW_HIRE_ASKS = "保温时长是按 95 度的水算的吗？顾客说倒的是 80 度的。"
