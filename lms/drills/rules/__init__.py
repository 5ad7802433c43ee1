"""Pure rules of drills: no database, no request, no clock."""
