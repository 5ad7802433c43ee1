"""What follows from what in studying: reading, tasks, the plan of days. Pure."""
