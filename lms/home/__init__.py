"""Owns the first screen of every role, the navigation and the health page."""
