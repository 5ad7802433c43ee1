"""What is done with drills and runs."""
