"""What the worker does for the knowledge base; each subject in its own module."""
