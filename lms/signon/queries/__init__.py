"""Reading who is who at the company's sign-on."""
