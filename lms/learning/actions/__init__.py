"""Verbs of studying. Each takes the actor first, takes the person's lock first of all locks, and never commits."""
