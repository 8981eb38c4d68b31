"""What the document declares against what is seen, in both directions. Only compares: others fetch what is seen."""
