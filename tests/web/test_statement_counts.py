"""A learner's page asks the database a dozen times at most, however much there is to learn and whoever else learns.

Each page is counted in a small place and in a large one. What is immutable is kept in memory, so the second look counts.
"""

import itertools
from dataclasses import dataclass

from flask.testing import FlaskClient

from lms.core import clock
from lms.core.access import Role
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_question, a_quiz_text, an_article_text
from tests.support.make_learning import a_curriculum, a_lesson, a_task, owes
from tests.support.make_played import a_drill_text, a_published_drill, played_well
from tests.support.make_played import begun as run_begun
from tests.support.make_quizzes import begun, handed_in

MOST = 12
_places = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of study, with everything named after it."""

    name: str
    size: int
    attempt: str
    done: str
    run: str

    def path(self, page: str) -> str:
        return page.format(at=self.name, attempt=self.attempt, done=self.done, run=self.run)


def course_text(slugs: list[str]) -> str:
    lines = "\n".join(f"{number}. [{slug}]({slug}.md)" for number, slug in enumerate(slugs, start=1))
    return f"---\n类型: 课程\n---\n# 一门课\n\n## 内容\n\n{lines}\n"


def a_place(client: FlaskClient, size: int) -> Place:
    """Return a place with so many lessons, articles, questions, attempts and fellow learners; its learner signs in."""
    name = f"place{next(_places)}"
    trainer = a_person(Role.TRAINER)
    author = as_actor(trainer)
    learner = a_person(Role.AGENT)
    lessons = [f"{name}/lesson{number}" for number in range(size)]
    for slug in lessons:
        a_lesson(author, slug, title=slug)
    inside = [slug.rpartition("/")[2] for slug in lessons]
    a_document(author, course_text(inside), kind="course", slug=f"{name}/course")
    a_task(author, f"{name}/task")
    body = "\n\n".join(f"## 第{number}节\n见[第一课](../../courses/{lessons[0]}.md)。" for number in range(size))
    for number in range(size):
        a_document(author, an_article_text(f"{name}之{number}", body), slug=f"{name}/article{number}")
    for quiz in ("open", "done"):
        questions = [a_question(f"{name}{quiz}第{number}题？") for number in range(size)]
        a_document(author, a_quiz_text(*questions, title=f"{name}{quiz}"), kind="quiz", slug=f"{name}/{quiz}")
    stages = [("第一阶段", [("course", 1), ("task", 1)]), ("第二阶段", [(slug, 2) for slug in inside[1:]])]
    curriculum = a_curriculum(author, stages, slug=f"{name}/curriculum")
    owes(author, curriculum, learner, *(a_person() for _ in range(size)))
    actor = as_actor(learner)
    done = ""
    for _ in range(size):
        done = begun(actor, f"{name}/done")
        handed_in(actor, done)
    for number in range(size):
        a_published_drill(author, a_drill_text(f"{name}演练{number}"), slug=f"{name}/drill{number}")
        played_well(actor, f"{name}/drill{number}")
    run = run_begun(actor, f"{name}/drill0")
    sign_in(client, learner)
    return Place(name=name, size=size, attempt=begun(actor, f"{name}/open"), done=done, run=run)


def sent_by(client: FlaskClient, path: str, statements: list[str]) -> int:
    client.get(path)
    statements.clear()
    answer = client.get(path)
    assert answer.status_code == 200, path
    return len(statements)


PAGES = (
    "/",
    "/courses",
    "/kb",
    "/learn/curriculum/{at}/curriculum",
    "/learn/course/{at}/course",
    "/learn/lesson/{at}/lesson1",
    "/learn/task/{at}/task",
    "/kb/{at}/article1",
    "/kb/{at}/article1/suggest",
    "/kb/{at}/article1/talk",
    "/kb/mine",
    "/kb/care/reviews",
    "/quizzes/{at}/done",
    "/attempts/{attempt}",
    "/attempts/{done}/result",
    "/attempts/{done}/print",
    "/me",
    "/drills",
    "/drills/{at}/drill0",
    "/runs/{run}",
)


def test_the_statements_of_a_learners_page_are_few_and_do_not_grow(client, statements):
    with clock.frozen(clock.now()):  # else a drill's customer gives up on a slow machine, which is another page
        small = a_place(client, 2)
        few = {page: sent_by(client, small.path(page), statements) for page in PAGES}
        large = a_place(client, 9)
        many = {page: sent_by(client, large.path(page), statements) for page in PAGES}
    assert few == many
    assert [page for page in PAGES if many[page] > MOST] == []
