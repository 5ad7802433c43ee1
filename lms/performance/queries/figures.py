"""Reading figures: which metrics there are, and the values of people in periods."""
