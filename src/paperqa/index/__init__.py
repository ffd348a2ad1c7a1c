"""The three stores of a library: the catalogue (truth), and the dense and lexical indexes."""
