"""What a backup looks like and how long it is kept: pure."""
