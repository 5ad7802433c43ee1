"""What a word before it gives away: accounts, orders, parcels, codes, birthdays; and what its own letters do. Pure.

Every pattern begins at a fixed word or at the start of a token and repeats within bounds, so reading stays linear.
"""

import re
from collections.abc import Iterator

from lms.core.masking.finding import Found, Kind

_IS = r"[ \t]{0,3}(?:就?是|为|叫|[:=#])?[ \t]{0,3}(?:就?是|为|叫|[:=#])?[ \t]{0,3}"
_IS_SAID = r"[ \t]{0,3}(?:就?是|为|叫|[:=])[ \t]{0,3}[:=]?[ \t]{0,3}"
_APART = r"(?<![A-Za-z0-9_-])"
_END = r"(?![A-Za-z0-9_])"

_LABELLED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.ACCOUNT,
        re.compile(
            r"(?:微信|薇信|威信|徽信|维信|V信|(?<![A-Za-z])VX(?![A-Za-z])|(?<![A-Za-z])WX(?![A-Za-z])|wechat|weixin|加[VW](?![A-Za-z]))(?:号码?|ID|账号|吧|哦|就是)?"
            + _IS
            + r"([A-Za-z][-_A-Za-z0-9]{4,19}|\d{5,11})"
            + _END,
            re.IGNORECASE,
        ),
    ),
    (
        Kind.ACCOUNT,
        re.compile(
            r"(?:(?<![A-Za-z])QQ|扣扣|企鹅|(?<![A-Za-z])q号)(?:号码?|群)?" + _IS + r"([1-9]\d{4,11})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.ACCOUNT,
        re.compile(
            r"(?:(?:淘宝|天猫|京东|支付宝|抖音|快手|拼多多|小红书|钉钉|陌陌|微博|会员|买家)(?:账号|账户|帐号|号|ID|名|昵称|会员名)|旺旺号?|用户名|昵称|网名)"
            + _IS_SAID
            + r"([^\s\x1e,。;!?、:()]{2,30})",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.ORDER,
        re.compile(
            r"(?:订单|单子|交易|退款|退货|售后|工单|投诉|发票|流水|支付|服务)(?:编号|号码|单号|号)?"
            + _IS
            + r"((?=[A-Za-z-]{0,12}\d)[A-Za-z0-9][A-Za-z0-9-]{3,40})"
            + _END,
            re.IGNORECASE,
        ),
    ),
    (
        Kind.PARCEL,
        re.compile(
            r"(?:(?:快递|运单|物流|包裹|寄回|退货|顺丰|圆通|中通|申通|韵达|极兔|EMS)(?:快递)?(?:单号|编号|号码|号)|运单|单号)"
            + _IS
            + r"((?=[A-Za-z-]{0,12}\d)[A-Za-z0-9][A-Za-z0-9-]{5,40}|\d{3,5}(?: \d{2,5}){2,5})"
            + _END,
            re.IGNORECASE,
        ),
    ),
    (
        Kind.CODE,
        re.compile(
            r"(?:验证码|校验码|动态码|密码|口令|取件码|提货码|核销码|券码|卡密|门禁码?|门锁)"
            + _IS
            + r"([A-Za-z0-9][A-Za-z0-9-]{3,19})"
            + _END
        ),
    ),
    (Kind.PHONE, re.compile(r"(?:尾号|后四位|末四位|后4位|末4位)" + _IS + r"(\d{3,6})(?!\d)")),
    (
        Kind.ID_CARD,
        re.compile(r"(?:身份证|证件)(?:号码?)?[的]?[后末][四六46八8]位" + _IS + r"(\d{3,7}[\dXx])" + _END),
    ),
    (Kind.ADDRESS, re.compile(r"(?:邮编|邮政编码)" + _IS + r"(\d{6})(?!\d)")),
    (
        Kind.ID_CARD,
        re.compile(
            r"(?:身份证|证件|护照|港澳通行证|通行证|军官证)(?:号码?|编号)?"
            + _IS
            + r"([A-Za-z]{0,2}\d[\d* ]{5,20}[\dXx])"
            + _END,
            re.IGNORECASE,
        ),
    ),
    (
        Kind.BIRTHDAY,
        re.compile(
            r"(?:生日|出生(?:日期|年月日?|于)?|生于)"
            + _IS
            + r"((?:农历|阳历|阴历)? ?(?:\d{2,4} ?[-/.年] ?)?\d{1,2} ?[-/.月] ?\d{1,2}[日号]?"
            r"|(?:19|20)\d{6}(?!\d)|(?:19|20)\d{2}年?(?!\d))"
        ),
    ),
)
_BORN = re.compile(r"((?:19|20)\d{2} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}[日号]?)(?= ?(?:出生|生的|生人|生日))")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64} ?@ ?[\w-]{1,63}(?: ?\.[A-Za-z0-9-]{1,63}){1,5}", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s\x1e\u4e00-\u9fff,。;<>\"]{3,2000}", re.IGNORECASE)
_PERSONAL = re.compile(r"order|trade|user|token|mobile|phone|uid|sign|buyer", re.IGNORECASE)
_NUMBER = re.compile(r"\d{8}")
_PARCEL = re.compile(_APART + r"[A-Za-z]{1,5}-?\d{8,25}[A-Za-z]{0,4}" + _END)
_SPACED = re.compile(
    _APART + r"(?:SF|YT|YTO|JD|JT|ZTO|STO|YD|DPK|EMS) ?\d{2,5}(?:[ -]\d{2,5}){2,4}(?!\d)", re.IGNORECASE
)
_NICK = re.compile(_APART + r"(?:tb\d{6,}|jd_[0-9a-z]{6,30}|wxid_\w{6,30}|dy[a-z0-9]{8,20}|用户\d{6,12})" + _END)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][ ·.-]?"
    r"(?=[A-Za-z]{0,4}\d)[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)
_TOKEN = re.compile(_APART + r"[A-Za-z0-9_-]{8,120}")
_GOODS = re.compile(
    r"(?:SKU|货号|型号|款号|款式|商品(?:编号|编码|ID)|条形码|条码|批号|批次|规格|活动ID)[为是:# ]{0,4}$", re.IGNORECASE
)
_LIKE_AN_ACCOUNT = re.compile(r"[a-z][a-z_-]{3,16}\d{3,10}")
_DATES = re.compile(r"(?:19|20)\d{2}[-/]?\d{1,2}(?:[-/]?\d{1,2})?(?:T.*)?")
_COUNTED = re.compile(r" ?(?:元|块|件|个|台|只|套|箱|包|天|小时|分|年|月|日|号[^码]|%|\.\d|[:/]\d)")
_RUN = re.compile(r"\d+")
_TURNS = re.compile(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]")


def find_labelled(plain: str) -> Iterator[Found]:
    """Yield what stands behind a word that says what it is."""
    for kind, pattern in _LABELLED:
        for match in pattern.finditer(plain):
            value = match[1]
            if kind is Kind.ORDER and _is_no_order(value, plain, match.end(1)):
                continue
            yield Found(match.start(1), match.end(1), _clearer(value) if kind is Kind.ACCOUNT else kind)
    for match in _BORN.finditer(plain):
        yield Found(match.start(1), match.end(1), Kind.BIRTHDAY)


def _clearer(value: str) -> Kind:
    """Return what the name of an account is besides: people take their phone or their mail for it."""
    if _MOBILE.fullmatch(value):
        return Kind.PHONE
    return Kind.MAIL if _MAIL.fullmatch(value) else Kind.ACCOUNT


def _is_no_order(value: str, plain: str, end: int) -> bool:
    if _DATES.fullmatch(value) or sum(each.isdigit() for each in value) < 4:
        return True
    return len(value) <= 6 and _COUNTED.match(plain, end) is not None


def find_tokens(plain: str) -> Iterator[Found]:
    """Yield what gives itself away by its letters: mail, links, parcels, plates, names of accounts, long tokens."""
    for match in _MAIL.finditer(plain) if "@" in plain else ():
        yield Found(match.start(), match.end(), Kind.MAIL)
    for match in _LINK.finditer(plain):
        personal, numbered = _PERSONAL.search(match[0]) is not None, _NUMBER.search(match[0]) is not None
        if personal or numbered:
            yield Found(match.start(), match.end(), Kind.LINK, sure=personal and numbered)
    for match in _PLATE.finditer(plain):
        if sum(each.isdigit() for each in match[0]) >= 2:
            yield Found(match.start(), match.end(), Kind.PLATE)
    for match in _SPACED.finditer(plain):
        yield Found(match.start(), match.end(), Kind.PARCEL)
    for match in _NICK.finditer(plain):
        yield Found(match.start(), match.end(), Kind.ACCOUNT)
    for match in _PARCEL.finditer(plain):
        if not _GOODS.search(plain, max(0, match.start() - 16), match.start()):
            yield Found(match.start(), match.end(), Kind.PARCEL)
    for match in _TOKEN.finditer(plain):
        if _is_odd(match[0]) and not _GOODS.search(plain, max(0, match.start() - 16), match.start()):
            yield Found(match.start(), match.end(), Kind.OTHER, sure=False)


def _is_odd(token: str) -> bool:
    """Whether letters and digits are mixed as in no word, model or size: a8f3k2m9, K123456789."""
    if token.isdigit() or not any(each.isdigit() for each in token) or _DATES.fullmatch(token):
        return False
    if not any(each.isalpha() for each in token):
        return False
    if _LIKE_AN_ACCOUNT.fullmatch(token):
        return True
    return len(_TURNS.findall(token)) >= 4 or max(len(run) for run in _RUN.findall(token)) >= 6
