"""The floor of the house: clock, database, facts, errors, access. Knows no feature and no request."""
