"""What is wrong with a document: what the official validator sees, and what people on call would miss."""
