"""What a finder gives: where something lies, what it is, and whether that is sure. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is masked, as its placeholder says: 【手机号1】."""

    PHONE = "手机号"
    ID_CARD = "证件号"
    BANK_CARD = "银行卡号"
    MAIL = "邮箱"
    ACCOUNT = "账号"
    ADDRESS = "地址"
    ORDER = "订单号"
    PARCEL = "快递单号"
    NAME = "姓名"
    PLATE = "车牌号"
    BIRTHDAY = "生日"
    CODE = "验证码"
    LINK = "链接"
    OTHER = "隐去"


@dataclass(frozen=True, slots=True)
class Found:
    """A place in the shadow. sure: it is masked at once; else a person is asked."""

    start: int
    end: int
    kind: Kind
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What only a person can decide. id: the same for the same value of one kind. before, after: what stands around."""

    id: str
    kind: Kind
    value: str
    before: str
    after: str
    count: int = 1
