"""Small pure things every room shares: quantities, sentences, refusals, the clock."""
