"""What the room does by the clock, a module a part."""
