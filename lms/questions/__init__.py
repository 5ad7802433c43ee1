"""The shapes of a question: reading, writing, the learner's view, grading. No tables, no pages."""
