"""Owns the sample company, made through the same actions as real life with the clock held at each day."""
