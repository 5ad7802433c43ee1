"""What is checked and said between the academy and another learning system. Pure."""
