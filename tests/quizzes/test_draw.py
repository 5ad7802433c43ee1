import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lms.core.plain import from_plain, to_plain
from lms.core.points import ONE_POINT
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import Item, Question, Rich, Single, TrueFalse
from lms.quizzes.rules.draw import Paper, draw, points_of, tags_of
from lms.quizzes.spec import QuizRules, QuizSpec, Section


def rich(words):
    return Rich(source=words, html=words, text=words)


def question(name, **more):
    return Question(stem=rich(name), shape=TrueFalse(right=True), **more)


def choice(name):
    options = tuple(Item(id=f"o{n}", body=rich(f"{name}{n}")) for n in range(1, 6))
    return Question(stem=rich(name), shape=Single(options=options, right="o1"))


def quiz(*sections, **rules):
    return QuizSpec(title="测验", rules=QuizRules(**rules), sections=sections)


def pool(size, draw=None, **more):
    return Section(title="题库", draw=draw, questions=tuple(question(f"题{n}") for n in range(size)), **more)


def names(paper, spec):
    by_sha = {asked_sha(each).hex(): each.stem.text for each in spec.questions}
    return [by_sha[item.asked] for item in paper.items]


seeds = st.text(max_size=10)


@given(seeds, st.integers(0, 12), st.integers(1, 12), st.booleans(), st.sets(st.integers(0, 11)))
def test_a_draw_has_its_size_and_never_a_question_twice(seed, size, count, shuffle, seen):
    spec = quiz(pool(size, count), pool(3), shuffle_questions=shuffle)
    paper = draw(spec, seed, seen={asked_sha(question(f"题{n}")).hex() for n in seen})
    asked = [item.asked for item in paper.items]
    first = [item for item in paper.items if item.section == 0]
    assert len(set(asked)) == len(asked)
    assert len(first) == min(size, count)


@given(seeds)
def test_the_same_seed_gives_the_same_paper(seed):
    spec = quiz(pool(9, 4), Section(questions=(choice("甲"),)), shuffle_questions=True, shuffle_options=True)
    assert draw(spec, seed) == draw(spec, seed)


@given(seeds, st.sets(st.integers(0, 7)))
def test_the_unseen_come_first(seed, seen):
    spec = quiz(pool(8, 4))
    keys = {asked_sha(question(f"题{n}")).hex() for n in seen}
    drawn = [item.asked in keys for item in draw(spec, seed, seen=keys).items]
    assert drawn.count(False) == min(4, 8 - len(seen))


def test_what_was_seen_is_also_known_by_its_id_for_life():
    section = Section(draw=1, questions=(question("旧", key="aaaaaa"), question("新", key="bbbbbb")))
    drawn = {draw(quiz(section), f"seed{n}", seen={"aaaaaa"}).items[0].key for n in range(20)}
    assert drawn == {"bbbbbb"}


def test_a_question_that_is_held_is_not_drawn():
    spec = quiz(pool(3, 3))
    paper = draw(spec, "s", held={asked_sha(question("题1")).hex()})
    assert names(paper, spec) == ["题0", "题2"]


def test_every_question_of_a_pool_is_drawn_about_as_often():
    spec = quiz(pool(6, 2))
    counts = dict.fromkeys((f"题{n}" for n in range(6)), 0)
    for n in range(1_200):
        for name in names(draw(spec, f"seed{n}"), spec):
            counts[name] += 1
    assert all(330 < count < 470 for count in counts.values())


def test_without_shuffling_the_authors_order_stays():
    spec = quiz(pool(8, 5), pool(3))
    drawn = names(draw(spec, "s"), spec)[:5]
    assert drawn == sorted(drawn)


def test_shuffled_questions_stay_in_their_section():
    spec = quiz(pool(4), Section(questions=tuple(question(f"乙{n}") for n in range(4))), shuffle_questions=True)
    drawn = [names(draw(spec, f"seed{n}"), spec) for n in range(5)]
    assert all({name[0] for name in paper[:4]} == {"题"} for paper in drawn)
    assert len({tuple(paper) for paper in drawn}) > 1


def test_options_are_shuffled_only_where_the_quiz_says_so():
    spec = quiz(Section(questions=(choice("甲"),)))
    assert draw(spec, "s").items[0].option_order == ("o1", "o2", "o3", "o4", "o5")
    shuffling = replace(spec, rules=QuizRules(shuffle_options=True))
    orders = {draw(shuffling, f"seed{n}").items[0].option_order for n in range(10)}
    assert len(orders) > 5


def test_points_come_from_the_question_then_the_section_then_are_one():
    two = Section(each=2 * ONE_POINT)
    assert points_of(two, question("甲", points=5 * ONE_POINT)) == 5 * ONE_POINT
    assert points_of(two, question("甲")) == 2 * ONE_POINT
    assert points_of(Section(), question("甲")) == ONE_POINT


def test_a_question_has_its_sections_tags_and_its_own():
    assert tags_of(Section(tags=("售后", "时效")), question("甲", tags=("时效", "难点"))) == ("售后", "时效", "难点")


def test_the_possible_points_of_a_paper_are_the_sum():
    assert (
        draw(quiz(pool(9, 4, each=2 * ONE_POINT), Section(questions=(question("别"),))), "s").possible == 9 * ONE_POINT
    )


@given(seeds)
def test_a_paper_goes_through_json_unchanged(seed):
    paper = draw(quiz(pool(5, 3), Section(questions=(choice("甲"),)), shuffle_options=True), seed)
    assert from_plain(Paper, json.loads(json.dumps(to_plain(paper)))) == paper
