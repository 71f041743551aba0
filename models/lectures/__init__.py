"""Networks that lectures draw and no paper describes."""
