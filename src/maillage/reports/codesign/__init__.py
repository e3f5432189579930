"""What a co-design workshop leaves: journey maps, printed boards."""
