"""Rules of people: working days, import of staff, codes of slips, limits of sign-in."""
