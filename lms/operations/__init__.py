"""What keeps an installation safe: backup, restore, moving to another database."""
