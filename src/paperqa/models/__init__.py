"""Models by name: files on disk (`artefacts`, `pull`), embeddings (`embedding`), chat (`chat`)."""
