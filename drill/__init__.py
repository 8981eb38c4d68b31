"""What an exercise is made of: the code that is handed out, and the proof that a repair holds."""
