"""How messages are written and leave: templates, and a channel each."""
