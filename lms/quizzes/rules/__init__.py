"""Drawing a paper, and what a learner may do with an attempt and see of it."""
