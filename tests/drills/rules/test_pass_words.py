"""The pass rule as a person reads it."""

import pytest

from lms.drills.rules.pass_words import pass_words
from lms.drills.spec import Clause, Compared


@pytest.mark.parametrize(
    ("compared", "dimension", "words"),
    [
        (Compared.AT_LEAST, "", "总分 75 分以上"),
        (Compared.AT_LEAST, "合规", "合规 75 分以上"),
        (Compared.OVER, "", "总分超过 75 分"),
        (Compared.OVER, "合规", "合规超过 75 分"),
        (Compared.AT_MOST, "", "总分不超过 75 分"),
        (Compared.AT_MOST, "合规", "合规不超过 75 分"),
        (Compared.UNDER, "", "总分低于 75 分"),
        (Compared.UNDER, "合规", "合规低于 75 分"),
    ],
)
def test_each_comparison_has_its_sentence(compared, dimension, words):
    [[said]] = pass_words(((Clause(dimension=dimension, compared=compared, limit=75),),))
    assert str(said) == words
