"""Whether a phrase is taken back where it is said, in Chinese and in English. Pure.

It tells a person where to look; it is no judgement of what a sentence means.
"""

import re

NEAR = 4
"""Characters between a Chinese negation and the phrase that it still takes back."""
NEAR_WORDS = 3
"""English words before the phrase among which a negation takes it back."""
_REACH = 60  # characters before a phrase that are looked at

# 、 ends nothing: what is denied of the first of a list is denied of all
_END = re.compile(r"[，。！？；：,!?;:\n…]|\.(?!\d)")
_NEGATION = re.compile(
    r"不(?:能够?|会|可以?|敢|要|得|许|准|应该?|做|再|给|说|讲|用|是)?|无法|没法|没有?办法|没有?|并非|绝非|未|勿|别|莫|禁止|严禁|避免|拒绝"
)
_NO_NEGATION = re.compile(
    r"不好意思|对不起|不仅|不但|不管|不论|不光|不只|不错|差不多|不一会|不过|不到|不用(?:担心|着急|急|怕)|不必(?:担心|着急|怕)|"
    r"不要(?:担心|着急|急|怕)|别(?:担心|着急|急|怕|的)|没有?(?:问题|关系|事)|是不是|能不能|可不可以|要不要|特别|分别|个别|未来"
)
_BEHIND = re.compile(r"不了(?!解|结)")  # 今天一定到不了
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")
_NOT = re.compile(
    r"not|no|never|nor|cannot|without|unable|ain['’]?t|"
    r"(?:ca|do|wo|did|does|is|are|was|were|could|would|should|must|need|have|has|had)n['’]?t"
)


def is_negated(text: str, start: int, end: int) -> bool:
    """Say whether what stands around text[start:end] takes it back. text: folded (lower case, simplified writing)."""
    clause = _END.split(text[max(0, start - _REACH) : start])[-1]
    bare = _NO_NEGATION.sub(lambda match: "＿" * len(match[0]), clause)
    if any(len(bare) - match.end() <= NEAR for match in _NEGATION.finditer(bare)) or _BEHIND.match(text, end):
        return True
    if not (text[start : start + 1].isascii() and text[start : start + 1].isalpha()):
        return False
    return any(_NOT.fullmatch(word) for word in _WORD.findall(clause)[-NEAR_WORDS:])
