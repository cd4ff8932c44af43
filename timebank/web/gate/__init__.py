"""Door of the gate: the phone, the desk and the screen."""
