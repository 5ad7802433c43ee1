"""The inbox, the log of what was sent and the robots of group chats, over the API."""
