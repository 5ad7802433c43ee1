"""Owns staff before a peak: forecast, need, who is certified and available, the gap and the plan."""
