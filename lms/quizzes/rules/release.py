"""What a learner sees of a paper and when, in words. rules/attempts.py `reveal` decides it; the two say the same."""

from lms.core.texts import Text, text
from lms.quizzes.spec import QuizRules, Use


def release_text(rules: QuizRules) -> Text:
    """Return when the points, the right answers and the explanations of a quiz are shown."""
    if rules.use.answers_at_once:
        return text("每答完一题都可以对答案；对过的题不能再改。")
    if rules.use is not Use.EXAM:
        return text("交卷后马上看到成绩、正确答案和解析。")
    if rules.attempts is None:
        return text("交卷后看到成绩和每题得分；通过后才显示正确答案和解析。")
    return text("交卷后看到成绩和每题得分；通过后，或没有剩余次数时，才显示正确答案和解析。")
