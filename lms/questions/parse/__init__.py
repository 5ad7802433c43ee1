"""From the blocks of a file to questions, with every problem found on the way."""
