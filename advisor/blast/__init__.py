"""What a document predicts of a failure, held against what the evidence shows of it: as precision and recall."""
