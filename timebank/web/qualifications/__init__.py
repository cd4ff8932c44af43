"""Door of skills with proof, training and awards."""
