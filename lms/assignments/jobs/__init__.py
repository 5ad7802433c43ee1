"""What the worker does for duties; each subject in its own module."""
