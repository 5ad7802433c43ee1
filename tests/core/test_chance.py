"""Seeds: secret in life, told beforehand in a story."""

from random import Random

from lms.core import chance


def test_a_seed_has_32_hexadecimal_digits_and_none_comes_twice():
    found = {chance.seed() for _ in range(200)}
    assert len(found) == 200
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in found)


def test_a_held_source_gives_the_same_seeds_again_and_ends_with_its_block():
    def told():
        with chance.held(Random("a story")):
            return [chance.seed() for _ in range(3)]

    assert told() == told()
    assert all(len(each) == 32 for each in told())
    assert chance.seed() not in told()


def test_digits_are_not_lost_at_the_left():
    class Low(Random):
        def getrandbits(self, k):
            return 7

    with chance.held(Low()):
        assert chance.seed() == "7".zfill(32)
