"""Readers of what trainers bring along: PDF, slides, video. Pure, run in a child process."""
