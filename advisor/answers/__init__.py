"""Questions of people on call, each answered from the document alone."""
