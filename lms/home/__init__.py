"""Owns the first screen of every role, the navigation, the health page and the first steps of an installation."""
