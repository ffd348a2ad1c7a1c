"""From a question and evidence to a checked answer: one module a form of answer."""
