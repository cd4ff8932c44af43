"""What a volunteer can show: skills with proof, training, awards (Order 67 Art. 5, 8 and 9)."""
