"""Laws of a draw by blueprint: every line gets its number where the banks allow it, never a question twice."""

from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.points import ONE_POINT
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Question, Rich, TrueFalse
from lms.quizzes.blueprint import Draw
from lms.quizzes.rules.draw import banked, draw, pool_of
from lms.quizzes.rules.holding import for_shops, left_on_paper, on_one_paper, why_not_now
from lms.quizzes.rules.matching import assign
from lms.quizzes.spec import QuizRules, QuizSpec, Section, Use

TAGS = ("退货", "物流", "发票")


def rich(words):
    return Rich(source=words, html=words, text=words)


def a_question(name, tags=(), level=None, **more):
    return Question(key=name[:6], stem=rich(name), shape=TrueFalse(right=True), tags=tags, level=level, **more)


def a_bank(*questions, shops=(), tags=()):
    section = Section(title="一", questions=questions, tags=tags)
    return QuizSpec(title="库", rules=QuizRules(use=Use.BANK), sections=(section,), shops=shops)


def a_line(count, *tags, levels=None, target="a.md"):
    return Draw(target=target, link=target, title="库", count=count, tags=tags, levels=levels)


def a_quiz(*lines, each=None, questions=(), **rules):
    return QuizSpec(
        title="测验",
        rules=QuizRules(**rules),
        sections=(Section(title="一", draws=lines, each=each, questions=questions),),
    )


questions_of = st.lists(
    st.tuples(st.sets(st.sampled_from(TAGS), max_size=2), st.sampled_from([None, 1, 2, 3])), max_size=9
).map(lambda found: tuple(a_question(f"题{n}", tuple(sorted(tags)), level) for n, (tags, level) in enumerate(found)))
lines_of = st.lists(
    st.builds(
        a_line,
        st.integers(1, 3),
        st.sampled_from(TAGS),
        levels=st.sampled_from([None, (1, 1), (1, 2), (3, 3)]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda line: (line.tags, line.levels),
).map(tuple)
seeds = st.text(max_size=6)


def drawn(quiz, bank, seed="", **more):
    return [item.key for item in draw(quiz, seed, banks={"a.md": bank}, **more).items]


def most(lines, bank):
    """Return how many questions can be given out to the lines at all, tried in every way."""
    pools = [{each.question.key for each in pool_of(line, banked({"a.md": bank}).values())} for line in lines]
    wanted = [place for place, line in enumerate(lines) for _ in range(line.count)]
    keys = {key for pool in pools for key in pool}
    for size in range(min(len(wanted), len(keys)), 0, -1):
        for chosen in combinations(wanted, size):
            if _fits(list(chosen), pools, frozenset()):
                return size
    return 0


def _fits(places, pools, taken):
    if not places:
        return True
    return any(_fits(places[1:], pools, taken | {key}) for key in pools[places[0]] - taken)


@given(lines_of, questions_of, seeds)
@settings(max_examples=60)
def test_as_many_are_drawn_as_the_bank_has_for_all_lines_together(lines, questions, seed):
    bank = a_bank(*questions)
    assert len(drawn(a_quiz(*lines), bank, seed)) == most(lines, bank)


@given(lines_of, questions_of, seeds)
def test_no_line_gets_more_than_its_number_nor_anything_else_than_it_asks_for(lines, questions, seed):
    bank, quiz = a_bank(*questions), a_quiz(*lines)
    by_key = {each.question.key: each for each in banked({"a.md": bank}).values()}
    free = [line.count for line in lines]
    found = [by_key[key] for key in drawn(quiz, bank, seed)]
    fits = {one.asked: [n for n, line in enumerate(lines) if line.takes(one.tags, one.question.level)] for one in found}
    assert len(assign(list(fits), fits, free)) == len(found)


@given(lines_of, questions_of, seeds, st.booleans())
def test_no_question_stands_twice_on_a_paper(lines, questions, seed, shuffle):
    found = drawn(a_quiz(*lines, questions=questions[:2], shuffle_questions=shuffle), a_bank(*questions), seed)
    assert len(found) == len(set(found))


@given(lines_of, questions_of, seeds)
def test_the_same_seed_gives_the_same_paper(lines, questions, seed):
    quiz, banks = a_quiz(*lines, shuffle_questions=True), {"a.md": a_bank(*questions)}
    assert draw(quiz, seed, banks=banks) == draw(quiz, seed, banks=banks)


@given(lines_of, questions_of, seeds)
def test_a_larger_bank_never_gives_fewer(lines, questions, seed):
    counts = [len(drawn(a_quiz(*lines), a_bank(*questions[:size]), seed)) for size in range(len(questions) + 1)]
    assert counts == sorted(counts)


@given(lines_of, questions_of, seeds, st.sets(st.integers(0, 8)))
def test_what_somebody_has_seen_comes_only_where_nothing_unseen_is_left(lines, questions, seed, numbers):
    bank = a_bank(*questions)
    seen = {each.key for n, each in enumerate(questions) if n in numbers}
    unseen = a_bank(*(each for each in questions if each.key not in seen))
    fresh = [key for key in drawn(a_quiz(*lines), bank, seed, seen=seen) if key not in seen]
    assert len(fresh) == len(drawn(a_quiz(*lines), unseen, seed))


@given(lines_of, questions_of, seeds, st.sets(st.integers(0, 8)))
def test_a_question_in_doubt_is_never_drawn(lines, questions, seed, numbers):
    held = {asked_sha(each).hex() for n, each in enumerate(questions) if n in numbers}
    keys = {each.key for n, each in enumerate(questions) if n in numbers}
    assert keys.isdisjoint(drawn(a_quiz(*lines), a_bank(*questions), seed, held=held))


def test_every_question_of_a_pool_has_its_turn():
    bank = a_bank(*(a_question(f"题{n}", ("退货",)) for n in range(4)))
    assert {key for n in range(60) for key in drawn(a_quiz(a_line(1, "退货")), bank, str(n))} == {
        "题0",
        "题1",
        "题2",
        "题3",
    }


def test_a_line_that_is_fussy_gets_the_question_that_another_could_do_without():
    bank = a_bank(a_question("甲", ("退货",), 1), a_question("乙", ("退货",)))
    for orders in permutations([a_line(1, "退货"), a_line(1, "退货", levels=(1, 1))]):
        assert sorted(drawn(a_quiz(*orders), bank)) == ["乙", "甲"]


def test_the_tag_of_a_section_counts_for_its_questions_and_case_does_not():
    assert drawn(a_quiz(a_line(1, "VIP")), a_bank(a_question("甲"), tags=("vip",))) == ["甲"]


def test_a_question_without_a_level_is_drawn_only_where_any_will_do():
    bank = a_bank(a_question("甲"))
    assert drawn(a_quiz(a_line(1, levels=(1, 5))), bank) == []
    assert drawn(a_quiz(a_line(1)), bank) == ["甲"]


def test_the_section_says_what_a_drawn_question_counts():
    bank = {"a.md": a_bank(a_question("甲", points=5 * ONE_POINT))}
    assert draw(a_quiz(a_line(1), each=2 * ONE_POINT), "", banks=bank).possible == 2 * ONE_POINT
    assert draw(a_quiz(a_line(1)), "", banks=bank).possible == 5 * ONE_POINT


def test_a_bank_that_is_not_there_gives_nothing_and_the_paper_says_whence_the_others_come():
    quiz = a_quiz(a_line(1), a_line(1, target="b.md"), questions=(a_question("自己的"),))
    items = draw(quiz, "", banks={"a.md": a_bank(a_question("甲"))}).items
    assert [(item.key, item.bank) for item in items] == [("自己的", ""), ("甲", "a.md")]


def test_a_twin_of_a_question_of_the_quiz_itself_is_not_drawn():
    twin = a_question("甲")
    assert drawn(a_quiz(a_line(1), questions=(twin,)), a_bank(twin)) == ["甲"]


def test_a_paper_promises_what_its_lines_say_and_may_have_less():
    quiz, banks = a_quiz(a_line(3)), {"a.md": a_bank(a_question("甲"))}
    assert (on_one_paper(quiz), left_on_paper(quiz, (), banks)) == (3, 1)


def test_an_exam_does_not_begin_with_less_than_half_of_its_questions():
    lines = (a_line(3),)
    assert "不够一份试卷" in str(why_not_now(a_quiz(*lines, use=Use.EXAM), 1, doubted=False))
    assert why_not_now(a_quiz(*lines, use=Use.EXAM), 2, doubted=False) is None
    assert why_not_now(a_quiz(*lines), 1, doubted=False) is None
    assert "没有够条件的题" in str(why_not_now(a_quiz(*lines), 0, doubted=False))


def test_a_bank_of_another_shop_is_left_out_and_promised_to_nobody():
    banks = {"a.md": a_bank(a_question("甲"), shops=("天猫",)), "b.md": a_bank(a_question("乙"))}
    quiz = a_quiz(a_line(1), a_line(1, target="b.md"))

    def kept(*shops):
        return [line.target for line in for_shops(quiz, banks, shops, str.strip).draws]

    assert kept("京东") == ["b.md"]
    assert kept("京东", "天猫") == kept() == ["a.md", "b.md"]
