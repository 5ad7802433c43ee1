"""Loading content in steps: whole documents each time, the next step goes on, and it ends."""

from lms.content import jobs, queries
from tests.support.make_content import an_article_text, write


def a_tree(root, count):
    for number in range(count):
        write(
            root,
            f"kb_content/a{number}.md",
            an_article_text(f"第{number}篇", f"## 节\n见[别的](a{(number + 1) % count}.md)。"),
        )


def steps(root, most):
    found = []
    while not found or found[-1].left:
        found.append(jobs.sync_files(root, most=most))
    return found


def test_each_step_takes_so_many_and_says_how_many_are_left(world, tmp_path):
    a_tree(tmp_path, 5)
    assert jobs.waiting_files(tmp_path) == (5, 5)
    assert [outcome.left for outcome in steps(tmp_path, 2)] == [3, 1, 0]
    assert jobs.waiting_files(tmp_path) == (0, 5)


def test_in_the_end_it_is_as_if_all_were_taken_at_once(world, tmp_path):
    a_tree(tmp_path, 5)
    steps(tmp_path, 2)
    cards = queries.by_path([f"kb_content/a{number}.md" for number in range(5)])
    assert [card.state for card in cards.values()] == ["published"] * 5
    assert jobs.sync_files(tmp_path).unchanged == 5


def test_a_file_that_can_not_be_taken_does_not_keep_the_others_waiting(world, tmp_path):
    a_tree(tmp_path, 3)
    write(tmp_path, "kb_content/b.md", "nichts")
    outcomes = steps(tmp_path, 2)
    assert len(outcomes) == 2
    assert [refusal.path for refusal in outcomes[-1].refused] == ["kb_content/b.md"]
