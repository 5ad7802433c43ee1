"""Owns people: who they are, where they belong and when, what they may do, how they sign in, when they work."""
