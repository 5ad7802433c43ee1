"""Reading bought courseware."""
