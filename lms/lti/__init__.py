"""LTI 1.3: other learning systems launch what the academy has, and get the marks back."""
