"""The table editor of a drill: scene, who speaks, text, reply, effect, next; drawn from the text and written back."""
