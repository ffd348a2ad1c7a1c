"""Ask a collection of scientific papers; every claim cites the paper and quotes the passage."""
