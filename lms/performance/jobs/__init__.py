"""What the room does by the clock."""
