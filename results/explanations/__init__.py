"""What an explanation is made of: the design of its runs, the effects of factors, and the answer that is kept."""
