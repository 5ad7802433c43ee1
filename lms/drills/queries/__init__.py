"""What is read of drills and runs."""
