"""What an answer is worth, what may be shown of a question, and what two versions have in common."""
