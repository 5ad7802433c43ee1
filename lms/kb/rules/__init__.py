"""What the knowledge base decides without asking anybody: each subject in its own module. Pure."""
