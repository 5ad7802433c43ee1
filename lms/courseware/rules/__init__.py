"""What holds of bought courseware, without a database, a request or a clock."""
