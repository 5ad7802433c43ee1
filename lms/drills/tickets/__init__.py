"""From a real chat to the skeleton of a drill: read, mask, ask, write. Pure: nothing of a chat is kept anywhere."""
