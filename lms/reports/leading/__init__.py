"""What a lead needs of a day and a week: who can't go live, who is late, who works when, how teams compare."""
